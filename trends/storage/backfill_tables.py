"""The tables of backfills: how each stands, and each of its windows."""

import sqlalchemy as sa

from trends.storage.columns import flag, json, number, text, time
from trends.storage.tables import metadata

backfills = sa.Table(
    "backfills",
    metadata,
    text("tenant"),
    text("backfill_id"),
    text("workflow_id"),
    text("monitor"),
    text("monitor_id"),
    text("status"),
    # Everything its runs are made of, pinned when it was asked for.
    json("plan"),
    time("span_start"),
    time("span_end"),
    text("step"),
    text("window_text"),
    number("parallel"),
    flag("strict"),
    number("round"),
    time("requested_at"),
    time("started_at", nullable=True),
    time("ended_at", nullable=True),
    time("updated_at"),
    text("author"),
    text("idempotency_key", nullable=True),
    text("fingerprint"),
    text("slug"),
    text("reason"),
    sa.PrimaryKeyConstraint("tenant", "backfill_id"),
    sa.UniqueConstraint("tenant", "idempotency_key"),
)
# Lists newest first; what is under way of a question; what the reconciler looks through.
sa.Index("ix_backfills_requested", backfills.c.tenant, backfills.c.requested_at)
sa.Index("ix_backfills_monitor", backfills.c.tenant, backfills.c.monitor_id)
sa.Index("ix_backfills_unfinished", backfills.c.status, backfills.c.updated_at)

backfill_windows = sa.Table(
    "backfill_windows",
    metadata,
    text("tenant"),
    text("backfill_id"),
    time("window_end"),
    time("window_start"),
    text("state"),
    number("round"),
    text("run_id", nullable=True),
    flag("released"),
    time("started_at", nullable=True),
    time("ended_at", nullable=True),
    text("slug"),
    text("reason"),
    sa.ForeignKeyConstraint(
        ["tenant", "backfill_id"],
        ["backfills.tenant", "backfills.backfill_id"],
        ondelete="CASCADE",
    ),
    sa.PrimaryKeyConstraint("tenant", "backfill_id", "window_end"),
)
