"""Runs, their stages, events and artifacts, and the outbox.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from trends.storage.columns import TEXT

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the first tables."""
    _create_runs()
    _create_run_stages()
    _create_run_events()
    _create_run_artifacts()
    _create_outbox()


def downgrade() -> None:
    """Drop them all."""
    for table in ("outbox", "run_artifacts", "run_events", "run_stages", "runs"):
        op.drop_table(table)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def _times(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=nullable) for name in names]


def _json(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.JSON, nullable=nullable) for name in names]


def _of_run(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant", "run_id"],
        ["runs.tenant", "runs.run_id"],
        name=f"fk_{table}_runs",
        ondelete="CASCADE",
    )


def _create_runs() -> None:
    op.create_table(
        "runs",
        *_text("tenant", "run_id", "workflow_id", "agent", "status", "stage"),
        sa.Column("priority", sa.Integer, nullable=False),
        *_json("question"),
        *_text("question_hash", "query", "window_text"),
        *_times("window_start", "window_end"),
        *_text("market"),
        *_json("languages", "sources"),
        *_text("report_language"),
        *_times("requested_at"),
        *_times("started_at", "ended_at", nullable=True),
        *_times("updated_at"),
        sa.Column("idempotency_key", TEXT, nullable=True),
        *_text("fingerprint"),
        sa.Column("parent_run", TEXT, nullable=True),
        *_text("start_from"),
        *_json("brief", nullable=True),
        *_text("settings_revision", "slug", "reason"),
        *_json("report", nullable=True),
        *_json("lines"),
        *_json("input", nullable=True),
        sa.Column("resumes", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "run_id", name="pk_runs"),
        sa.UniqueConstraint("tenant", "idempotency_key", name="uq_runs_tenant_idempotency_key"),
    )
    op.create_index("ix_runs_requested", "runs", ["tenant", "requested_at", "run_id"])
    op.create_index("ix_runs_question", "runs", ["tenant", "question_hash", "window_end"])
    op.create_index("ix_runs_unfinished", "runs", ["status", "updated_at", "run_id"])


def _create_run_stages() -> None:
    op.create_table(
        "run_stages",
        *_text("tenant", "run_id", "stage", "part", "status"),
        sa.Column("resumes", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        *_times("started_at"),
        *_times("ended_at", nullable=True),
        *_json("result", nullable=True),
        *_text("slug", "reason"),
        sa.Column("seconds", sa.Float, nullable=True),
        _of_run("run_stages"),
        sa.PrimaryKeyConstraint("tenant", "run_id", "stage", "part", name="pk_run_stages"),
    )


def _create_run_events() -> None:
    op.create_table(
        "run_events",
        *_text("tenant", "run_id"),
        sa.Column("seq", sa.Integer, nullable=False),
        *_times("at"),
        *_text("type", "stage", "part"),
        sa.Column("attempt", sa.Integer, nullable=False),
        *_json("data"),
        *_text("dedupe"),
        _of_run("run_events"),
        sa.PrimaryKeyConstraint("tenant", "run_id", "seq", name="pk_run_events"),
        sa.UniqueConstraint(
            "tenant", "run_id", "dedupe", name="uq_run_events_tenant_run_id_dedupe"
        ),
    )


def _create_run_artifacts() -> None:
    op.create_table(
        "run_artifacts",
        *_text("tenant", "run_id", "uri", "sha256", "media_type"),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        *_text("stage"),
        _of_run("run_artifacts"),
        sa.PrimaryKeyConstraint("tenant", "run_id", "uri", name="pk_run_artifacts"),
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        *_text("tenant", "run_id", "id", "channel"),
        *_json("payload"),
        *_text("state"),
        sa.Column("attempts", sa.Integer, nullable=False),
        *_times("created_at", "updated_at"),
        *_times("sent_at", nullable=True),
        *_text("error"),
        _of_run("outbox"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_outbox"),
        sa.UniqueConstraint("tenant", "run_id", "channel", name="uq_outbox_tenant_run_id_channel"),
    )
