"""The tables of trend memory. A window of a monitor is the unit that is written: whole, and replaced whole."""

import sqlalchemy as sa

from trends.storage.columns import flag, json, number, real, text, time
from trends.storage.tables import metadata

# The windows that a monitor has been run over: also those in which nothing was found.
trend_windows = sa.Table(
    "trend_windows",
    metadata,
    text("tenant"),
    text("monitor"),
    time("window_end"),
    time("window_start"),
    text("run_id"),
    text("confidence"),
    sa.PrimaryKeyConstraint("tenant", "monitor", "window_end"),
)

# One row a trend, derived from its appearances: what lists are sorted and filtered by.
trends = sa.Table(
    "trends",
    metadata,
    text("tenant"),
    text("trend_id"),
    text("monitor"),
    text("label"),
    text("folded"),
    json("terms"),
    json("languages"),
    text("category"),
    text("status"),
    flag("announced"),
    number("stories"),
    real("growth"),
    real("growth_low"),
    real("growth_high"),
    time("first_window_end"),
    time("last_window_end"),
    time("last_announced", nullable=True),
    number("windows"),
    sa.PrimaryKeyConstraint("tenant", "trend_id"),
)
sa.Index("ix_trends_seen", trends.c.tenant, trends.c.last_window_end, trends.c.trend_id)
sa.Index("ix_trends_strength", trends.c.tenant, trends.c.growth_low, trends.c.trend_id)
sa.Index("ix_trends_monitor", trends.c.tenant, trends.c.monitor, trends.c.last_window_end)

# A trend in one window, with the numbers that the window's report gave it.
trend_appearances = sa.Table(
    "trend_appearances",
    metadata,
    text("tenant"),
    text("trend_id"),
    time("window_end"),
    text("monitor"),
    text("run_id"),
    text("topic_id"),
    text("reason"),
    text("label"),
    json("terms"),
    json("profile"),
    json("languages"),
    text("category"),
    number("rank"),
    text("status"),
    flag("announced"),
    number("window_days"),
    number("stories"),
    real("growth"),
    real("growth_low"),
    real("growth_high"),
    json("series"),
    json("evidence"),
    sa.PrimaryKeyConstraint("tenant", "trend_id", "window_end"),
)
sa.Index(
    "ix_trend_appearances_window",
    trend_appearances.c.tenant,
    trend_appearances.c.monitor,
    trend_appearances.c.window_end,
)

trend_links = sa.Table(
    "trend_links",
    metadata,
    text("tenant"),
    text("monitor"),
    time("window_end"),
    text("kind"),
    text("from_trend"),
    text("to_trend"),
    text("reason"),
    sa.PrimaryKeyConstraint("tenant", "monitor", "window_end", "kind", "from_trend", "to_trend"),
)
sa.Index("ix_trend_links_from", trend_links.c.tenant, trend_links.c.from_trend)
sa.Index("ix_trend_links_to", trend_links.c.tenant, trend_links.c.to_trend)

# Never changed and never deleted: taking a decision back is a row of its own.
trend_decisions = sa.Table(
    "trend_decisions",
    metadata,
    text("tenant"),
    text("decision_id"),
    text("monitor"),
    text("trend_id"),
    text("verb"),
    text("reason"),
    text("author"),
    time("decided_at"),
    time("until", nullable=True),
    text("label"),
    json("profile"),
    time("window_end"),
    text("name"),
    text("other"),
    json("terms"),
    sa.PrimaryKeyConstraint("tenant", "decision_id"),
)
sa.Index("ix_trend_decisions_monitor", trend_decisions.c.tenant, trend_decisions.c.monitor)
sa.Index("ix_trend_decisions_trend", trend_decisions.c.tenant, trend_decisions.c.trend_id)
