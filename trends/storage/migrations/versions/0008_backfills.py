"""Backfills: how each stands, and its windows.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from trends.storage.columns import TEXT

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "backfills",
        *_text("tenant", "backfill_id", "workflow_id", "monitor", "monitor_id", "status"),
        sa.Column("plan", sa.JSON, nullable=False),
        *_times("span_start", "span_end"),
        *_text("step", "window_text"),
        sa.Column("parallel", sa.Integer, nullable=False),
        sa.Column("strict", sa.Boolean, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        *_times("requested_at"),
        *_times("started_at", "ended_at", nullable=True),
        *_times("updated_at"),
        *_text("author"),
        sa.Column("idempotency_key", TEXT, nullable=True),
        *_text("fingerprint", "slug", "reason"),
        sa.PrimaryKeyConstraint("tenant", "backfill_id", name="pk_backfills"),
        sa.UniqueConstraint(
            "tenant", "idempotency_key", name="uq_backfills_tenant_idempotency_key"
        ),
    )
    op.create_index("ix_backfills_requested", "backfills", ["tenant", "requested_at"])
    op.create_index("ix_backfills_monitor", "backfills", ["tenant", "monitor_id"])
    op.create_index("ix_backfills_unfinished", "backfills", ["status", "updated_at"])
    op.create_table(
        "backfill_windows",
        *_text("tenant", "backfill_id"),
        *_times("window_end", "window_start"),
        *_text("state"),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("run_id", TEXT, nullable=True),
        sa.Column("released", sa.Boolean, nullable=False),
        *_times("started_at", "ended_at", nullable=True),
        *_text("slug", "reason"),
        sa.ForeignKeyConstraint(
            ["tenant", "backfill_id"],
            ["backfills.tenant", "backfills.backfill_id"],
            name="fk_backfill_windows_backfills",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant", "backfill_id", "window_end", name="pk_backfill_windows"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("backfill_windows", "backfills"):
        op.drop_table(table)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def _times(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=nullable) for name in names]
