"""The tables of access: keys, signed-in browsers, and who did what."""

import sqlalchemy as sa

from trends.storage.columns import json, number, text, time
from trends.storage.tables import metadata

api_keys = sa.Table(
    "api_keys",
    metadata,
    text("tenant"),
    text("key_id"),
    text("digest"),
    text("name"),
    json("scopes"),
    time("created_at"),
    text("created_by"),
    time("expires_at", nullable=True),
    time("last_used_at", nullable=True),
    time("revoked_at", nullable=True),
    text("revoked_by"),
    sa.PrimaryKeyConstraint("tenant", "key_id"),
)
# A caller shows its key before its tenant is known; lists are newest first.
sa.Index("ix_api_keys_id", api_keys.c.key_id)
sa.Index("ix_api_keys_created", api_keys.c.tenant, api_keys.c.created_at, api_keys.c.key_id)

web_sessions = sa.Table(
    "web_sessions",
    metadata,
    text("tenant"),
    text("digest"),
    text("subject"),
    text("name"),
    json("scopes"),
    # Without one where a token opened it.
    text("key_id", nullable=True),
    time("created_at"),
    time("expires_at"),
    sa.PrimaryKeyConstraint("tenant", "digest"),
)
sa.Index("ix_web_sessions_digest", web_sessions.c.digest)
sa.Index("ix_web_sessions_expires", web_sessions.c.expires_at)

audit_log = sa.Table(
    "audit_log",
    metadata,
    text("tenant"),
    text("id"),
    time("at"),
    text("actor"),
    text("action"),
    text("target"),
    text("outcome"),
    number("status"),
    text("request_id"),
    text("address"),
    sa.PrimaryKeyConstraint("tenant", "id"),
)
sa.Index("ix_audit_log_at", audit_log.c.tenant, audit_log.c.at, audit_log.c.id)
