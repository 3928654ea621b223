"""Monitors on real storage: what is asked makes the id, what is odd is said, runs belong to their monitor."""

from datetime import timedelta

import pytest

from activities.contracts import RunBrief
from engine.requests import StartFrom, StartRun, WindowSpan, question_hash
from tests.workflows.stand import KEY, NOW, REQUEST, Stand
from trends.domain.models import Category, Language
from trends.domain.monitors import MonitorDraft, MonitorVerb
from trends.domain.report import Report, ReportMonitor
from trends.domain.watchlist import Aliases, Entity
from trends.errors import (
    InvalidRequestError,
    InvalidWatchlistError,
    MonitorChangedError,
    MonitorExistsError,
    MonitorNotFoundError,
    UnknownNameError,
)
from trends.storage.runs import RunRow

pytestmark = pytest.mark.engine

LOCAL = "local"
NIKE = Entity(name="nike", aliases=Aliases(en=("Nike",)))
DAILY = MonitorDraft(name="daily", query="coffee OR 커피", sources=("sample",), watchlist=(NIKE,))


async def brief_of(idle: Stand, row: RunRow) -> RunBrief:
    return RunBrief.model_validate_json(await idle.doors.artifacts.get(row.brief))


async def test_what_is_left_out_is_pinned_from_the_settings(idle: Stand) -> None:
    spec = (await idle.doors.monitors.add(LOCAL, DAILY, "kim")).monitor.spec
    assert (spec.agent, spec.market, spec.window, spec.report_language) == (
        "news",
        "KR",
        "7d",
        Language.EN,
    )
    assert Category.FOOD in spec.categories
    assert Category.POLITICS not in spec.categories


async def test_its_id_is_what_a_run_of_the_same_question_hashes_to(idle: Stand) -> None:
    monitor = (await idle.doors.monitors.add(LOCAL, DAILY, "")).monitor
    request = REQUEST.model_copy(update={"query": "커피 OR coffee"})
    row = (await idle.doors.runs.start(LOCAL, request, None)).run
    assert row.question_hash == monitor.monitor_id == question_hash(LOCAL, monitor.question)
    brief = await brief_of(idle, row)
    assert (brief.monitor, brief.watchlist) == ("daily", (NIKE,))


async def test_a_run_by_name_asks_what_its_monitor_asks(idle: Stand) -> None:
    draft = DAILY.model_copy(update={"report_language": Language.KO, "channels": ("log",)})
    monitor = (await idle.doors.monitors.add(LOCAL, draft, "")).monitor
    row = (await idle.doors.runs.start(LOCAL, StartRun(monitor="daily"), KEY)).run
    assert row.question == monitor.question
    assert (row.question_hash, row.report_language) == (monitor.monitor_id, Language.KO)
    brief = await brief_of(idle, row)
    assert (brief.channels, brief.categories) == (("log",), monitor.spec.categories)


async def test_a_run_by_name_may_speak_of_another_window_of_that_length_alone(idle: Stand) -> None:
    await idle.doors.monitors.add(LOCAL, DAILY, "")
    end = NOW - timedelta(days=30)
    past = WindowSpan(start=end - timedelta(days=7), end=end)
    row = (await idle.doors.runs.start(LOCAL, StartRun(monitor="daily", window=past), None)).run
    assert row.window_end == end
    with pytest.raises(InvalidRequestError, match="speaks of 7d, not of 3d"):
        await idle.doors.runs.start(LOCAL, StartRun(monitor="daily", window="3d"), None)


async def test_a_run_by_name_takes_no_other_question(idle: Stand) -> None:
    await idle.doors.monitors.add(LOCAL, DAILY, "")
    with pytest.raises(InvalidRequestError, match="takes its query from there"):
        await idle.doors.runs.start(LOCAL, StartRun(monitor="daily", query="tea"), None)


async def test_a_run_of_no_monitor_watches_nothing(idle: Stand) -> None:
    row = (await idle.doors.runs.start(LOCAL, REQUEST, None)).run
    brief = await brief_of(idle, row)
    assert (brief.monitor, brief.watchlist, brief.categories) == ("", (), ())


