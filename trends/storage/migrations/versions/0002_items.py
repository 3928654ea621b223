"""Items, and the sources that are polled for them.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from trends.storage.columns import TEXT

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of the item store."""
    _create_items()
    _create_source_health()
    _create_source_observed()
    _create_sources()


def downgrade() -> None:
    """Drop them."""
    for table in ("sources", "source_observed", "source_health", "items"):
        op.drop_table(table)


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=nullable) for name in names]


def _times(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=nullable) for name in names]


def _numbers(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=nullable) for name in names]


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _create_items() -> None:
    op.create_table(
        "items",
        *_text("tenant", "source", "item_id", "title", "summary"),
        *_text("url", "outlet", "published", nullable=True),
        *_times("published_at"),
        *_text("time_rule"),
        *_text("declared", nullable=True),
        *_text("language"),
        *_text("place", nullable=True),
        *_times("first_seen", "last_seen"),
        _flag("censored"),
        sa.PrimaryKeyConstraint("tenant", "source", "item_id", name="pk_items"),
    )
    op.create_index("ix_items_window", "items", ["tenant", "source", "published_at"])
    op.create_index("ix_items_newest", "items", ["tenant", "published_at"])


def _create_source_health() -> None:
    op.create_table(
        "source_health",
        *_text("tenant", "source"),
        *_times("first_attempt", "last_attempt", "last_success", nullable=True),
        *_text("slug", "reason"),
        *_numbers("failures", "last_items", "last_new"),
        *_text("recent"),
        *_times("newest_at", nullable=True),
        *_text("moved_to", nullable=True),
        _flag("paused"),
        *_numbers("cadence_seconds"),
        *_times("next_poll", nullable=True),
        sa.Column("state", sa.JSON, nullable=True),
        sa.PrimaryKeyConstraint("tenant", "source", name="pk_source_health"),
    )


def _create_source_observed() -> None:
    op.create_table(
        "source_observed",
        *_text("tenant", "source"),
        _flag("censored"),
        *_times("begins", "ends"),
        sa.PrimaryKeyConstraint(
            "tenant", "source", "censored", "begins", name="pk_source_observed"
        ),
    )


def _create_sources() -> None:
    op.create_table(
        "sources",
        *_text("tenant", "name", "url", "title", "folder", "language", "outlet", "market"),
        *_numbers("cadence_minutes", "retention_days", nullable=True),
        *_times("added_at"),
        sa.PrimaryKeyConstraint("tenant", "name", name="pk_sources"),
        sa.UniqueConstraint("tenant", "url", name="uq_sources_tenant_url"),
    )
