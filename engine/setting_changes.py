"""Change settings while processes run: checked as a whole, written as a version, seen by every process soon after."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from trends.errors import InvalidRequestError, RestartOnlyError, SettingsError
from trends.secrets.reference import is_reference
from trends.settings import Settings, setting_keys
from trends.settings_layers import override_layer
from trends.settings_live import LiveSettings
from trends.settings_reload import RESTART_ONLY, is_restart_only
from trends.settings_view import CHANNELS
from trends.storage.setting_versions import (
    SettingHistory,
    SettingVersion,
    SettingVersions,
    changed_since,
)

PLACE = "the change"


class SettingChanges:
    """Changes settings of the whole installation.

    Args:
        live: The settings of this process, against which a change is tried.
        store: Keeps versions.
        clock: Dates them.
    """

    def __init__(
        self, live: LiveSettings, store: SettingVersions, clock: Callable[[], datetime]
    ) -> None:
        self._live = live
        self._store = store
        self._clock = clock

    async def history(self, *, before: int | None = None, limit: int = 50) -> SettingHistory:
        """Read changes, newest first.

        Raises:
            StorageError: The database failed.
        """
        return await self._store.history(before=before, limit=limit)

    async def change(
        self,
        given: Mapping[str, Any],
        taken: Sequence[str],
        *,
        seen: int | None,
        author: str,
        reason: str,
    ) -> SettingVersion:
        """Override settings, and give others back to the files.

        Args:
            given: Value by name with dots.
            taken: Names that are no longer to be overridden.
            seen: The version that the author saw; None: whichever it is.
            author: Who changes them.
            reason: Why.

        Raises:
            InvalidRequestError: A value would not do, a secret stands in place, or nothing is to be changed.
            UnknownNameError: There is no such setting, or it is not overridden; names the near one.
            RestartOnlyError: A running process cannot take one of them over.
            SettingsChangedError: Somebody else changed them in between.
            StorageError: The database failed.
        """
        if not given and not taken:
            raise InvalidRequestError("Nothing is to be changed.", next_step="Name a setting.")
        _refuse(given)
        head = await self._store.overridden()
        values = {**head.values, **given}
        for name in taken:
            if name not in head.values or name in given:
                raise InvalidRequestError(
                    f"'{name[:80]}' cannot be given back to the files.",
                    why="It is set by the same change."
                    if name in given
                    else "It is not overridden.",
                    next_step="See what is: trends config history",
                )
            del values[name]
        change = SettingVersion(
            version=head.version + 1,
            parent=head.version if seen is None else seen,
            verb="set",
            values=values,
            set=given,
            unset=tuple(taken),
            author=author,
            reason=reason,
            at=self._clock(),
        )
        return await self._keep(change, head.version)

    async def rollback(
        self, to: int, *, seen: int | None, author: str, reason: str
    ) -> SettingVersion:
        """Bring an earlier version back, as a new one.

        Args:
            to: Which; 0: what the files say, without any override.
            seen: The version that the author saw; None: whichever it is.
            author: Who does it.
            reason: Why.

        Raises:
            NotFoundError: There is no such version.
            InvalidRequestError: What it says would not do any more.
            SettingsChangedError: Somebody else changed them in between.
            StorageError: The database failed.
        """
        values: Mapping[str, Any] = (await self._store.get(to)).values if to else {}
        head = await self._store.overridden()
        same = {name for name, value in values.items() if head.values.get(name, ...) == value}
        change = SettingVersion(
            version=head.version + 1,
            parent=head.version if seen is None else seen,
            verb="rollback",
            restored=to,
            values=values,
            set={name: value for name, value in values.items() if name not in same},
            unset=tuple(sorted(head.values.keys() - values.keys())),
            author=author,
            reason=reason,
            at=self._clock(),
        )
        return await self._keep(change, head.version)

    async def _keep(self, change: SettingVersion, newest: int) -> SettingVersion:
        if change.parent != newest:
            raise changed_since(change.parent, newest)
        try:
            settings = await asyncio.to_thread(self._live.trial, change.values, PLACE)
        except SettingsError as error:
            raise InvalidRequestError(
                "The settings would not do; nothing was changed.",
                why=" ".join(part for part in (error.what, error.why) if part),
                next_step=error.next_step if not error.why else "Mend the value.",
            ) from error
        _refuse_secrets(settings, change.values)
        await self._store.add(change)
        # This process at once; the others find it at their next look.
        await self._live.refresh()
        return change


def _refuse(given: Mapping[str, Any]) -> None:
    override_layer(given, PLACE, setting_keys())
    try:
        json.dumps(given, allow_nan=False)
    except ValueError as error:
        raise InvalidRequestError(
            "A value is no number that can be kept.", why=f"{error}."
        ) from error
    for name in given:
        if name == CHANNELS:
            raise InvalidRequestError(
                f"'{CHANNELS}' is not set this way.",
                why="Channels hold addresses and secrets, and a change is kept for good.",
                next_step="Write them into a file of the settings; running processes take them over from there.",
            )
        if is_restart_only(name):
            why = next(
                why for each, why in RESTART_ONLY.items() if f"{name}.".startswith(f"{each}.")
            )
            raise RestartOnlyError(
                f"A running process cannot take over '{name}'; nothing was changed.",
                why=f"It is read once: {why}.",
                next_step="Write it into a file of the settings, and start the processes again.",
            )


def _refuse_secrets(settings: Settings, values: Mapping[str, Any]) -> None:
    for name in values:
        found: Any = settings
        for part in name.split("."):
            found = getattr(found, part)
        if isinstance(found, SecretStr) and found.get_secret_value() and not is_reference(found):
            raise InvalidRequestError(
                f"'{name}' is not set to a secret itself.",
                why="A change is kept for good, and others can read it.",
                next_step="Set it to where the secret is, such as secret://env/NAME.",
            )
