"""The outbox holds messages about anything: each has a subject, and not every one has a run.

Revision ID: 0005
Revises: 0004
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from trends.storage.columns import TEXT

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SENT = "sent"

_outbox = sa.table(
    "outbox",
    sa.column("tenant"),
    sa.column("id"),
    sa.column("subject"),
    sa.column("run_id"),
    sa.column("state"),
    sa.column("payload", sa.JSON),
    sa.column("created_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    """Give every message a subject; those that are still to be sent get today's form."""
    op.add_column("outbox", sa.Column("subject", TEXT, nullable=True))
    op.execute(_outbox.update().values(subject=sa.literal("run/") + _outbox.c.run_id + "/report"))
    _rewrite(_to_notice)
    with op.batch_alter_table("outbox") as table:
        table.alter_column("subject", existing_type=TEXT, nullable=False)
        table.alter_column("run_id", existing_type=TEXT, nullable=True)
        table.drop_constraint("uq_outbox_tenant_run_id_channel", type_="unique")
        table.create_unique_constraint(
            "uq_outbox_tenant_subject_channel", ["tenant", "subject", "channel"]
        )
    op.create_index("ix_outbox_run", "outbox", ["tenant", "run_id"])


def downgrade() -> None:
    """Keep the messages of reports: nothing else fits the form before."""
    op.execute(
        _outbox.delete().where(
            sa.or_(
                _outbox.c.run_id.is_(None),
                _outbox.c.subject != sa.literal("run/") + _outbox.c.run_id + "/report",
            )
        )
    )
    _rewrite(_to_report)
    op.drop_index("ix_outbox_run", table_name="outbox")
    with op.batch_alter_table("outbox") as table:
        table.drop_constraint("uq_outbox_tenant_subject_channel", type_="unique")
        table.create_unique_constraint(
            "uq_outbox_tenant_run_id_channel", ["tenant", "run_id", "channel"]
        )
        table.alter_column("run_id", existing_type=TEXT, nullable=False)
        table.drop_column("subject")


def _rewrite(form: Any) -> None:
    connection = op.get_bind()
    # What was sent is history; only what may still go out must be readable.
    rows = connection.execute(sa.select(_outbox).where(_outbox.c.state != _SENT)).all()
    for row in rows:
        connection.execute(
            _outbox.update()
            .where(_outbox.c.tenant == row.tenant, _outbox.c.id == row.id)
            .values(payload=form(row.payload, row.created_at))
        )


def _to_notice(report: dict[str, Any], created_at: datetime) -> dict[str, Any]:
    run_id, lines = report["run_id"], report["lines"]
    return {
        "tenant": report["tenant"],
        "kind": "report.ready",
        "subject": f"run/{run_id}/report",
        "at": created_at.isoformat() + ("" if created_at.tzinfo else "Z"),
        "language": "ko" if any("가" <= char <= "힣" for char in lines[0]) else "en",
        "title": lines[0],
        "lines": lines,
        "link": report["report_path"],
        "run_id": run_id,
        "id": report["id"],
    }


def _to_report(notice: dict[str, Any], created_at: datetime) -> dict[str, Any]:
    del created_at
    return {
        "id": notice["id"],
        "tenant": notice["tenant"],
        "run_id": notice["run_id"],
        "lines": notice["lines"],
        "report_path": notice["link"],
    }
