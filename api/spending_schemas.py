"""What goes in and out of the routes about money and limits.

Money is told twice: as whole micro-USD (`…_micro_usd`), to compute with, and in USD as decimal text, to read.
"""

from datetime import date
from typing import Any

from pydantic import AwareDatetime, ConfigDict, Field

from api.backfill_schemas import BackfillBody
from api.schemas import Out, TextOnly, explain_fields, usd_text
from engine.estimates import Estimated, EstimateRequest
from engine.requests import StartRun
from engine.spending import Limits, Usage
from trends.limits.freeze import Freeze
from trends.limits.usage import By, Crossing, RateUse, Spending, WindowUse

MICRO_USD = "Whole micro-USD: a millionth of a USD. `…_usd` is the same in USD, as decimal text."
BYS = {
    "day": By.DAY,
    "provider": By.PROVIDER,
    "model": By.MODEL,
    "run": By.RUN,
    "monitor": By.MONITOR,
}


class FreezeBody(TextOnly):
    """Why paid calls are to be stopped."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "a key has leaked"}]}
    )

    reason: str = Field(default="", max_length=500, description="In words; it is kept.")


def _explain(schema: dict[str, Any]) -> None:
    explain_fields(schema)
    span = {"from": "2026-01-01", "to": "2026-03-01"}
    schema["examples"] = [{"query": "matcha"}, {"monitor": "coffee-kr", "backfill": span}]


class EstimateBody(TextOnly, StartRun):
    """What is to be estimated: a run as it would be started, or with `backfill` a monitor over a past span."""

    model_config = ConfigDict(json_schema_extra=_explain)

    backfill: BackfillBody | None = Field(
        default=None, description="A past span; takes a `monitor`."
    )

    def wanted(self) -> EstimateRequest:
        """The request as the engine takes it."""
        run = StartRun.model_validate(self.model_dump(exclude={"backfill"}))
        return EstimateRequest(run=run, backfill=self.backfill.asked() if self.backfill else None)


class SpentRow(Out):
    """What was spent on one thing."""

    name: str = Field(
        description="The day, provider, model or run, or the id of a monitor's question; empty for calls that belong "
        "to none."
    )
    monitor: str | None = Field(description="Name of the monitor, where rows are monitors.")
    spent_micro_usd: int = Field(description=f"Charged. {MICRO_USD}")
    spent_usd: str
    held_micro_usd: int = Field(description="What calls under way may cost.")
    held_usd: str
    calls: int = Field(description="Charged, or under way.")
    tokens: int = Field(description="Sent and received; of calls under way at most.")


class UsageOut(Out):
    """What was spent from one day to another, both included."""

    first_day: date
    last_day: date
    time_zone: str = Field(description="Whose days: zone of the limits.")
    by: str
    items: list[SpentRow] = Field(description="The dearest first; days in their order.")
    left_out: bool = Field(description="Whether there are more than `limit`.")
    total: SpentRow = Field(description="All of the span, whatever was left out.")


class WindowOut(Out):
    """Money of one window."""

    kind: str = Field(description="`day` of a provider, or `month` of a monitor.")
    scope: str = Field(description="Which provider, or the id of a monitor's question.")
    monitor: str | None = Field(description="Name of the monitor, where it is one's.")
    name: str = Field(description="Date of the window.")
    cap_micro_usd: int = Field(description=f"The limit as it is now. {MICRO_USD}")
    cap_usd: str
    spent_micro_usd: int
    spent_usd: str
    held_micro_usd: int = Field(description="What calls under way may cost.")
    held_usd: str
    left_micro_usd: int = Field(description="What may still be taken.")
    left_usd: str
    per_hour_micro_usd: int | None = Field(
        description="Pace since the window began; null within its first minutes."
    )
    per_hour_usd: str | None
    used_up_at: AwareDatetime | None = Field(
        description="When it is used up at this pace; null where it outlasts the window."
    )
    ends_at: AwareDatetime | None
    calls: int
    tokens: int


class RateOut(Out):
    """What may be asked of one provider right now; `headroom` is taken off."""

    provider: str
    calls_left_in_minute: int
    requests_per_minute: int
    calls_left_in_hour: int
    requests_per_hour: int
    tokens_left_in_minute: int
    tokens_per_minute: int
    open_calls: int = Field(description="Under way.")
    concurrency: int
    blocked_until: AwareDatetime | None = Field(
        description="Until when it is left alone, since it said so."
    )


class CrossingOut(Out):
    """A window that came to its warning or to its end."""

    kind: str = Field(description="`day`, `month` or `run`.")
    scope: str
    monitor: str | None
    name: str
    level: str = Field(description="`warning` or `full`.")
    at: AwareDatetime
    spent_micro_usd: int
    spent_usd: str
    cap_micro_usd: int
    cap_usd: str


class FreezeOut(Out):
    """One time that paid calls, and schedules with them, were stopped."""

    number: int = Field(description="Which of the tenant's, from 1.")
    author: str = Field(description="Who stopped them: `key:ID`, `oidc:SUBJECT`.")
    reason: str
    since: AwareDatetime
    thawed_by: str | None = Field(description="Who let them go on; null while they are stopped.")
    thawed_at: AwareDatetime | None


class FreezeState(Out):
    """Whether paid calls are stopped, and each time they were."""

    frozen: bool
    standing: FreezeOut | None = Field(description="The freeze in force.")
    history: list[FreezeOut] = Field(description="The newest first.")


class Thawed(Out):
    """What ended."""

    ended: FreezeOut | None = Field(description="Null where nothing was stopped.")


class LimitsOut(Out):
    """Where the tenant stands."""

    time_zone: str = Field(description="Zone of days and months.")
    windows: list[WindowOut]
    rates: list[RateOut]
    crossings: list[CrossingOut] = Field(description="The newest first, 100 at most.")
    freeze: FreezeOut | None = Field(description="In force, if any.")


class EstimateOut(Out):
    """What it is going to cost, as a range."""

    low_micro_usd: int = Field(description=f"Nothing had to be revised. {MICRO_USD}")
    low_usd: str
    likely_micro_usd: int = Field(description="As it usually is.")
    likely_usd: str
    high_micro_usd: int = Field(
        description="Everything was revised, each answer as long as may be; never more than budgets of runs let through."
    )
    high_usd: str
    runs: int = Field(description="How many runs that is: 1, or the windows of a span.")
    model: str | None = Field(description="`provider:model`; null where none would be asked.")
    past_runs: int = Field(description="Earlier runs that it looks at; 0: from prices alone.")
    reason: str = Field(description="Why nothing is spent; empty where something is.")
    rests_on: list[str] = Field(description="What it rests on, a sentence each.")
    remarks: list[str] = Field(description="What to know besides, a sentence each.")


def usage_out(found: Usage, by: str) -> UsageOut:
    """Show what was spent."""
    return UsageOut(
        first_day=found.span.first,
        last_day=found.span.last,
        time_zone=found.span.time_zone,
        by=by,
        items=[_spent(row, found.names.get(row.name)) for row in found.rows],
        left_out=found.left_out,
        total=_spent(found.total, None),
    )


def limits_out(found: Limits) -> LimitsOut:
    """Show where a tenant stands."""
    return LimitsOut(
        time_zone=found.time_zone,
        windows=[_window(each, found.names) for each in found.windows],
        rates=[_rate(each) for each in found.rates],
        crossings=[_crossing(each, found.names) for each in found.crossings],
        freeze=freeze_out(found.freeze) if found.freeze else None,
    )


def freeze_out(freeze: Freeze) -> FreezeOut:
    """Show a freeze."""
    return FreezeOut(
        number=freeze.number,
        author=freeze.author,
        reason=freeze.reason,
        since=freeze.since,
        thawed_by=freeze.thawed_by or None,
        thawed_at=freeze.thawed_at,
    )


def estimate_out(found: Estimated) -> EstimateOut:
    """Show an estimate."""
    return EstimateOut(
        **_money(low=found.low_micro, likely=found.likely_micro, high=found.high_micro),
        runs=found.runs,
        model=found.model,
        past_runs=found.past_runs,
        reason=found.reason,
        rests_on=list(found.rests_on),
        remarks=list(found.remarks),
    )


def _money(**amounts: int) -> dict[str, Any]:
    """Tell each amount twice, under its name."""
    told: dict[str, Any] = {}
    for name, micro_usd in amounts.items():
        told |= {f"{name}_micro_usd": micro_usd, f"{name}_usd": usd_text(micro_usd)}
    return told


def _spent(row: Spending, monitor: str | None) -> SpentRow:
    return SpentRow(
        **_money(spent=row.spent_micro, held=row.held_micro),
        name=row.name,
        monitor=monitor,
        calls=row.calls,
        tokens=row.tokens,
    )


def _window(window: WindowUse, names: dict[str, str]) -> WindowOut:
    pace = window.per_hour_micro
    return WindowOut(
        **_money(
            cap=window.cap_micro,
            spent=window.spent_micro,
            held=window.held_micro,
            left=window.left_micro,
        ),
        kind=window.kind.value,
        scope=window.scope,
        monitor=names.get(window.scope),
        name=window.name,
        per_hour_micro_usd=pace,
        per_hour_usd=None if pace is None else usd_text(pace),
        used_up_at=window.used_up_at,
        ends_at=window.ends_at,
        calls=window.calls,
        tokens=window.tokens,
    )


def _rate(rate: RateUse) -> RateOut:
    return RateOut(
        provider=rate.provider,
        calls_left_in_minute=max(0, rate.requests_per_minute - rate.minute_calls),
        requests_per_minute=rate.requests_per_minute,
        calls_left_in_hour=max(0, rate.requests_per_hour - rate.hour_calls),
        requests_per_hour=rate.requests_per_hour,
        tokens_left_in_minute=max(0, rate.tokens_per_minute - rate.minute_tokens),
        tokens_per_minute=rate.tokens_per_minute,
        open_calls=rate.open_calls,
        concurrency=rate.concurrency,
        blocked_until=rate.blocked_until,
    )


def _crossing(crossing: Crossing, names: dict[str, str]) -> CrossingOut:
    return CrossingOut(
        **_money(spent=crossing.spent_micro, cap=crossing.cap_micro),
        kind=crossing.kind.value,
        scope=crossing.scope,
        monitor=names.get(crossing.scope),
        name=crossing.name,
        level=crossing.level.value,
        at=crossing.at,
    )
