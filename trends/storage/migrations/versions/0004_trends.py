"""Trend memory: windows, trends, appearances, links and decisions.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from trends.storage.columns import TEXT

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_windows()
    _create_trends()
    _create_appearances()
    _create_links()
    _create_decisions()


def downgrade() -> None:
    """Drop them."""
    for table in (
        "trend_decisions",
        "trend_links",
        "trend_appearances",
        "trends",
        "trend_windows",
    ):
        op.drop_table(table)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def _times(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=nullable) for name in names]


def _json(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.JSON, nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def _reals(*names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Float, nullable=False) for name in names]


def _flags(*names: str) -> list[sa.Column[bool]]:
    return [sa.Column(name, sa.Boolean, nullable=False) for name in names]


def _create_windows() -> None:
    op.create_table(
        "trend_windows",
        *_text("tenant", "monitor"),
        *_times("window_end", "window_start"),
        *_text("run_id", "confidence"),
        sa.PrimaryKeyConstraint("tenant", "monitor", "window_end", name="pk_trend_windows"),
    )


def _create_trends() -> None:
    op.create_table(
        "trends",
        *_text("tenant", "trend_id", "monitor", "label", "folded"),
        *_json("terms", "languages"),
        *_text("category", "status"),
        *_flags("announced"),
        *_numbers("stories"),
        *_reals("growth", "growth_low", "growth_high"),
        *_times("first_window_end", "last_window_end"),
        *_times("last_announced", nullable=True),
        *_numbers("windows"),
        sa.PrimaryKeyConstraint("tenant", "trend_id", name="pk_trends"),
    )
    op.create_index("ix_trends_seen", "trends", ["tenant", "last_window_end", "trend_id"])
    op.create_index("ix_trends_strength", "trends", ["tenant", "growth_low", "trend_id"])
    op.create_index("ix_trends_monitor", "trends", ["tenant", "monitor", "last_window_end"])


def _create_appearances() -> None:
    op.create_table(
        "trend_appearances",
        *_text("tenant", "trend_id"),
        *_times("window_end"),
        *_text("monitor", "run_id", "topic_id", "reason", "label"),
        *_json("terms", "profile", "languages"),
        *_text("category"),
        *_numbers("rank"),
        *_text("status"),
        *_flags("announced"),
        *_numbers("window_days", "stories"),
        *_reals("growth", "growth_low", "growth_high"),
        *_json("series", "evidence"),
        sa.PrimaryKeyConstraint("tenant", "trend_id", "window_end", name="pk_trend_appearances"),
    )
    op.create_index(
        "ix_trend_appearances_window", "trend_appearances", ["tenant", "monitor", "window_end"]
    )


def _create_links() -> None:
    op.create_table(
        "trend_links",
        *_text("tenant", "monitor"),
        *_times("window_end"),
        *_text("kind", "from_trend", "to_trend", "reason"),
        sa.PrimaryKeyConstraint(
            "tenant",
            "monitor",
            "window_end",
            "kind",
            "from_trend",
            "to_trend",
            name="pk_trend_links",
        ),
    )
    op.create_index("ix_trend_links_from", "trend_links", ["tenant", "from_trend"])
    op.create_index("ix_trend_links_to", "trend_links", ["tenant", "to_trend"])


def _create_decisions() -> None:
    op.create_table(
        "trend_decisions",
        *_text("tenant", "decision_id", "monitor", "trend_id", "verb", "reason", "author"),
        *_times("decided_at"),
        *_times("until", nullable=True),
        *_text("label"),
        *_json("profile"),
        *_times("window_end"),
        *_text("name", "other"),
        *_json("terms"),
        sa.PrimaryKeyConstraint("tenant", "decision_id", name="pk_trend_decisions"),
    )
    op.create_index("ix_trend_decisions_monitor", "trend_decisions", ["tenant", "monitor"])
    op.create_index("ix_trend_decisions_trend", "trend_decisions", ["tenant", "trend_id"])
