"""What every source of the registry keeps to. A new source adds its case here and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from trends.domain.models import Language, RawItem, TimeRule, Window
from trends.domain.times import TimeReader
from trends.sources.base import ReadLog, Source, SourceRequest
from trends.sources.registry import SOURCES, create

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
REQUEST = SourceRequest(
    window=Window(start=NOW - timedelta(days=7), end=NOW),
    history_start=NOW - timedelta(days=28),
    languages=tuple(Language),
    zone="Asia/Seoul",
    now=NOW,
)


@dataclass(frozen=True)
class Case:
    """A source with something to read, and a request of which it can answer nothing."""

    source: Source
    request: SourceRequest
    empty: SourceRequest


def _sample(_: Path) -> Case:
    long_ago = NOW - timedelta(days=2_000)
    empty = REQUEST.model_copy(
        update={
            "history_start": long_ago,
            "window": Window(start=long_ago, end=long_ago + timedelta(days=1)),
        }
    )
    return Case(create("sample", {"until": NOW, "per_day": 20, "days": 35}), REQUEST, empty)


def _file(folder: Path) -> Case:
    days = [NOW - timedelta(days=number, hours=1) for number in range(60)]
    rows = "".join(f"Story {n},{day.isoformat()},Echo\n" for n, day in enumerate(days))
    (folder / "a.csv").write_text(f"title,date,outlet\n{rows}No time,,Echo\n")
    (folder / "b.csv").write_text("")
    return Case(
        create("file", {"roots": [str(folder)]}),
        REQUEST.model_copy(update={"argument": "a.csv"}),
        REQUEST.model_copy(update={"argument": "b.csv"}),
    )


CASES: dict[str, Callable[[Path], Case]] = {"file": _file, "sample": _sample}


@pytest.fixture(params=sorted(SOURCES))
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    """Each source of the registry in turn."""
    name: str = request.param
    assert name in CASES, f"the source '{name}' has no case in this file"
    return CASES[name](tmp_path)


def _open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def _read(case: Case) -> list[RawItem]:
    return list(case.source.read(case.request, ReadLog()))


def test_source_is_registered_under_its_name(case: Case) -> None:
    assert SOURCES[case.source.name] is type(case.source)


def test_source_finds_something(case: Case) -> None:
    assert len(_read(case)) > 10


def test_reading_again_gives_the_same(case: Case) -> None:
    logs = ReadLog(), ReadLog()
    first, second = (list(case.source.read(case.request, log)) for log in logs)
    assert first == second
    assert logs[0].outcome(case.source, len(first)) == logs[1].outcome(case.source, len(second))


def test_ids_tell_items_apart(case: Case) -> None:
    items = _read(case)
    assert len({item.item_id for item in items}) == len(items)


def test_items_carry_the_name_of_their_source(case: Case) -> None:
    assert {item.source for item in _read(case)} == {case.source.name}


def test_known_times_lie_within_the_span(case: Case) -> None:
    reader = TimeReader(now=NOW, seen=NOW, zone=ZoneInfo(REQUEST.zone))
    for item in _read(case):
        moment, rule = reader.read(item.published)
        if rule is not TimeRule.MISSING:
            assert REQUEST.history_start <= moment < REQUEST.window.end


def test_every_item_can_be_cited(case: Case) -> None:
    assert all(item.url or item.place for item in _read(case))


def test_items_survive_the_way_through_json(case: Case) -> None:
    assert [RawItem.model_validate_json(item.model_dump_json()) for item in _read(case)] == _read(
        case
    )


def test_nothing_is_invented_where_there_is_nothing(case: Case) -> None:
    assert list(case.source.read(case.empty, ReadLog())) == []


def test_only_generated_data_is_called_made_up(case: Case) -> None:
    outcome = ReadLog().outcome(case.source, 0)
    assert outcome.made_up is (case.source.name == "sample")


def test_stopping_early_leaves_no_file_open(case: Case) -> None:
    before = _open_files()
    items = case.source.read(case.request, ReadLog())
    next(items)
    items.close()
    assert _open_files() == before
