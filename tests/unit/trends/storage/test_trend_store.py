"""Trend memory in the database: what is recalled, replaced, listed and decided."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.unit.trends.domain.memory_cases import found
from tests.unit.trends.reports.report_cases import analysis
from tests.unit.trends.storage.record_cases import (
    NOON,
    TENANT,
    Clock,
    new_run,
    reference,
    report_result,
)
from trends.domain.decisions import Decision, Verb
from trends.domain.memory import LinkKind, Memory, Past, Standing
from trends.domain.models import Analysis, Confidence, Topic, Window
from trends.domain.remember import remember
from trends.domain.report import ChangeKind
from trends.domain.trend import HandState, Trend, TrendSort
from trends.errors import (
    DecisionConflictError,
    InvalidRequestError,
    RunNotFoundError,
    TrendNotFoundError,
)
from trends.storage.database import Database
from trends.storage.runs import RunStore
from trends.storage.trends import TrendFilter, TrendStore

Run = Callable[..., Awaitable[Memory]]
EVERYTHING = TrendFilter(watched=True)
MATCHA = ("말차", "라테", "카페")
SHOES = ("러닝화", "마라톤", "기록")


def matcha(**more: Any) -> Topic:
    return found("m", *MATCHA, **more)


def shoes(**more: Any) -> Topic:
    return found("s", *SHOES, **more)


def end_of(day: int) -> datetime:
    return NOON + timedelta(days=day)


def window(day: int) -> Window:
    return Window(start=end_of(day) - timedelta(days=7), end=end_of(day))


@pytest.fixture
def store(database: Database) -> TrendStore:
    return TrendStore(database)


@pytest.fixture
def runs(database: Database) -> RunStore:
    return RunStore(database, Clock())


@pytest.fixture
def run(database: Database, store: TrendStore, runs: RunStore) -> Run:
    """Runs a window: recalls, remembers, writes."""

    async def run(day: int, *topics: Topic, run_id: str = "", **more: Any) -> Memory:
        name = run_id or f"run-{day}"
        monitor = more.pop("monitor", "q1")
        await runs.insert(new_run(name, window=window(day), question_hash=monitor))
        past = await store.recall(TENANT, name, end_of(day))
        made = analysis(*topics, **more)
        memory = remember(made, past, end_of(day))
        await database.write(store.remembering(TENANT, name, window(day), made, memory))
        return memory

    return run


def deciding(
    verb: Verb, decision_id: str = "d1", **more: Any
) -> Callable[[Trend, Mapping[str, float]], Decision]:
    def make(trend: Trend, profile: Mapping[str, float]) -> Decision:
        return Decision(
            decision_id=decision_id,
            monitor=trend.monitor,
            trend_id=trend.trend_id,
            verb=verb,
            author="kim",
            decided_at=NOON,
            label=trend.found_label,
            profile=dict(profile),
            window_end=trend.last_seen,
            **more,
        )

    return make


async def listed(store: TrendStore, wanted: TrendFilter = EVERYTHING, **more: Any) -> list[str]:
    return [trend.label for trend in (await store.page(TENANT, wanted, **more)).items]


async def test_what_a_run_found_is_recalled_by_the_next(store: TrendStore, run: Run) -> None:
    first = await run(0, matcha())
    past = await store.recall(TENANT, "run-0", end_of(1))
    (trend,) = past.trends
    assert (trend.trend_id, trend.label) == (first.topics[0].trend_id, "말차")
    assert (trend.windows, trend.last_announced) == (1, end_of(0))
    assert trend.profile == first.topics[0].profile
    assert past.windows == (end_of(0),)


async def test_recalling_for_a_run_that_is_not_there_is_refused(store: TrendStore) -> None:
    with pytest.raises(RunNotFoundError):
        await store.recall(TENANT, "nobody", NOON)


async def test_a_monitor_recalls_nothing_of_another(store: TrendStore, run: Run) -> None:
    await run(0, matcha())
    await run(1, matcha(), monitor="q2")
    page = await store.page(TENANT, EVERYTHING)
    assert len(page.items) == 2
    assert {trend.windows for trend in page.items} == {1}


async def test_a_run_over_an_old_window_does_not_see_what_came_later(
    store: TrendStore, run: Run
) -> None:
    await run(0, matcha())
    await run(5, matcha(), shoes())
    past = await store.recall(TENANT, "run-5", end_of(3))
    assert [(trend.label, trend.windows) for trend in past.trends] == [("말차", 1)]
    assert past.windows == (end_of(0),)


async def test_a_run_over_the_same_window_replaces_what_the_first_wrote(
    store: TrendStore, run: Run
) -> None:
    await run(0, matcha())
    first = await run(1, matcha(), shoes())
    again = await run(1, matcha(), run_id="again")
    assert again.topics[0] == first.topics[0]
    (trend,) = (await store.page(TENANT, EVERYTHING)).items
    life = await store.life(TENANT, trend.trend_id)
    assert trend.windows == 2
    assert [one.run_id for one in life.appearances] == ["again", "run-0"]


async def test_writing_the_same_twice_changes_nothing(
    database: Database, store: TrendStore, run: Run
) -> None:
    memory = await run(0, matcha(), shoes())
    before = [await store.life(TENANT, one.trend_id) for one in memory.topics]
    made = analysis(matcha(), shoes())
    await database.write(store.remembering(TENANT, "run-0", window(0), made, memory))
    assert [await store.life(TENANT, one.trend_id) for one in memory.topics] == before


async def test_days_are_counted_as_the_newest_window_counted_them(
    store: TrendStore, run: Run
) -> None:
    await run(0, matcha(daily=(1, 1, 1)))
    memory = await run(1, matcha(daily=(2, 2, 2, 2)))
    life = await store.life(TENANT, memory.topics[0].trend_id)
    assert [day.stories for day in life.days] == [2, 2, 2, 2]


async def test_a_run_over_an_old_window_leaves_the_days_of_a_later_one(
    store: TrendStore, run: Run
) -> None:
    await run(0, matcha(daily=(1, 1, 1)))
    await run(2, matcha(daily=(2, 2, 2)))
    memory = await run(0, matcha(daily=(9, 9, 9, 9)), run_id="again")
    life = await store.life(TENANT, memory.topics[0].trend_id)
    assert [day.stories for day in life.days] == [2, 2, 2]
    assert life.trend.last_seen == end_of(2)


async def test_days_of_an_appearance_that_is_taken_away_go_with_it(
    store: TrendStore, run: Run
) -> None:
    first = await run(0, matcha(daily=(1, 1, 1)))
    await run(2, matcha(daily=(2, 2, 2, 2, 2)))
    await run(2, shoes(), run_id="again")
    life = await store.life(TENANT, first.topics[0].trend_id)
    assert [day.stories for day in life.days] == [1, 1, 1]
    assert (life.trend.windows, life.trend.live) == (1, False)


async def test_days_that_were_not_observed_are_kept_as_missing(store: TrendStore, run: Run) -> None:
    memory = await run(0, matcha(daily=(3, 0, 3), missing=(1,)))
    life = await store.life(TENANT, memory.topics[0].trend_id)
    assert [(day.stories, day.observed) for day in life.days] == [(3, True), (0, False), (3, True)]


async def test_a_trend_without_any_appearance_left_is_forgotten_unless_it_was_decided_on(
    store: TrendStore, run: Run
) -> None:
    first, second = (await run(0, matcha(), shoes())).topics
    await store.decide(TENANT, second.trend_id, deciding(Verb.FOLLOW))
    await run(0, run_id="again")
    with pytest.raises(TrendNotFoundError):
        await store.get(TENANT, first.trend_id)
    assert (await store.get(TENANT, second.trend_id)).followed is not None


async def test_a_window_without_topics_makes_trends_gone(run: Run) -> None:
    first = await run(0, matcha())
    await run(1)
    back = await run(2, matcha())
    assert (back.topics[0].standing, back.topics[0].trend_id) == (
        Standing.BACK,
        first.topics[0].trend_id,
    )


async def test_a_window_that_could_claim_nothing_is_none_for_memory(
    store: TrendStore, run: Run
) -> None:
    await run(0, matcha(), confidence=Confidence.TOO_SHORT)
    assert (await store.recall(TENANT, "run-0", end_of(1))).windows == ()


async def test_a_stage_and_what_it_remembers_are_written_together_or_not_at_all(
    store: TrendStore, runs: RunStore
) -> None:
    await runs.insert(new_run("run-0", window=window(0)))
    await runs.stage_started(TENANT, "run-0", "report", "", 1)
    made = analysis(matcha())
    memory = remember(made, await store.recall(TENANT, "run-0", end_of(0)), end_of(0))
    also = store.remembering(TENANT, "run-0", window(0), made, memory)

    def failing(connection: Any) -> None:
        also(connection)
        raise RuntimeError("the machine is gone")

    detail: dict[str, Any] = {}
    of = (TENANT, "run-0", "report", "", 1, report_result(), (reference("e"),), detail)
    with pytest.raises(RuntimeError):
        await runs.stage_completed(*of, failing)
    assert await listed(store) == []
    assert (await runs.stages(TENANT, "run-0"))[0].status == "running"

    assert await runs.stage_completed(*of, also)
    assert not await runs.stage_completed(*of, failing)
    assert await listed(store) == ["말차"]


async def test_a_list_shows_announced_trends_and_watched_ones_on_demand(
    store: TrendStore, run: Run
) -> None:
    await run(0, matcha(), shoes(announced=False))
    assert await listed(store, TrendFilter()) == ["말차"]
    assert sorted(await listed(store)) == ["러닝화", "말차"]


@pytest.mark.parametrize(
    ("wanted", "labels"),
    [
        (TrendFilter(text="라테"), ["말차"]),
        (TrendFilter(text="MARATHON"), ["Run"]),
        (TrendFilter(text="100%"), []),
        (TrendFilter(monitor="q2"), []),
        (TrendFilter(status="rising"), ["말차", "Run"]),
        (TrendFilter(status="fading"), []),
        (TrendFilter(category="food"), []),
        (TrendFilter(seen_from=end_of(1)), ["Run"]),
        (TrendFilter(seen_to=end_of(1)), ["말차"]),
        (TrendFilter(hand=HandState.FOLLOWED), ["말차"]),
        (TrendFilter(hand=HandState.RENAMED), ["Run"]),
        (TrendFilter(text="달리기"), ["Run"]),
        (TrendFilter(hand=HandState.MUTED), []),
    ],
    ids=str,
)
async def test_lists_are_filtered(
    store: TrendStore, run: Run, wanted: TrendFilter, labels: list[str]
) -> None:
    first = await run(0, matcha())
    second = await run(1, found("r", "Run", "marathon"))
    await store.decide(TENANT, first.topics[0].trend_id, deciding(Verb.FOLLOW, "d1"))
    await store.decide(
        TENANT, second.topics[0].trend_id, deciding(Verb.RENAME, "d2", name="달리기")
    )
    page = await store.page(TENANT, wanted)
    assert sorted(trend.found_label for trend in page.items) == sorted(labels)


@pytest.mark.parametrize("sort", list(TrendSort))
async def test_pages_go_through_everything_once_in_order(
    store: TrendStore, run: Run, sort: TrendSort
) -> None:
    names = [f"말{number}" for number in range(7)]
    for number, name in enumerate(names):
        await run(
            number // 2,
            found(f"t{number}", name, growth_low=2.0 + (number * 5) % 4),
            run_id=f"run-{number}",
            monitor=f"q{number}",
        )
    whole = await listed(store, sort=sort)
    pages: list[str] = []
    cursor = None
    while True:
        page = await store.page(TENANT, EVERYTHING, sort=sort, cursor=cursor, limit=3)
        pages += [trend.label for trend in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert pages == whole
    assert sorted(whole) == names


async def test_a_cursor_of_another_list_is_refused(store: TrendStore, run: Run) -> None:
    await run(0, matcha(), shoes())
    page = await store.page(TENANT, EVERYTHING, limit=1)
    with pytest.raises(InvalidRequestError):
        await store.page(TENANT, EVERYTHING, sort=TrendSort.STRENGTH, cursor=page.next_cursor)


async def test_a_tenant_sees_nothing_of_another(store: TrendStore, run: Run) -> None:
    memory = await run(0, matcha())
    assert (await store.page("other", EVERYTHING)).items == ()
    with pytest.raises(TrendNotFoundError):
        await store.life("other", memory.topics[0].trend_id)


async def test_a_life_tells_of_merges_splits_and_neighbours(store: TrendStore, run: Run) -> None:
    whole = found("w", "두쫀쿠", "쿠키", "카페", "편의점")
    parts = (
        found("p1", "두쫀쿠", "쿠키", "카페"),
        found("p2", "두쫀쿠", "편의점", label="편의점 두쫀쿠"),
    )
    stays = (await run(0, whole)).topics[0].trend_id
    leaves = (await run(1, *parts)).topics[1].trend_id
    await run(2, whole)
    ties = {(tie.kind, tie.trend_id, tie.onward) for tie in (await store.life(TENANT, stays)).ties}
    assert ties == {
        (LinkKind.SPLIT, leaves, True),
        (LinkKind.MERGE, leaves, False),
        (LinkKind.RELATED, leaves, False),
    }
    (split,) = (
        tie for tie in (await store.life(TENANT, leaves)).ties if tie.kind is LinkKind.SPLIT
    )
    assert (split.trend_id, split.label, split.onward) == (stays, "두쫀쿠", False)


async def test_a_decision_is_recalled_and_never_deleted(store: TrendStore, run: Run) -> None:
    trend_id = (await run(0, matcha())).topics[0].trend_id
    muted = await store.decide(TENANT, trend_id, deciding(Verb.MUTE, "d1"))
    shown = await store.decide(TENANT, trend_id, deciding(Verb.UNDO, "d2", other="d1"))
    assert (muted.hidden is None, shown.hidden is None) == (False, True)
    made = (await store.life(TENANT, trend_id)).decisions
    assert [(one.decision.verb, one.in_force, one.undone_by) for one in made] == [
        (Verb.MUTE, False, "d2"),
        (Verb.UNDO, False, None),
    ]
    past: Past = await store.recall(TENANT, "run-0", end_of(1))
    assert [one.decision_id for one in past.decisions] == ["d1", "d2"]


async def test_a_refused_decision_leaves_nothing(store: TrendStore, run: Run) -> None:
    trend_id = (await run(0, matcha())).topics[0].trend_id
    await store.decide(TENANT, trend_id, deciding(Verb.MUTE, "d1"))
    with pytest.raises(DecisionConflictError):
        await store.decide(TENANT, trend_id, deciding(Verb.FOLLOW, "d2"))
    assert len((await store.life(TENANT, trend_id)).decisions) == 1


async def test_trends_of_different_monitors_are_not_merged(store: TrendStore, run: Run) -> None:
    one = (await run(0, matcha())).topics[0].trend_id
    other = (await run(1, shoes(), monitor="q2")).topics[0].trend_id
    with pytest.raises(InvalidRequestError, match="different monitors"):
        await store.decide(TENANT, one, deciding(Verb.MERGE, other=other))
    with pytest.raises(TrendNotFoundError):
        await store.decide(TENANT, one, deciding(Verb.MERGE, other="nobody"))


async def test_a_merged_trend_says_into_which(store: TrendStore, run: Run) -> None:
    one, other = (each.trend_id for each in (await run(0, matcha(), shoes())).topics)
    merged = await store.decide(TENANT, one, deciding(Verb.MERGE, other=other))
    assert merged.merged_into == other
    assert await listed(store, TrendFilter(hand=HandState.MERGED)) == ["말차"]


async def test_two_windows_are_compared_whichever_is_named_first(
    store: TrendStore, run: Run
) -> None:
    await run(0, matcha(daily=(2,) * 7), shoes())
    await run(7, matcha(daily=(6,) * 7), found("k", "쿠키"))
    compared = await store.compare(TENANT, "q1", end_of(7), end_of(0))
    assert (compared.a, compared.b) == (end_of(0), end_of(7))
    assert [(one.label, one.change) for one in compared.trends] == [
        ("말차", ChangeKind.RISEN),
        ("쿠키", ChangeKind.NEW),
        ("러닝화", ChangeKind.GONE),
    ]
    assert compared.trends[2].after is None


async def test_comparing_needs_two_windows_that_are_there(store: TrendStore, run: Run) -> None:
    await run(0, matcha())
    with pytest.raises(InvalidRequestError):
        await store.compare(TENANT, "q1", end_of(0), end_of(0))
    with pytest.raises(TrendNotFoundError, match="no window"):
        await store.compare(TENANT, "q1", end_of(0), end_of(1))
    with pytest.raises(TrendNotFoundError, match="no window"):
        await store.compare(TENANT, "nobody", end_of(0), end_of(1))


async def test_stories_a_trend_rests_on_are_told_newest_first_and_once(
    store: TrendStore, run: Run
) -> None:
    await run(0, matcha())
    memory = await run(1, matcha())
    life = await store.life(TENANT, memory.topics[0].trend_id)
    assert [piece.story_id for piece in life.evidence] == ["s:m"]


def test_an_analysis_is_untouched_by_remembering_it() -> None:
    made: Analysis = analysis(matcha())
    before = made.model_dump_json()
    remember(made, Past(tenant=TENANT, monitor="q1"), NOON)
    assert made.model_dump_json() == before
