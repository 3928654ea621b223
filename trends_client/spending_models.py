"""What the API answers about money and limits. `…_micro_usd` is whole micro-USD, `…_usd` the same in USD."""

from datetime import date, datetime
from decimal import Decimal

from trends_client.models import Model


class Spent(Model):
    """What was spent on one thing.

    Attributes:
        name: The day, provider, model, run, or id of a monitor's question.
        monitor: Name of the monitor, where rows are monitors.
        held_micro_usd: What calls under way may cost.
    """

    name: str
    monitor: str | None = None
    spent_micro_usd: int
    spent_usd: Decimal
    held_micro_usd: int
    held_usd: Decimal
    calls: int
    tokens: int


class Usage(Model):
    """What was spent from one day to another, both included; the dearest first, days in their order."""

    first_day: date
    last_day: date
    time_zone: str
    by: str
    items: tuple[Spent, ...]
    left_out: bool = False
    total: Spent


class BudgetWindow(Model):
    """Money of one window.

    Attributes:
        kind: day of a provider, month of a monitor.
        scope: Which provider, or id of a monitor's question.
        per_hour_usd: Pace; None within its first minutes.
        used_up_at: When it is used up at this pace; None where it outlasts the window.
    """

    kind: str
    scope: str
    monitor: str | None = None
    name: str
    cap_micro_usd: int
    cap_usd: Decimal
    spent_micro_usd: int
    spent_usd: Decimal
    held_micro_usd: int
    held_usd: Decimal
    left_micro_usd: int
    left_usd: Decimal
    per_hour_micro_usd: int | None = None
    per_hour_usd: Decimal | None = None
    used_up_at: datetime | None = None
    ends_at: datetime | None = None
    calls: int = 0
    tokens: int = 0


class Rates(Model):
    """What may be asked of one provider right now."""

    provider: str
    calls_left_in_minute: int
    requests_per_minute: int
    calls_left_in_hour: int
    requests_per_hour: int
    tokens_left_in_minute: int
    tokens_per_minute: int
    open_calls: int
    concurrency: int
    blocked_until: datetime | None = None


class Crossing(Model):
    """A window that came to its warning (`warning`) or to its end (`full`)."""

    kind: str
    scope: str
    monitor: str | None = None
    name: str
    level: str
    at: datetime
    spent_micro_usd: int
    spent_usd: Decimal
    cap_micro_usd: int
    cap_usd: Decimal


class Freeze(Model):
    """One time that paid calls, and schedules with them, were stopped."""

    number: int
    author: str
    reason: str = ""
    since: datetime
    thawed_by: str | None = None
    thawed_at: datetime | None = None


class FreezeState(Model):
    """Whether they are stopped, and each time they were, the newest first."""

    frozen: bool
    standing: Freeze | None = None
    history: tuple[Freeze, ...] = ()


class Thawed(Model):
    """The freeze that ended; None where nothing was stopped."""

    ended: Freeze | None = None


class Limits(Model):
    """Where the tenant stands."""

    time_zone: str
    windows: tuple[BudgetWindow, ...]
    rates: tuple[Rates, ...]
    crossings: tuple[Crossing, ...] = ()
    freeze: Freeze | None = None


class Estimate(Model):
    """What it is going to cost, as a range.

    Attributes:
        model: `provider:model`; None where none would be asked.
        past_runs: Earlier runs that it looks at; 0: from prices alone.
        reason: Why nothing is spent; empty where something is.
        rests_on: What it rests on, a sentence each.
        remarks: What to know besides, a sentence each.
    """

    low_micro_usd: int
    low_usd: Decimal
    likely_micro_usd: int
    likely_usd: Decimal
    high_micro_usd: int
    high_usd: Decimal
    runs: int
    model: str | None = None
    past_runs: int = 0
    reason: str = ""
    rests_on: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
