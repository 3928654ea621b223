"""Webhook endpoints, shared reports, and the messages of one channel.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

from trends.storage.columns import TEXT

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "webhook_endpoints",
        *_text("tenant", "name", "url"),
        sa.Column("events", sa.JSON, nullable=False),
        *_text("description", "state", "reason", "secret", "previous_secret"),
        _time("previous_until", nullable=True),
        _time("created_at"),
        *_text("created_by"),
        _time("updated_at"),
        sa.PrimaryKeyConstraint("tenant", "name", name="pk_webhook_endpoints"),
    )
    op.create_table(
        "report_shares",
        *_text("tenant", "share_id", "run_id"),
        _time("created_at"),
        *_text("created_by"),
        _time("expires_at"),
        _time("revoked_at", nullable=True),
        sa.Column("views", sa.Integer, nullable=False),
        _time("last_viewed_at", nullable=True),
        sa.PrimaryKeyConstraint("tenant", "share_id", name="pk_report_shares"),
        sa.ForeignKeyConstraint(
            ["tenant", "run_id"],
            ["runs.tenant", "runs.run_id"],
            ondelete="CASCADE",
            name="fk_report_shares_runs",
        ),
    )
    op.create_index("ix_report_shares_run", "report_shares", ["tenant", "run_id"])
    op.create_index(
        "ix_report_shares_created", "report_shares", ["tenant", "created_at", "share_id"]
    )
    op.create_index("ix_report_shares_link", "report_shares", ["share_id"])
    op.create_index("ix_outbox_channel", "outbox", ["tenant", "channel", "created_at", "id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_outbox_channel", "outbox")
    op.drop_table("report_shares")
    op.drop_table("webhook_endpoints")


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
