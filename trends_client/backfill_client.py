"""`client.backfills`: what the two clients offer for monitors over past spans."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx

from trends_client import backfill_calls as calls
from trends_client.backfill_calls import BackfillPages
from trends_client.backfill_models import Backfill, BackfillPage, BackfillPlan
from trends_client.calls import Call, read

Send = Callable[[Call], httpx.Response]
AsyncSend = Callable[[Call], Awaitable[httpx.Response]]


class Backfills:
    """Run monitors over past spans.

    Args:
        send: Sends a call.
        key: Makes Idempotency-Keys.
    """

    def __init__(self, send: Send, key: Callable[[], str]) -> None:
        self._send = send
        self._key = key

    def start(
        self,
        monitor: str,
        start: str,
        end: str,
        *,
        step: str | None = None,
        parallel: int | None = None,
        strict: bool = False,
        missing: bool = False,
        idempotency_key: str | None = None,
    ) -> Backfill:
        """Start a backfill; what is left out is as the monitor and the settings say.

        Args:
            monitor: Name of the monitor.
            start: Begin of the span: a day, or a time with its zone. The first window ends one step later.
            end: End of the span, likewise.
            step: How far apart windows end, such as `1d`.
            parallel: Windows under way at once.
            strict: Stop where a window fails.
            missing: Leave out windows that have a report.
            idempotency_key: The same key never starts a second one.
        """
        body = _body(start, end, step, parallel, strict=strict, missing=missing)
        call = calls.start(monitor, body, idempotency_key or self._key())
        return calls.read_started(self._send(call))

    def plan(
        self,
        monitor: str,
        start: str,
        end: str,
        *,
        step: str | None = None,
        missing: bool = False,
    ) -> BackfillPlan:
        """Ask what a backfill would do."""
        body = _body(start, end, step, None, strict=False, missing=missing) | {"dry_run": True}
        return read(BackfillPlan, self._send(calls.start(monitor, body, None)))

    def list(self, *, monitor: str | None = None, limit: int | None = None) -> Iterator[Backfill]:
        """Iterate over backfills, newest first; pages are fetched as they are needed."""
        pages = BackfillPages(monitor, limit)
        while (call := pages.call()) is not None:
            yield from pages.take(read(BackfillPage, self._send(call)))

    def get(self, backfill_id: str) -> Backfill:
        """Read a backfill with its windows."""
        return read(Backfill, self._send(calls.get(backfill_id)))

    def pause(self, backfill_id: str) -> Backfill:
        """Begin no further window."""
        return read(Backfill, self._send(calls.act(backfill_id, "pause")))

    def resume(self, backfill_id: str) -> Backfill:
        """Let a paused backfill go on."""
        return read(Backfill, self._send(calls.act(backfill_id, "resume")))

    def cancel(self, backfill_id: str) -> Backfill:
        """End a backfill; reports that are there stay."""
        return read(Backfill, self._send(calls.act(backfill_id, "cancel")))

    def retry_failed(self, backfill_id: str, *, following: bool = False) -> Backfill:
        """Do again what has no report, and with `following` what was made without it."""
        call = calls.act(backfill_id, "retry-failed", {"following": following})
        return read(Backfill, self._send(call))


class AsyncBackfills:
    """Run monitors over past spans.

    Args:
        send: Sends a call.
        key: Makes Idempotency-Keys.
    """

    def __init__(self, send: AsyncSend, key: Callable[[], str]) -> None:
        self._send = send
        self._key = key

    async def start(
        self,
        monitor: str,
        start: str,
        end: str,
        *,
        step: str | None = None,
        parallel: int | None = None,
        strict: bool = False,
        missing: bool = False,
        idempotency_key: str | None = None,
    ) -> Backfill:
        """Start a backfill; what is left out is as the monitor and the settings say.

        Args:
            monitor: Name of the monitor.
            start: Begin of the span: a day, or a time with its zone. The first window ends one step later.
            end: End of the span, likewise.
            step: How far apart windows end, such as `1d`.
            parallel: Windows under way at once.
            strict: Stop where a window fails.
            missing: Leave out windows that have a report.
            idempotency_key: The same key never starts a second one.
        """
        body = _body(start, end, step, parallel, strict=strict, missing=missing)
        call = calls.start(monitor, body, idempotency_key or self._key())
        return calls.read_started(await self._send(call))

    async def plan(
        self,
        monitor: str,
        start: str,
        end: str,
        *,
        step: str | None = None,
        missing: bool = False,
    ) -> BackfillPlan:
        """Ask what a backfill would do."""
        body = _body(start, end, step, None, strict=False, missing=missing) | {"dry_run": True}
        return read(BackfillPlan, await self._send(calls.start(monitor, body, None)))

    async def list(
        self, *, monitor: str | None = None, limit: int | None = None
    ) -> AsyncIterator[Backfill]:
        """Iterate over backfills, newest first; pages are fetched as they are needed."""
        pages = BackfillPages(monitor, limit)
        while (call := pages.call()) is not None:
            for backfill in pages.take(read(BackfillPage, await self._send(call))):
                yield backfill

    async def get(self, backfill_id: str) -> Backfill:
        """Read a backfill with its windows."""
        return read(Backfill, await self._send(calls.get(backfill_id)))

    async def pause(self, backfill_id: str) -> Backfill:
        """Begin no further window."""
        return read(Backfill, await self._send(calls.act(backfill_id, "pause")))

    async def resume(self, backfill_id: str) -> Backfill:
        """Let a paused backfill go on."""
        return read(Backfill, await self._send(calls.act(backfill_id, "resume")))

    async def cancel(self, backfill_id: str) -> Backfill:
        """End a backfill; reports that are there stay."""
        return read(Backfill, await self._send(calls.act(backfill_id, "cancel")))

    async def retry_failed(self, backfill_id: str, *, following: bool = False) -> Backfill:
        """Do again what has no report, and with `following` what was made without it."""
        call = calls.act(backfill_id, "retry-failed", {"following": following})
        return read(Backfill, await self._send(call))


def _body(
    start: str, end: str, step: str | None, parallel: int | None, *, strict: bool, missing: bool
) -> dict[str, Any]:
    body: dict[str, Any] = {"from": start, "to": end, "step": step, "parallel": parallel}
    return body | {"strict": strict or None, "missing": missing or None}
