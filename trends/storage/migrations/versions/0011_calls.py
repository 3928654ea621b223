"""The call log of models, and the cache of responses.

Revision ID: 0011
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from trends.storage.columns import TEXT

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "model_calls",
        *_text("tenant", "call_key"),
        sa.Column("run_id", TEXT, nullable=True),
        *_text("role", "node"),
        sa.Column("round", sa.Integer, nullable=False),
        *_text("part"),
        sa.Column("answer", sa.JSON, nullable=False),
        sa.Column("usage", sa.JSON, nullable=True),
        *_large("cost_micro"),
        *_text("model", "served_as", "request_id", "origin"),
        _time("answered_at"),
        sa.Column("answered_again", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "call_key", name="pk_model_calls"),
        _of_run("model_calls"),
    )
    op.create_index("ix_model_calls_run", "model_calls", ["tenant", "run_id"])
    op.create_table(
        "model_attempts",
        *_text("tenant", "call_key"),
        sa.Column("run_id", TEXT, nullable=True),
        sa.Column("attempt", sa.Integer, nullable=False),
        *_text("ask_id", "provider", "model", "state"),
        sa.Column("repeats", sa.Boolean, nullable=False),
        *_large("held_tokens", "held_micro"),
        _time("expires_at"),
        *_large("booked_tokens", "booked_micro"),
        *_text("slug", "request_id"),
        _time("begun_at"),
        _time("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("tenant", "call_key", "attempt", name="pk_model_attempts"),
        _of_run("model_attempts"),
    )
    op.create_index("ix_model_attempts_run", "model_attempts", ["tenant", "run_id"])
    _create_cache()


def _create_cache() -> None:
    op.create_table(
        "cached_responses",
        *_text("tenant", "cache_key", "kind"),
        sa.Column("value", sa.LargeBinary, nullable=False),
        *_large("size_bytes"),
        _time("created_at"),
        _time("used_at"),
        sa.PrimaryKeyConstraint("tenant", "cache_key", name="pk_cached_responses"),
    )
    op.create_index("ix_cached_responses_used", "cached_responses", ["used_at"])
    op.create_index("ix_cached_responses_created", "cached_responses", ["kind", "created_at"])
    op.create_table(
        "cache_counts",
        *_text("tenant", "kind"),
        *_large("hits", "misses", "evictions", "expirations", "entries", "size_bytes"),
        sa.PrimaryKeyConstraint("tenant", "kind", name="pk_cache_counts"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("cache_counts", "cached_responses", "model_attempts", "model_calls"):
        op.drop_table(table)


def _of_run(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant", "run_id"],
        ["runs.tenant", "runs.run_id"],
        ondelete="CASCADE",
        name=f"fk_{table}_runs",
    )


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def _large(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
