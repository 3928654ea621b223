"""The tables of webhook endpoints, and of the links under which single reports are shared."""

import sqlalchemy as sa

from trends.storage.columns import json, number, text, time
from trends.storage.tables import metadata

# Secrets are sealed with the server's key: whoever reads the database alone can sign nothing.
webhook_endpoints = sa.Table(
    "webhook_endpoints",
    metadata,
    text("tenant"),
    text("name"),
    text("url"),
    json("events"),
    text("description"),
    text("state"),
    text("reason"),
    text("secret"),
    text("previous_secret"),
    time("previous_until", nullable=True),
    time("created_at"),
    text("created_by"),
    time("updated_at"),
    sa.PrimaryKeyConstraint("tenant", "name"),
)

report_shares = sa.Table(
    "report_shares",
    metadata,
    text("tenant"),
    text("share_id"),
    text("run_id"),
    time("created_at"),
    text("created_by"),
    time("expires_at"),
    time("revoked_at", nullable=True),
    number("views"),
    time("last_viewed_at", nullable=True),
    sa.PrimaryKeyConstraint("tenant", "share_id"),
    sa.ForeignKeyConstraint(
        ["tenant", "run_id"], ["runs.tenant", "runs.run_id"], ondelete="CASCADE"
    ),
)
# Of one run; all, newest first; and by whoever follows a link, who has no tenant.
sa.Index("ix_report_shares_run", report_shares.c.tenant, report_shares.c.run_id)
sa.Index(
    "ix_report_shares_created",
    report_shares.c.tenant,
    report_shares.c.created_at,
    report_shares.c.share_id,
)
sa.Index("ix_report_shares_link", report_shares.c.share_id)
