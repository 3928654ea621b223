"""The tables of the ledger: who holds what, what was spent in which window, and who stopped paid calls.

Every transaction of the ledger takes its tenant's row in `limit_tenants` first. So there is one lock, and no order of
locks that could be got wrong.
"""

import sqlalchemy as sa

from trends.storage.columns import flag, large_number, number, text, time
from trends.storage.tables import metadata

# The latest moment that the ledger has seen: a clock that jumps back does not take it back.
limit_tenants = sa.Table(
    "limit_tenants",
    metadata,
    text("tenant"),
    time("seen_at"),
    sa.PrimaryKeyConstraint("tenant"),
)

# The pace of starts (GCRA: the moment when the burst is whole again), and until when the provider is left alone.
limit_providers = sa.Table(
    "limit_providers",
    metadata,
    text("tenant"),
    text("provider"),
    time("whole_at"),
    time("blocked_until"),
    sa.PrimaryKeyConstraint("tenant", "provider"),
)

# Money by window. A window has its date in its name, so that a new day is a new row and nothing is ever set back.
limit_windows = sa.Table(
    "limit_windows",
    metadata,
    text("tenant"),
    text("kind"),
    text("scope"),
    text("name"),
    large_number("held_micro"),
    large_number("spent_micro"),
    large_number("cap_micro"),
    large_number("tokens"),
    large_number("calls"),
    sa.PrimaryKeyConstraint("tenant", "kind", "scope", "name"),
)

# Reservations are the log of the rates as well: what was granted, when, and for how many tokens.
limit_reservations = sa.Table(
    "limit_reservations",
    metadata,
    text("tenant"),
    text("id"),
    text("provider"),
    text("model"),
    text("role"),
    text("run_id", nullable=True),
    text("monitor", nullable=True),
    flag("scheduled"),
    flag("scarce"),
    text("day"),
    text("month"),
    text("state"),
    large_number("tokens"),
    large_number("held_micro"),
    large_number("spent_micro"),
    time("granted_at"),
    time("expires_at"),
    time("ended_at", nullable=True),
    sa.PrimaryKeyConstraint("tenant", "id"),
)
# The log of a provider's rates; what is open, by its end; what a day, a run and a monitor cost.
sa.Index(
    "ix_limit_reservations_log",
    limit_reservations.c.tenant,
    limit_reservations.c.provider,
    limit_reservations.c.granted_at,
)
sa.Index(
    "ix_limit_reservations_open",
    limit_reservations.c.tenant,
    limit_reservations.c.state,
    limit_reservations.c.expires_at,
)
sa.Index(
    "ix_limit_reservations_day",
    limit_reservations.c.tenant,
    limit_reservations.c.day,
    limit_reservations.c.monitor,
)
sa.Index("ix_limit_reservations_run", limit_reservations.c.tenant, limit_reservations.c.run_id)

# One row for each time that paid calls were stopped; the last one stands while nobody has thawed it.
limit_freezes = sa.Table(
    "limit_freezes",
    metadata,
    text("tenant"),
    number("number"),
    text("author"),
    text("reason"),
    time("since"),
    text("thawed_by"),
    time("thawed_at", nullable=True),
    sa.PrimaryKeyConstraint("tenant", "number"),
)

# A window that came to its warning or its end: written once, with what crossed it.
limit_crossings = sa.Table(
    "limit_crossings",
    metadata,
    text("tenant"),
    text("kind"),
    text("scope"),
    text("name"),
    text("level"),
    time("at"),
    large_number("spent_micro"),
    large_number("cap_micro"),
    time("told_at", nullable=True),
    sa.PrimaryKeyConstraint("tenant", "kind", "scope", "name", "level"),
)
# What nobody has been told of yet.
sa.Index("ix_limit_crossings_told", limit_crossings.c.told_at)
