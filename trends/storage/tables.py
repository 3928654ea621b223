"""The tables. Every table and every unique key has the tenant; all times are UTC."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from trends.storage.columns import flag, json, large_number, number, real, text, time

# Names of constraints are written out, so that a migration can drop them by name on every database.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = sa.MetaData(naming_convention=NAMING)


def _run_key() -> Sequence[SchemaItem]:
    return (
        text("tenant"),
        text("run_id"),
        sa.ForeignKeyConstraint(
            ["tenant", "run_id"], ["runs.tenant", "runs.run_id"], ondelete="CASCADE"
        ),
    )


runs = sa.Table(
    "runs",
    metadata,
    text("tenant"),
    text("run_id"),
    text("workflow_id"),
    text("agent"),
    text("status"),
    text("stage"),
    number("priority"),
    json("question"),
    text("question_hash"),
    text("query"),
    text("window_text"),
    time("window_start"),
    time("window_end"),
    text("market"),
    json("languages"),
    json("sources"),
    text("report_language"),
    time("requested_at"),
    time("started_at", nullable=True),
    time("ended_at", nullable=True),
    time("updated_at"),
    text("idempotency_key", nullable=True),
    text("fingerprint"),
    text("parent_run", nullable=True),
    text("start_from"),
    json("brief", nullable=True),
    text("settings_revision"),
    text("slug"),
    text("reason"),
    json("report", nullable=True),
    json("lines"),
    json("input", nullable=True),
    number("resumes"),
    text("edition"),
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
    text("stage"),
    text("part"),
    text("status"),
    number("resumes"),
    number("attempt"),
    time("started_at"),
    time("ended_at", nullable=True),
    json("result", nullable=True),
    text("slug"),
    text("reason"),
    real("seconds", nullable=True),
    sa.PrimaryKeyConstraint("tenant", "run_id", "stage", "part"),
)

run_events = sa.Table(
    "run_events",
    metadata,
    *_run_key(),
    number("seq"),
    time("at"),
    text("type"),
    text("stage"),
    text("part"),
    number("attempt"),
    json("data"),
    text("dedupe"),
    sa.PrimaryKeyConstraint("tenant", "run_id", "seq"),
    sa.UniqueConstraint("tenant", "run_id", "dedupe"),
)

run_artifacts = sa.Table(
    "run_artifacts",
    metadata,
    *_run_key(),
    text("uri"),
    text("sha256"),
    text("media_type"),
    number("rows"),
    large_number("size_bytes"),
    text("stage"),
    sa.PrimaryKeyConstraint("tenant", "run_id", "uri"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    text("tenant"),
    text("subject"),
    # Without a run where a message speaks of none; then the foreign key says nothing.
    text("run_id", nullable=True),
    sa.ForeignKeyConstraint(
        ["tenant", "run_id"], ["runs.tenant", "runs.run_id"], ondelete="CASCADE"
    ),
    text("id"),
    text("channel"),
    json("payload"),
    text("state"),
    number("attempts"),
    time("created_at"),
    time("updated_at"),
    time("sent_at", nullable=True),
    text("error"),
    time("not_before", nullable=True),
    flag("alert"),
    flag("digest"),
    text("carried_by"),
    sa.PrimaryKeyConstraint("tenant", "id"),
    sa.UniqueConstraint("tenant", "subject", "channel"),
)
sa.Index("ix_outbox_run", outbox.c.tenant, outbox.c.run_id)
# What senders look through.
sa.Index("ix_outbox_waiting", outbox.c.state, outbox.c.not_before)
# What went to one channel, newest first.
sa.Index("ix_outbox_channel", outbox.c.tenant, outbox.c.channel, outbox.c.created_at, outbox.c.id)
