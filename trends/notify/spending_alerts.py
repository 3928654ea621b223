"""What people are told of money: a budget that comes to its end, and schedules that stand still."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from trends.domain.calls import MicroUsd
from trends.domain.models import Language, Model, Tenant, utc_text
from trends.notify.alerts import MAX_REASON, MAX_TITLE, one_line
from trends.notify.base import Notice, NoticeKind
from trends.notify.words import words_of


class BudgetFacts(Model):
    """A window of money that came to its warning or to its end.

    Attributes:
        tenant: Whose.
        kind: `day` of a provider, `month` of a monitor, or `run`.
        scope: Which provider, monitor or run.
        name: Date of the window; empty for a run.
        full: Whether it came to its end.
        spent: What was spent by then, in words.
        cap: Of how much.
        spent_micro: The same in micro-USD.
        cap_micro: As well.
        monitor: Name of the monitor whose month it is; empty where it is none's.
    """

    tenant: Tenant
    kind: str
    scope: str
    name: str
    full: bool
    spent: str
    cap: str
    spent_micro: MicroUsd
    cap_micro: MicroUsd
    monitor: str = ""


class FreezeFacts(Model):
    """Who stopped paid calls, and why; `number` tells one time from another."""

    number: int
    author: str
    reason: str


def budget_crossed(
    budget: BudgetFacts, *, language: Language, at: datetime, public_url: str = ""
) -> Notice:
    """Say that a window of money came to its warning or to its end: once for each of the two.

    Args:
        budget: What came to what.
        language: Language to say it in.
        at: Now.
        public_url: Address under which people reach the API; empty where there is none.
    """
    words = words_of(language)
    of_kind: Mapping[str, str] = {"month": words.budget_month, "run": words.budget_run}
    title = of_kind.get(budget.kind, words.budget_day).format(
        scope=budget.monitor or budget.scope, name=budget.name
    )
    said = words.budget_spent if budget.full else words.budget_warning
    window = "/".join(part for part in (budget.kind, budget.scope, budget.name) if part)
    return Notice(
        tenant=budget.tenant,
        kind=NoticeKind.BUDGET_SPENT if budget.full else NoticeKind.BUDGET_WARNING,
        subject=f"budget/{window}/{'spent' if budget.full else 'warning'}",
        at=at,
        language=language,
        title=one_line(said.format(title=title), MAX_TITLE),
        lines=(
            words.budget_used.format(spent=budget.spent, cap=budget.cap),
            words.budget_spent_means if budget.full else words.budget_warning_means,
        ),
        link=f"{public_url}/v1/limits",
        run_id=budget.scope if budget.kind == "run" else None,
        monitor=budget.monitor,
        facts={
            "window": budget.kind,
            "scope": budget.scope,
            "name": budget.name,
            "spent_micro_usd": str(budget.spent_micro),
            "cap_micro_usd": str(budget.cap_micro),
        },
    )


def schedule_frozen(
    tenant: str,
    monitor: str,
    freeze: FreezeFacts,
    *,
    time: datetime,
    zone: str,
    language: Language,
    at: datetime,
) -> Notice:
    """Say that a monitor does not run by itself while paid calls are stopped: once for each freeze.

    Args:
        tenant: Whose monitor.
        monitor: Its name.
        freeze: Who stopped them, and why.
        time: When it was to run.
        zone: Zone to tell that in.
        language: Language to say it in.
        at: Now.
    """
    words, why = words_of(language), one_line(freeze.reason, MAX_REASON)
    shown = f"{time.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})"
    told = words.frozen_at.format(monitor=monitor, time=shown, author=freeze.author)
    return Notice(
        tenant=tenant,
        kind=NoticeKind.SCHEDULE_MISSED,
        subject=f"schedule/{monitor}/frozen/{freeze.number}",
        at=at,
        language=language,
        title=one_line(words.frozen.format(title=monitor), MAX_TITLE),
        lines=tuple(line for line in (told, why, words.frozen_again) if line),
        monitor=monitor,
        facts={"first": utc_text(time), "last": utc_text(time), "count": "1", "reason": why},
    )
