"""A day whose budget is cut to a tenth while monitors run: what is refused, in which order, and what reports say of it."""

from collections.abc import AsyncGenerator, Callable, Generator
from typing import TypeVar

import pytest

from engine.parts import Parts, open_parts
from engine.setting_changes import SettingChanges
from engine.spending import quotas_in_force
from tests.model_server import ModelServer, Reply
from tests.unit.trends.domain.verify.draft_cases import BLINDS
from tests.unit.trends.storage.record_cases import new_run
from trends.agents.analyst import Analyst, DraftAnswer, WrittenTopic
from trends.agents.summary import with_written
from trends.domain.calls import Purpose, Role
from trends.domain.korean import shared_tokenizer
from trends.domain.models import Summary, Withheld
from trends.errors import BudgetSpentError
from trends.limits.usage import By, UsageReader
from trends.llm.base import Gateway, Message

Value = TypeVar("Value")

KEY = "sk-made-up-for-tests"
MONITORS, TIMES = "abc", ("morning", "evening")
CAP = "limits.cost_per_day_usd"
DAY, TENTH = 500_000, 50_000
MESSAGES = (Message("user", "Write about blinds."),)
# Without a count of the provider's, all that was held is booked: no call costs less or more than it was granted.
UNCOUNTED = Reply(answer={"sentences": []}, usage=None)
# Of the tenth, so much is spent before the cut: less than a fifth of it is left, and more than one call.
BEFORE = 41_500


@pytest.fixture
def server() -> Generator[ModelServer]:
    """A provider that never says what it counted."""
    with ModelServer(key=KEY) as running:
        running.script(UNCOUNTED)
        yield running


@pytest.fixture
async def parts(stored: dict[str, str], server: ModelServer) -> AsyncGenerator[Parts]:
    """What a worker has, on a day of half a dollar."""
    environ = {
        **stored,
        "TRENDS_LLM__PROVIDERS__OPENAI__BASE_URL": server.url("openai"),
        "OPENAI_API_KEY": KEY,
    }
    async with open_parts(environ) as opened:
        await set_day(opened, DAY)
        for name in ("by-hand", *(f"{time}-{monitor}" for time in TIMES for monitor in MONITORS)):
            await opened.store.insert(new_run(name, workflow_id=f"run-local-{name}"))
        yield opened


async def set_day(parts: Parts, micro: int) -> None:
    """Override the day's budget, and let the process see it."""
    changes = SettingChanges(parts.live, parts.setting_versions, parts.clock)
    await changes.change({CAP: micro / 1_000_000}, (), seen=None, author="kim", reason="")
    await parts.live.refresh()


def run_of(name: str, monitor: str | None) -> Purpose:
    """A run: of a monitor's schedule, or by hand."""
    return Purpose(
        tenant="local",
        role=Role.ANALYST,
        run_id=name,
        monitor=monitor,
        scheduled=monitor is not None,
        node="draft",
    )


def gateway_of(parts: Parts) -> Gateway:
    found = parts.gateways.of_run(parts.settings, Role.ANALYST)
    assert found is not None
    return found


async def call(parts: Parts, run: Purpose, part: str) -> int:
    """Ask once; what it cost, in micro-USD."""
    purpose = run.model_copy(update={"part": part})
    return (await gateway_of(parts).call(purpose, MESSAGES, DraftAnswer)).cost_micro


async def until_refused(parts: Parts, run: Purpose) -> tuple[int, BudgetSpentError]:
    """Ask until there is no money; what it cost, and the refusal."""
    cost = 0
    for number in range(100):
        try:
            cost += await call(parts, run, f"late-{number}")
        except BudgetSpentError as error:
            return cost, error
    pytest.fail("nothing was refused")


async def spent(parts: Parts, by: By = By.MODEL) -> dict[str, tuple[int, int]]:
    """Micro-USD that are spent and held, by something."""
    reader = UsageReader(parts.database, quotas_in_force(parts.live))
    rows = await reader.spending("local", by, first_day="2000-01-01", last_day="2999-12-31")
    return {row.name: (row.spent_micro, row.held_micro) for row in rows}


async def morning(parts: Parts) -> int:
    """Let three monitors run until little of the later tenth is left; what that cost."""
    total, number = 0, 0
    while total < BEFORE:
        monitor = MONITORS[number % 3]
        total += await call(parts, run_of(f"morning-{monitor}", monitor), f"t{number}")
        number += 1
    return total


async def at_once(work: Callable[[], Value]) -> Value:
    """Run blocking work here."""
    return work()


async def written(parts: Parts, run: Purpose) -> list[WrittenTopic]:
    """Let the analyst write about two topics, as the summarize stage does."""
    topics = [BLINDS.model_copy(update={"topic_id": each}) for each in ("t-1", "t-2")]
    analyst = Analyst(gateway_of(parts), shared_tokenizer(), at_once, purpose=run, rounds=0)
    return await analyst.write(topics)


async def test_a_day_cut_to_a_tenth_refuses_in_order_and_goes_on_when_given_back(
    parts: Parts, server: ModelServer
) -> None:
    before = await morning(parts)
    assert TENTH * 4 // 5 < before < TENTH
    runs = await spent(parts, By.RUN)
    await set_day(parts, TENTH)

    # By hand first: the last fifth is the schedule's.
    hits = server.hits
    with pytest.raises(BudgetSpentError, match="are for scheduled runs"):
        await call(parts, run_of("by-hand", None), "t")
    assert server.hits == hits
    # Then each monitor that has used its own share, and the others still have theirs.
    each = TENTH // 5 // len(MONITORS)
    taken: dict[str, int] = {}
    for monitor in MONITORS:
        taken[monitor], _ = await until_refused(parts, run_of(f"evening-{monitor}", monitor))
    assert taken["a"] > 0
    assert taken["b"] > 0
    assert all(cost <= each for cost in taken.values())

    # Nobody overspends, and what ran in the morning keeps what it cost.
    after = await spent(parts)
    assert after["gpt-4.1-mini"] == (before + sum(taken.values()), 0)
    assert after["gpt-4.1-mini"][0] <= TENTH
    evening = await spent(parts, By.RUN)
    assert {name: evening[name] for name in runs} == runs

    await set_day(parts, DAY)
    assert await call(parts, run_of("by-hand", None), "t") > 0


async def test_a_call_under_way_keeps_what_it_holds_when_the_day_is_cut(parts: Parts) -> None:
    await morning(parts)
    held = await spent(parts)
    await set_day(parts, 1_000)
    with pytest.raises(BudgetSpentError):
        await call(parts, run_of("evening-a", "a"), "t")
    assert await spent(parts) == held


async def test_a_report_of_a_cut_day_says_what_was_not_looked_at(parts: Parts) -> None:
    await morning(parts)
    await set_day(parts, TENTH)
    topics = await written(parts, run_of("by-hand", None))
    said = [(each.topic_id, each.failure and each.failure.slug) for each in topics]
    assert said == [("t-1", "budget-spent"), ("t-2", "budget-spent")]
    summary = with_written(Summary(method="extractive", topics=()), topics)
    assert summary.withheld == Withheld(slug="budget-spent", topics=2)

    await set_day(parts, DAY)
    again = await written(parts, run_of("by-hand", None))
    assert [each.failure for each in again] == [None, None]
