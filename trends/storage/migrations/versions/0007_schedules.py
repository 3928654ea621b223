"""Schedules: what became of each time at which a monitor was to run; editions of runs; when a message may go out.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from trends.storage.columns import TEXT

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of fires; runs are full, and messages go out at once, until something else is said."""
    op.create_table(
        "monitor_fires",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("run_id", TEXT, nullable=True),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name", "scheduled_at", name="pk_monitor_fires"),
    )
    with op.batch_alter_table("runs") as table:
        table.add_column(sa.Column("edition", TEXT, nullable=False, server_default="full"))
    with op.batch_alter_table("runs") as table:
        table.alter_column("edition", existing_type=TEXT, server_default=None)
    with op.batch_alter_table("outbox") as table:
        table.add_column(sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("alert", sa.Boolean, nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("digest", sa.Boolean, nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("carried_by", TEXT, nullable=False, server_default=""))
    with op.batch_alter_table("outbox") as table:
        for name, kind in (("alert", sa.Boolean()), ("digest", sa.Boolean()), ("carried_by", TEXT)):
            table.alter_column(name, existing_type=kind, server_default=None)
    op.create_index("ix_outbox_waiting", "outbox", ["state", "not_before"])


def downgrade() -> None:
    """Take them away. What waits in the outbox goes out when its run is asked for again."""
    op.drop_index("ix_outbox_waiting", table_name="outbox")
    outbox = sa.table("outbox", sa.column("state"))
    op.execute(outbox.delete().where(outbox.c.state == "digested"))
    with op.batch_alter_table("outbox") as table:
        for name in ("carried_by", "digest", "alert", "not_before"):
            table.drop_column(name)
    with op.batch_alter_table("runs") as table:
        table.drop_column("edition")
    op.drop_table("monitor_fires")
