"""The tables of the response cache."""

import sqlalchemy as sa

from trends.storage.columns import data, large_number, text, time
from trends.storage.tables import metadata

cached_responses = sa.Table(
    "cached_responses",
    metadata,
    text("tenant"),
    text("cache_key"),
    text("kind"),
    data("value"),
    large_number("size_bytes"),
    time("created_at"),
    time("used_at"),
    sa.PrimaryKeyConstraint("tenant", "cache_key"),
)
# What goes first when there is no room, and what is too old.
sa.Index("ix_cached_responses_used", cached_responses.c.used_at)
sa.Index("ix_cached_responses_created", cached_responses.c.kind, cached_responses.c.created_at)

# One row for each tenant and kind; and one without either, which writers hold while they make room.
cache_counts = sa.Table(
    "cache_counts",
    metadata,
    text("tenant"),
    text("kind"),
    large_number("hits"),
    large_number("misses"),
    large_number("evictions"),
    large_number("expirations"),
    large_number("entries"),
    large_number("size_bytes"),
    sa.PrimaryKeyConstraint("tenant", "kind"),
)
