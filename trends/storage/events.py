"""The events of a run, numbered without gaps, each written once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from trends.storage import statements as sql
from trends.storage.database import Database
from trends.storage.rows import JsonObject, RunEvent
from trends.storage.statements import RunKey

MAX_PAGE = 1000


@dataclass(frozen=True)
class NewEvent:
    """An event to be written.

    Attributes:
        type: Such as `stage.started`.
        at: When.
        dedupe: Two events of a run with the same text here are one.
        stage: Stage it is about, if any.
        part: Part of the stage, if any.
        attempt: Attempt, 0 where that means nothing.
        data: Further facts.
    """

    type: str
    at: datetime
    dedupe: str
    stage: str = ""
    part: str = ""
    attempt: int = 0
    data: Mapping[str, Any] | None = None


def append(connection: sa.Connection, key: RunKey, event: NewEvent) -> bool:
    """Write an event with the run's next number; False when it has been written before.

    The caller's transaction holds the run (`record.hold`): only so is the next number nobody else's.
    """
    last, known = connection.execute(sql.LAST_EVENT, {**key.bound, "of_dedupe": event.dedupe}).one()
    if known:
        return False
    values = {
        "tenant": key.tenant,
        "run_id": key.run_id,
        "seq": (last or 0) + 1,
        "at": event.at,
        "type": event.type,
        "stage": event.stage,
        "part": event.part,
        "attempt": event.attempt,
        "data": dict(event.data or {}),
        "dedupe": event.dedupe,
    }
    connection.execute(sql.INSERT_EVENT, values)
    return True


class EventStore:
    """Reads the events of runs.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def after(
        self, tenant: str, run_id: str, seq: int, limit: int = 500
    ) -> tuple[RunEvent, ...]:
        """Events with a number above `seq`, in order, at most `limit`; none for a run that is not there.

        Raises:
            StorageError: The database failed.
        """
        most = max(1, min(limit, MAX_PAGE))
        bound = {**RunKey(tenant, run_id).bound, "after": seq, "most": most}

        def work(connection: sa.Connection) -> tuple[RunEvent, ...]:
            rows = connection.execute(sql.READ_EVENTS, bound).mappings()
            return tuple(RunEvent.model_validate(dict[str, Any](row)) for row in rows)

        return await self._database.read(work)


def failure_data(slug: str, reason: str) -> JsonObject:
    """Facts of a failure for an event; empty where there is none."""
    return {"slug": slug, "reason": reason} if slug or reason else {}
