"""Access: keys, signed-in browsers, the audit log.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from trends.storage.columns import TEXT

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "api_keys",
        *_text("tenant", "key_id", "digest", "name"),
        sa.Column("scopes", sa.JSON, nullable=False),
        *_times("created_at"),
        *_text("created_by"),
        *_times("expires_at", "last_used_at", "revoked_at", nullable=True),
        *_text("revoked_by"),
        sa.PrimaryKeyConstraint("tenant", "key_id", name="pk_api_keys"),
    )
    op.create_index("ix_api_keys_id", "api_keys", ["key_id"])
    op.create_index("ix_api_keys_created", "api_keys", ["tenant", "created_at", "key_id"])
    op.create_table(
        "web_sessions",
        *_text("tenant", "digest", "subject", "name"),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("key_id", TEXT, nullable=True),
        *_times("created_at", "expires_at"),
        sa.PrimaryKeyConstraint("tenant", "digest", name="pk_web_sessions"),
    )
    op.create_index("ix_web_sessions_digest", "web_sessions", ["digest"])
    op.create_index("ix_web_sessions_expires", "web_sessions", ["expires_at"])
    op.create_table(
        "audit_log",
        *_text("tenant", "id"),
        *_times("at"),
        *_text("actor", "action", "target", "outcome"),
        sa.Column("status", sa.Integer, nullable=False),
        *_text("request_id", "address"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_at", "audit_log", ["tenant", "at", "id"])


def downgrade() -> None:
    """Drop them."""
    for table in ("audit_log", "web_sessions", "api_keys"):
        op.drop_table(table)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def _times(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=nullable) for name in names]
