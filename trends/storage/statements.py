"""The statements that every stage of every run executes, built once: building one costs more than executing it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam

from trends.storage.tables import outbox, run_artifacts, run_events, run_stages, runs


class RunKey(NamedTuple):
    """Which run."""

    tenant: str
    run_id: str

    @property
    def bound(self) -> Mapping[str, Any]:
        """Parameters of statements about one run. Named unlike any column: those are values to be written."""
        return {"of_tenant": self.tenant, "of_run": self.run_id}


def _of_run(table: sa.Table[Any]) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return table.c.tenant == bindparam("of_tenant"), table.c.run_id == bindparam("of_run")


# SQLite has no FOR UPDATE and needs none: the transaction holds its write lock already.
HOLD_RUN = (
    sa.select(runs.c.status, runs.c.stage, runs.c.resumes).where(*_of_run(runs)).with_for_update()
)
READ_RUN = sa.select(runs).where(*_of_run(runs))
READ_BY_KEY = sa.select(runs).where(
    runs.c.tenant == bindparam("of_tenant"), runs.c.idempotency_key == bindparam("of_key")
)
INSERT_RUN = sa.insert(runs)
UPDATE_RUN = sa.update(runs).where(*_of_run(runs))

_OF_STAGE = (
    *_of_run(run_stages),
    run_stages.c.stage == bindparam("of_stage"),
    run_stages.c.part == bindparam("of_part"),
)
READ_STAGE = sa.select(
    run_stages.c.resumes, run_stages.c.attempt, run_stages.c.status, run_stages.c.started_at
).where(*_OF_STAGE)
READ_STAGES = (
    sa.select(run_stages)
    .where(*_of_run(run_stages))
    .order_by(run_stages.c.started_at, run_stages.c.stage, run_stages.c.part)
)
INSERT_STAGE = sa.insert(run_stages)
UPDATE_STAGE = sa.update(run_stages).where(*_OF_STAGE)
STOP_STAGES = sa.update(run_stages).where(
    *_of_run(run_stages), run_stages.c.status.in_(("running", "retrying"))
)

LAST_EVENT = sa.select(
    sa.select(sa.func.max(run_events.c.seq)).where(*_of_run(run_events)).scalar_subquery(),
    sa.select(sa.func.count())
    .where(*_of_run(run_events), run_events.c.dedupe == bindparam("of_dedupe"))
    .scalar_subquery(),
)
READ_EVENTS = (
    sa.select(
        *(run_events.c[name] for name in ("run_id", "seq", "at", "type", "stage", "part")),
        run_events.c.attempt,
        run_events.c.data,
    )
    .where(*_of_run(run_events), run_events.c.seq > bindparam("after"))
    .order_by(run_events.c.seq)
    .limit(bindparam("most"))
)
INSERT_EVENT = sa.insert(run_events)

KNOWN_ARTIFACTS = sa.select(run_artifacts.c.uri).where(
    *_of_run(run_artifacts), run_artifacts.c.uri.in_(bindparam("uris", expanding=True))
)
INSERT_ARTIFACT = sa.insert(run_artifacts)

_OF_MESSAGE = (
    outbox.c.tenant == bindparam("of_tenant"),
    outbox.c.subject == bindparam("of_subject"),
    outbox.c.channel == bindparam("of_channel"),
)
READ_MESSAGE = sa.select(outbox).where(*_OF_MESSAGE).with_for_update()
READ_MESSAGES = (
    sa.select(outbox).where(*_of_run(outbox)).order_by(outbox.c.subject, outbox.c.channel)
)
INSERT_MESSAGE = sa.insert(outbox)
MOVE_MESSAGE = sa.update(outbox).where(*_OF_MESSAGE)
