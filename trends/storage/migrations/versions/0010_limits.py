"""The ledger: reservations, money by window, freezes, and windows that came to their warning or end.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from trends.storage.columns import TEXT

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "limit_tenants",
        *_text("tenant"),
        _time("seen_at"),
        sa.PrimaryKeyConstraint("tenant", name="pk_limit_tenants"),
    )
    op.create_table(
        "limit_providers",
        *_text("tenant", "provider"),
        _time("whole_at"),
        _time("blocked_until"),
        sa.PrimaryKeyConstraint("tenant", "provider", name="pk_limit_providers"),
    )
    op.create_table(
        "limit_windows",
        *_text("tenant", "kind", "scope", "name"),
        *_large("held_micro", "spent_micro", "cap_micro", "tokens", "calls"),
        sa.PrimaryKeyConstraint("tenant", "kind", "scope", "name", name="pk_limit_windows"),
    )
    _create_reservations()
    op.create_table(
        "limit_freezes",
        *_text("tenant"),
        sa.Column("number", sa.Integer, nullable=False),
        *_text("author", "reason"),
        _time("since"),
        *_text("thawed_by"),
        _time("thawed_at", nullable=True),
        sa.PrimaryKeyConstraint("tenant", "number", name="pk_limit_freezes"),
    )
    op.create_table(
        "limit_crossings",
        *_text("tenant", "kind", "scope", "name", "level"),
        _time("at"),
        *_large("spent_micro", "cap_micro"),
        _time("told_at", nullable=True),
        sa.PrimaryKeyConstraint(
            "tenant", "kind", "scope", "name", "level", name="pk_limit_crossings"
        ),
    )
    op.create_index("ix_limit_crossings_told", "limit_crossings", ["told_at"])


def _create_reservations() -> None:
    table = "limit_reservations"
    op.create_table(
        table,
        *_text("tenant", "id", "provider", "model", "role"),
        sa.Column("run_id", TEXT, nullable=True),
        sa.Column("monitor", TEXT, nullable=True),
        sa.Column("scheduled", sa.Boolean, nullable=False),
        sa.Column("scarce", sa.Boolean, nullable=False),
        *_text("day", "month", "state"),
        *_large("tokens", "held_micro", "spent_micro"),
        _time("granted_at"),
        _time("expires_at"),
        _time("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_limit_reservations"),
    )
    op.create_index("ix_limit_reservations_log", table, ["tenant", "provider", "granted_at"])
    op.create_index("ix_limit_reservations_open", table, ["tenant", "state", "expires_at"])
    op.create_index("ix_limit_reservations_day", table, ["tenant", "day", "monitor"])
    op.create_index("ix_limit_reservations_run", table, ["tenant", "run_id"])


def downgrade() -> None:
    """Drop them."""
    for table in (
        "limit_crossings",
        "limit_freezes",
        "limit_reservations",
        "limit_windows",
        "limit_providers",
        "limit_tenants",
    ):
        op.drop_table(table)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def _large(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
