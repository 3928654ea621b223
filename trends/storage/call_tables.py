"""The tables of the call log: each call of a model that was answered, and each attempt at one."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from trends.storage.columns import flag, json, large_number, number, text, time
from trends.storage.tables import metadata


def _of_call() -> Sequence[SchemaItem]:
    return (
        text("tenant"),
        text("call_key"),
        # Without a run where a call is made for none; then the foreign key says nothing.
        text("run_id", nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "run_id"], ["runs.tenant", "runs.run_id"], ondelete="CASCADE"
        ),
    )


# One row a call that was answered. What was asked is in the key alone: its text is not kept a second time.
model_calls = sa.Table(
    "model_calls",
    metadata,
    *_of_call(),
    text("role"),
    text("node"),
    number("round"),
    text("part"),
    json("answer"),
    json("usage", nullable=True),
    large_number("cost_micro"),
    text("model"),
    text("served_as"),
    text("request_id"),
    text("origin"),
    time("answered_at"),
    number("answered_again"),
    sa.PrimaryKeyConstraint("tenant", "call_key"),
)
sa.Index("ix_model_calls_run", model_calls.c.tenant, model_calls.c.run_id)

# One row a request that may have left for a provider: written before it left.
model_attempts = sa.Table(
    "model_attempts",
    metadata,
    *_of_call(),
    number("attempt"),
    text("ask_id"),
    text("provider"),
    text("model"),
    text("state"),
    flag("repeats"),
    large_number("held_tokens"),
    large_number("held_micro"),
    time("expires_at"),
    large_number("booked_tokens"),
    large_number("booked_micro"),
    text("slug"),
    text("request_id"),
    time("begun_at"),
    time("ended_at", nullable=True),
    sa.PrimaryKeyConstraint("tenant", "call_key", "attempt"),
)
sa.Index("ix_model_attempts_run", model_attempts.c.tenant, model_attempts.c.run_id)