async def test_a_removed_monitor_is_not_run(idle: Stand) -> None:
    monitors = idle.doors.monitors
    await monitors.add(LOCAL, DAILY, "")
    await monitors.steer(LOCAL, "daily", MonitorVerb.REMOVED, "", None)
    with pytest.raises(MonitorNotFoundError, match="was removed"):
        await idle.doors.runs.start(LOCAL, StartRun(monitor="daily"), None)


async def test_editing_the_question_makes_another_id_and_the_rest_does_not(idle: Stand) -> None:
    monitors = idle.doors.monitors
    first = (await monitors.add(LOCAL, DAILY, "")).monitor
    titled = MonitorDraft(name="daily", title="매일", watchlist=())
    same = (await monitors.edit(LOCAL, titled, "", 1)).monitor
    assert (same.monitor_id, same.spec.watchlist, same.spec.query) == (
        first.monitor_id,
        (),
        first.spec.query,
    )
    other = (await monitors.edit(LOCAL, MonitorDraft(name="daily", window="1d"), "", 2)).monitor
    assert other.monitor_id != first.monitor_id
    assert other.previous_id == first.monitor_id
    with pytest.raises(MonitorChangedError):
        await monitors.edit(LOCAL, titled, "", 1)


async def test_a_budget_can_be_taken_away(idle: Stand) -> None:
    monitors = idle.doors.monitors
    await monitors.add(LOCAL, DAILY.model_copy(update={"budget_usd": 2.5}), "")
    edited = await monitors.edit(LOCAL, MonitorDraft(name="daily", budget_usd=None), "", None)
    assert edited.monitor.spec.budget_usd is None


