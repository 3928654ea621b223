"""The tables of monitors: how each stands, every change it went through, whose a question is, and when it was to run."""

import sqlalchemy as sa

from trends.storage.columns import json, number, text, time
from trends.storage.tables import metadata

monitors = sa.Table(
    "monitors",
    metadata,
    text("tenant"),
    text("name"),
    text("monitor_id"),
    json("question"),
    json("previous_ids"),
    json("spec"),
    text("state"),
    number("revision"),
    time("created_at"),
    time("updated_at"),
    text("author"),
    sa.PrimaryKeyConstraint("tenant", "name"),
)

# Never changed and never deleted.
monitor_revisions = sa.Table(
    "monitor_revisions",
    metadata,
    text("tenant"),
    text("name"),
    number("revision"),
    text("verb"),
    text("monitor_id"),
    json("spec"),
    text("author"),
    time("at"),
    sa.PrimaryKeyConstraint("tenant", "name", "revision"),
)

# The monitor that asks a question, or asked it last: one at a time.
monitor_questions = sa.Table(
    "monitor_questions",
    metadata,
    text("tenant"),
    text("monitor_id"),
    text("name"),
    sa.PrimaryKeyConstraint("tenant", "monitor_id"),
)
sa.Index("ix_monitor_questions_name", monitor_questions.c.tenant, monitor_questions.c.name)

# What became of each time at which a monitor was to run.
monitor_fires = sa.Table(
    "monitor_fires",
    metadata,
    text("tenant"),
    text("name"),
    time("scheduled_at"),
    text("state"),
    text("run_id", nullable=True),
    text("note"),
    time("at"),
    sa.PrimaryKeyConstraint("tenant", "name", "scheduled_at"),
)
