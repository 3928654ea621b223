"""Versions of what people set while processes ran.

Revision ID: 0012
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from trends.storage.columns import TEXT

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "setting_versions",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("parent", sa.Integer, nullable=False),
        sa.Column("verb", TEXT, nullable=False),
        sa.Column("restored", sa.Integer, nullable=True),
        sa.Column("values", sa.JSON, nullable=False),
        sa.Column("set", sa.JSON, nullable=False),
        sa.Column("unset", sa.JSON, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "version", name="pk_setting_versions"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("setting_versions")