@pytest.mark.parametrize(
    ("query", "told"),
    [("qqqqzzz", "matches nothing: 0 of"), ("-qqqqzzz", "matches nearly everything"), ("", None)],
)
async def test_a_query_that_matches_nothing_or_everything_is_warned_of(
    idle: Stand, query: str, told: str | None
) -> None:
    kept = await idle.doors.monitors.add(LOCAL, DAILY.model_copy(update={"query": query}), "")
    assert len(kept.warnings) == int(told is not None)
    assert told is None or told in kept.warnings[0]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"market": "KO"}, UnknownNameError),
        ({"sources": ("sampel",)}, UnknownNameError),
        ({"channels": ("slck",)}, UnknownNameError),
        ({"query": "(a"}, InvalidRequestError),
        ({"window": "2026-01-01T00:00Z/2026-01-08T00:00Z"}, InvalidRequestError),
        ({"due": "08:00"}, InvalidRequestError),
        ({"cadence": "5m"}, InvalidRequestError),
        ({"name": "export"}, InvalidRequestError),
        ({"watchlist": (Entity(name="a"), Entity(name="A"))}, InvalidWatchlistError),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_stored(
    idle: Stand, change: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await idle.doors.monitors.add(LOCAL, DAILY.model_copy(update=change), "")
    assert await idle.doors.monitors.store.every(LOCAL) == ()


async def test_yaml_comes_in_whole_and_goes_out_the_same(idle: Stand) -> None:
    monitors = idle.doors.monitors
    await monitors.add(LOCAL, DAILY, "")
    text = await monitors.write_out(LOCAL)
    brought = await monitors.bring_in(LOCAL, text.encode(), "m.yaml", "")
    assert [monitor.revision for monitor in brought] == [1]
    assert await monitors.write_out(LOCAL) == text
    twin = text + text.replace("monitors:\n", "").replace("daily:", "twin:")
    with pytest.raises(MonitorExistsError):
        await monitors.bring_in(LOCAL, twin.encode(), "m.yaml", "")
    assert [one.name for one in await monitors.store.every(LOCAL)] == ["daily"]


async def test_a_csv_replaces_the_watchlist(idle: Stand) -> None:
    monitors = idle.doors.monitors
    await monitors.add(LOCAL, DAILY, "")
    data = "name,alias_ko\n애플,애플\n".encode("cp949")
    kept = await monitors.set_watchlist(LOCAL, "daily", data, "w.csv", "", 1)
    assert [entity.name for entity in kept.monitor.spec.watchlist] == ["애플"]


async def test_a_watchlist_is_counted_back_over_the_past(idle: Stand) -> None:
    monitors = idle.doors.monitors
    word = Entity(name="shoes", aliases=Aliases(en=("the",), ko=("올해",)))
    await monitors.add(LOCAL, DAILY.model_copy(update={"query": "", "watchlist": (word,)}), "")
    back = await monitors.look_back(LOCAL, "daily", "60d")
    (entity,) = back.entities
    assert back.items > 0
    assert sum(day.stories for day in entity.series) > entity.stories > 0


async def test_counting_back_nothing_is_refused(idle: Stand) -> None:
    monitors = idle.doors.monitors
    await monitors.add(LOCAL, DAILY.model_copy(update={"watchlist": ()}), "")
    with pytest.raises(InvalidRequestError, match="no watchlist"):
        await monitors.look_back(LOCAL, "daily", "60d")


async def test_a_rerun_heeds_the_monitor_as_it_is_now(idle: Stand) -> None:
    monitors = idle.doors.monitors
    await monitors.add(LOCAL, DAILY.model_copy(update={"watchlist": ()}), "")
    parent = (await idle.doors.runs.start(LOCAL, StartRun(monitor="daily"), None)).run
    await monitors.edit(LOCAL, MonitorDraft(name="daily", watchlist=(NIKE,)), "", None)
    again = StartRun(start_from=StartFrom(run_id=parent.run_id, stage="collect"))
    row = (await idle.doors.runs.start(LOCAL, again, None)).run
    assert (await brief_of(idle, row)).watchlist == (NIKE,)


async def test_a_rerun_of_the_report_names_the_monitor_as_it_was_called_then(idle: Stand) -> None:
    monitors = idle.doors.monitors
    await monitors.add(LOCAL, DAILY.model_copy(update={"title": "커피", "watchlist": ()}), "")
    await idle.worker()
    request = StartRun(monitor="daily", window=REQUEST.window)
    first = await idle.finished((await idle.doors.runs.start(LOCAL, request, None)).run)
    await monitors.edit(LOCAL, MonitorDraft(name="daily", title="차"), "", None)
    again = StartRun(start_from=StartFrom(run_id=first.run_id, stage="report"))
    second = await idle.finished((await idle.doors.runs.start(LOCAL, again, None)).run)
    before, after = await idle.report(first), await idle.report(second)
    made = Report.model_validate_json(before["application/json"])
    assert made.monitor == ReportMonitor(name="daily", title="커피")
    assert after == before


async def test_a_run_after_a_rename_names_the_monitor_anew(idle: Stand) -> None:
    monitors = idle.doors.monitors
    await monitors.add(LOCAL, DAILY.model_copy(update={"title": "커피"}), "")
    await monitors.edit(LOCAL, MonitorDraft(name="daily", title="차"), "", None)
    row = (await idle.doors.runs.start(LOCAL, StartRun(monitor="daily"), None)).run
    assert (await brief_of(idle, row)).monitor_title == "차"


async def test_a_report_counts_its_monitor_s_watchlist_with_its_past(idle: Stand) -> None:
    word = Entity(name="올해", group="words", aliases=Aliases(en=("the",), ko=("올해",)))
    draft = MonitorDraft(name="words", sources=("sample",), watchlist=(word,))
    await idle.doors.monitors.add(LOCAL, draft, "")
    request = StartRun(monitor="words", window=REQUEST.window)
    await idle.worker()
    row = await idle.finished((await idle.doors.runs.start(LOCAL, request, None)).run)
    forms = await idle.report(row)
    (entity,) = Report.model_validate_json(forms["application/json"]).watch
    assert entity.stories > 0
    assert sum(day.stories for day in entity.series) > entity.stories
    assert b"Watchlist" in forms["text/markdown"]
    assert b'id="watchlist"' in forms["text/html"]
