"""A worker that kills itself at a chosen moment: `--die STAGE:MOMENT`, once.

Moments: `arrived` (the attempt has come, nothing is written), `begun` (its start is written), `worked` (the work is done,
its result not written), `recorded` (the result is written, the server does not know), for a poll `arrived`, `worked` and
`recorded`, `accept:recorded` when a scheduled run is written down and not begun, and for the outbox `pending`, `sending` and `sent`. `--hold STAGE` stops inside a stage for good, until it is cancelled.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from engine.host import main
from trends.domain.models import ArtifactRef
from trends.storage.items import ItemStore
from trends.storage.outbox import Decide, Outbox, OutboxRow
from trends.storage.polls import Found, Plan, SourceKey, Written
from trends.storage.runs import NewRun, RunRow, RunStore

parser = argparse.ArgumentParser()
parser.add_argument("--die", default="")
parser.add_argument("--hold", default="")
chosen = parser.parse_args()


def die_at(stage: str, moment: str) -> None:
    """SIGKILL this process, if this is the moment."""
    if chosen.die == f"{stage}:{moment}":
        os.kill(os.getpid(), signal.SIGKILL)


class DyingInbound(ActivityInboundInterceptor):
    """Dies when an activity arrives."""

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002  # the SDK's name
        name = sys.modules["temporalio.activity"].info().activity_type.split(".")[1]
        die_at(name, "arrived")
        return await super().execute_activity(input)


class Dying(Interceptor):
    """Puts the inbound interceptor in."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002  # the SDK's name
        return DyingInbound(next)


class DyingRunStore(RunStore):
    """Dies before or after it writes."""

    async def insert(self, new: NewRun) -> tuple[RunRow, bool]:
        written = await super().insert(new)
        die_at("accept", "recorded")
        return written

    async def stage_started(
        self, tenant: str, run_id: str, stage: str, part: str, attempt: int
    ) -> bool:
        written = await super().stage_started(tenant, run_id, stage, part, attempt)
        die_at(stage, "begun")
        if chosen.hold == stage:
            await asyncio.Event().wait()
        return written

    async def stage_completed(
        self,
        tenant: str,
        run_id: str,
        stage: str,
        part: str,
        attempt: int,
        result: dict[str, Any],
        artifacts: Sequence[ArtifactRef],
        detail: dict[str, Any],
        also: Callable[[Connection], None] | None = None,
    ) -> bool:
        die_at(stage, "worked")
        written = await super().stage_completed(
            tenant, run_id, stage, part, attempt, result, artifacts, detail, also
        )
        die_at(stage, "recorded")
        return written


class DyingOutbox(Outbox):
    """Dies in each state of a message."""

    async def enqueue(
        self,
        tenant: str,
        subject: str,
        channel: str,
        payload: dict[str, Any],
        *,
        message_id: str,
        run_id: str | None = None,
        alert: bool = False,
        decide: Decide | None = None,
        day_start: datetime | None = None,
    ) -> OutboxRow:
        row = await super().enqueue(
            tenant,
            subject,
            channel,
            payload,
            message_id=message_id,
            run_id=run_id,
            alert=alert,
            decide=decide,
            day_start=day_start,
        )
        die_at("outbox", "pending")
        return row

    async def claim(self, tenant: str, subject: str, channel: str) -> OutboxRow:
        row = await super().claim(tenant, subject, channel)
        die_at("outbox", "sending")
        return row

    async def sent(self, tenant: str, subject: str, channel: str, remark: str = "") -> OutboxRow:
        die_at("outbox", "handed-over")
        row = await super().sent(tenant, subject, channel, remark)
        die_at("outbox", "sent")
        return row


class DyingItemStore(ItemStore):
    """Dies before or after it writes what a poll found."""

    async def found(self, key: SourceKey, plan: Plan, found: Found) -> Written:
        die_at("poll", "worked")
        written = await super().found(key, plan, found)
        die_at("poll", "recorded")
        return written


if __name__ == "__main__":
    import engine.parts

    engine.parts.ItemStore = DyingItemStore
    engine.parts.RunStore = DyingRunStore
    engine.parts.Outbox = DyingOutbox
    main([], interceptors=[Dying()])
