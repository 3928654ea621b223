"""The tables. Every table and every unique key has the tenant; all times are UTC."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import SchemaItem

# Names of constraints are written out, so that a migration can drop them by name on every database.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = sa.MetaData(naming_convention=NAMING)


class UtcDateTime(sa.TypeDecorator[datetime]):
    """A moment. Aware going in, UTC coming out; SQLite stores it without a zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone: it would be read as something else later."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a stored time needs a zone"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(none_as_null=True), nullable=True)


def _time(name: str, *, nullable: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, UtcDateTime, nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=nullable)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _run_key() -> Sequence[SchemaItem]:
    return (
        _text("tenant"),
        _text("run_id"),
        sa.ForeignKeyConstraint(
            ["tenant", "run_id"], ["runs.tenant", "runs.run_id"], ondelete="CASCADE"
        ),
    )


runs = sa.Table(
    "runs",
    metadata,
    _text("tenant"),
    _text("run_id"),
    _text("workflow_id"),
    _text("agent"),
    _text("status"),
    _text("stage"),
    _number("priority"),
    sa.Column("question", sa.JSON, nullable=False),
    _text("question_hash"),
    _text("query"),
    _text("window_text"),
    _time("window_start", nullable=False),
    _time("window_end", nullable=False),
    _text("market"),
    sa.Column("languages", sa.JSON, nullable=False),
    sa.Column("sources", sa.JSON, nullable=False),
    _text("report_language"),
    _time("requested_at", nullable=False),
    _time("started_at"),
    _time("ended_at"),
    _time("updated_at", nullable=False),
    _text("idempotency_key", nullable=True),
    _text("fingerprint"),
    _text("parent_run", nullable=True),
    _text("start_from"),
    _json("brief"),
    _text("settings_revision"),
    _text("slug"),
    _text("reason"),
    _json("report"),
    sa.Column("lines", sa.JSON, nullable=False),
    _json("input"),
    _number("resumes"),
    sa.PrimaryKeyConstraint("tenant", "run_id"),
    sa.UniqueConstraint("tenant", "idempotency_key"),
)
# Lists newest first; runs of one question; what the reconciler looks through.
sa.Index("ix_runs_requested", runs.c.tenant, runs.c.requested_at, runs.c.run_id)
sa.Index("ix_runs_question", runs.c.tenant, runs.c.question_hash, runs.c.window_end)
sa.Index("ix_runs_unfinished", runs.c.status, runs.c.updated_at, runs.c.run_id)

run_stages = sa.Table(
    "run_stages",
    metadata,
    *_run_key(),
    _text("stage"),
    _text("part"),
    _text("status"),
    _number("resumes"),
    _number("attempt"),
    _time("started_at", nullable=False),
    _time("ended_at"),
    _json("result"),
    _text("slug"),
    _text("reason"),
    sa.Column("seconds", sa.Float, nullable=True),
    sa.PrimaryKeyConstraint("tenant", "run_id", "stage", "part"),
)

run_events = sa.Table(
    "run_events",
    metadata,
    *_run_key(),
    _number("seq"),
    _time("at", nullable=False),
    _text("type"),
    _text("stage"),
    _text("part"),
    _number("attempt"),
    sa.Column("data", sa.JSON, nullable=False),
    _text("dedupe"),
    sa.PrimaryKeyConstraint("tenant", "run_id", "seq"),
    sa.UniqueConstraint("tenant", "run_id", "dedupe"),
)

run_artifacts = sa.Table(
    "run_artifacts",
    metadata,
    *_run_key(),
    _text("uri"),
    _text("sha256"),
    _text("media_type"),
    _number("rows"),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    _text("stage"),
    sa.PrimaryKeyConstraint("tenant", "run_id", "uri"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    *_run_key(),
    _text("id"),
    _text("channel"),
    sa.Column("payload", sa.JSON, nullable=False),
    _text("state"),
    _number("attempts"),
    _time("created_at", nullable=False),
    _time("updated_at", nullable=False),
    _time("sent_at"),
    _text("error"),
    sa.PrimaryKeyConstraint("tenant", "id"),
    sa.UniqueConstraint("tenant", "run_id", "channel"),
)
