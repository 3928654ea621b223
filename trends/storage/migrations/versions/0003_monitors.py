"""Monitors: how they stand, their revisions, their questions.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from trends.storage.columns import TEXT

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "monitors",
        *_text("tenant", "name", "monitor_id"),
        *_json("question", "previous_ids", "spec"),
        *_text("state"),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *_text("author"),
        sa.PrimaryKeyConstraint("tenant", "name", name="pk_monitors"),
    )
    op.create_table(
        "monitor_revisions",
        *_text("tenant", "name"),
        sa.Column("revision", sa.Integer, nullable=False),
        *_text("verb", "monitor_id"),
        *_json("spec"),
        *_text("author"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name", "revision", name="pk_monitor_revisions"),
    )
    op.create_table(
        "monitor_questions",
        *_text("tenant", "monitor_id", "name"),
        sa.PrimaryKeyConstraint("tenant", "monitor_id", name="pk_monitor_questions"),
    )
    op.create_index("ix_monitor_questions_name", "monitor_questions", ["tenant", "name"])


def downgrade() -> None:
    """Drop them."""
    for table in ("monitor_questions", "monitor_revisions", "monitors"):
        op.drop_table(table)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def _json(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.JSON, nullable=False) for name in names]
