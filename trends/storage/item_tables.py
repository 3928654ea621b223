"""The tables of the item store: what polls found, how the sources are, and which spans were observed."""

import sqlalchemy as sa

from trends.storage.columns import flag, json, number, text, time
from trends.storage.tables import metadata

items = sa.Table(
    "items",
    metadata,
    text("tenant"),
    text("source"),
    text("item_id"),
    text("title"),
    text("summary"),
    text("url", nullable=True),
    text("outlet", nullable=True),
    text("published", nullable=True),
    time("published_at"),
    text("time_rule"),
    text("declared", nullable=True),
    text("language"),
    text("place", nullable=True),
    time("first_seen"),
    time("last_seen"),
    flag("censored"),
    sa.PrimaryKeyConstraint("tenant", "source", "item_id"),
)
# A run reads one source's window in order; a search reads all sources, newest first. The few items of one moment are
# sorted as they are read: with their long ids the indexes would be three times as large.
sa.Index("ix_items_window", items.c.tenant, items.c.source, items.c.published_at)
sa.Index("ix_items_newest", items.c.tenant, items.c.published_at)

source_health = sa.Table(
    "source_health",
    metadata,
    text("tenant"),
    text("source"),
    time("first_attempt", nullable=True),
    time("last_attempt", nullable=True),
    time("last_success", nullable=True),
    text("slug"),
    text("reason"),
    number("failures"),
    number("last_items"),
    number("last_new"),
    text("recent"),
    time("newest_at", nullable=True),
    text("moved_to", nullable=True),
    flag("paused"),
    number("cadence_seconds"),
    time("next_poll", nullable=True),
    # What the source's connector remembers from poll to poll, such as an ETag.
    json("state", nullable=True),
    sa.PrimaryKeyConstraint("tenant", "source"),
)

source_observed = sa.Table(
    "source_observed",
    metadata,
    text("tenant"),
    text("source"),
    flag("censored"),
    time("begins"),
    time("ends"),
    sa.PrimaryKeyConstraint("tenant", "source", "censored", "begins"),
)

sources = sa.Table(
    "sources",
    metadata,
    text("tenant"),
    text("name"),
    text("url"),
    text("title"),
    text("folder"),
    text("language"),
    text("outlet"),
    text("market"),
    sa.Column("cadence_minutes", sa.Integer, nullable=True),
    sa.Column("retention_days", sa.Integer, nullable=True),
    time("added_at"),
    sa.PrimaryKeyConstraint("tenant", "name"),
    sa.UniqueConstraint("tenant", "url"),
)
