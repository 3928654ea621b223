"""`client.settings`: what the two clients offer for settings."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import httpx

from trends_client import setting_calls as calls
from trends_client.calls import Call, read
from trends_client.setting_models import Setting, SettingHistory, SettingList, SettingVersion

Send = Callable[[Call], httpx.Response]
AsyncSend = Callable[[Call], Awaitable[httpx.Response]]


class Settings:
    """See and change settings."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def list(self) -> SettingList:
        """Read every setting in force, with where it was written."""
        return read(SettingList, self._send(calls.every()))

    def get(self, key: str) -> Setting:
        """Read one setting."""
        return read(Setting, self._send(calls.get(key)))

    def change(
        self,
        given: Mapping[str, Any],
        *,
        unset: Iterable[str] = (),
        reason: str = "",
        version: int | None = None,
    ) -> SettingVersion:
        """Override settings in every process, and give others back to the files: all of it, or nothing.

        Args:
            given: Value by name with dots.
            unset: Names that are no longer to be overridden.
            reason: Why, for the history.
            version: The version that the change is based on; None: whichever it is.
        """
        call = calls.change(given, unset, reason, version)
        return read(SettingVersion, self._send(call))

    def history(self, *, limit: int = 50, before: int | None = None) -> SettingHistory:
        """Read a page of changes, newest first."""
        return read(SettingHistory, self._send(calls.history(limit, before)))

    def rollback(self, to: int, *, reason: str = "", version: int | None = None) -> SettingVersion:
        """Bring an earlier version back as a new one; 0 takes all overrides away."""
        return read(SettingVersion, self._send(calls.rollback(to, reason, version)))


class AsyncSettings:
    """See and change settings."""

    def __init__(self, send: AsyncSend) -> None:
        self._send = send

    async def list(self) -> SettingList:
        """Read every setting in force, with where it was written."""
        return read(SettingList, await self._send(calls.every()))

    async def get(self, key: str) -> Setting:
        """Read one setting."""
        return read(Setting, await self._send(calls.get(key)))

    async def change(
        self,
        given: Mapping[str, Any],
        *,
        unset: Iterable[str] = (),
        reason: str = "",
        version: int | None = None,
    ) -> SettingVersion:
        """Override settings in every process, and give others back to the files: all of it, or nothing.

        Args:
            given: Value by name with dots.
            unset: Names that are no longer to be overridden.
            reason: Why, for the history.
            version: The version that the change is based on; None: whichever it is.
        """
        call = calls.change(given, unset, reason, version)
        return read(SettingVersion, await self._send(call))

    async def history(self, *, limit: int = 50, before: int | None = None) -> SettingHistory:
        """Read a page of changes, newest first."""
        return read(SettingHistory, await self._send(calls.history(limit, before)))

    async def rollback(
        self, to: int, *, reason: str = "", version: int | None = None
    ) -> SettingVersion:
        """Bring an earlier version back as a new one; 0 takes all overrides away."""
        return read(SettingVersion, await self._send(calls.rollback(to, reason, version)))
