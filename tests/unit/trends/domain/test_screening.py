"""All tests of a run under one error rate."""

from datetime import timedelta

import numpy as np
import pytest

from tests.unit.trends.domain.story_cases import (
    END,
    OUTLETS,
    SpaceTokenizer,
    burst,
    everyday,
    story,
)
from trends.domain.counts import timeline
from trends.domain.models import Language, Story
from trends.domain.outlets import sole_outlet
from trends.domain.screening import Family, Reading, read_language, screen
from trends.domain.terms import TermReader, index_terms

WINDOWS = 4


def _screened(
    stories: list[Story],
    *,
    days: int = 90,
    outlets_known: bool = True,
    min_stories: int = 3,
    ticks: list[tuple[int, int]] | None = None,
) -> tuple[Family, Reading]:
    line = timeline(stories, END, END - timedelta(days=days), "UTC")
    reader = TermReader(SpaceTokenizer(), (), ())
    places = range(len(line.stories))
    told = ticks if ticks is not None else []
    index = index_terms(
        line.stories,
        places,
        Language.EN,
        reader,
        min_stories=min_stories,
        tick=lambda _done, _total: None,
    )
    reading = read_language(line, index, Language.EN)
    family = screen(
        line,
        [reading],
        error_rate=0.05,
        min_stories=min_stories,
        sole=[sole_outlet(each) for each in line.stories] if outlets_known else None,
        tick=lambda done, total: told.append((done, total)),
    )
    return family, reading


def _alarmed(family: Family, reading: Reading) -> set[str]:
    return {
        key for key, flag in zip(reading.index.keys, family.alarmed(reading), strict=True) if flag
    }


def test_every_term_is_tested_at_every_window() -> None:
    family, reading = _screened(everyday())
    assert family.size == WINDOWS * len(reading.index.keys)


def test_a_window_without_past_enough_is_not_tested() -> None:
    family, reading = _screened(everyday(days=40), days=40)
    assert sorted(reading.tests) == [1, 7, 14]
    assert family.size == 3 * len(reading.index.keys)


def test_calm_news_sets_off_nothing() -> None:
    assert _alarmed(*_screened(everyday())) == set()


@pytest.mark.parametrize(
    "per_day",
    [[14], [4] * 7, [2] * 28],
    ids=["a spike", "a week's rise", "a slow burn"],
)
def test_a_rise_of_any_length_is_found(per_day: list[int]) -> None:
    assert "matcha" in _alarmed(*_screened([*everyday(), *burst("Matcha", per_day)]))


def test_what_one_outlet_repeats_counts_as_no_surprise() -> None:
    family, reading = _screened([*everyday(), *burst("Matcha", [6] * 5, outlets=["Courier"])])
    term = reading.index.keys.index("matcha")
    assert family.best(reading)[term] == 1.0
    assert family.one_outlet[Language.EN][term]


def test_what_one_outlet_repeats_is_a_surprise_where_outlets_are_unknown() -> None:
    stories = [*everyday(), *burst("Matcha", [6] * 5, outlets=["Courier"])]
    assert "matcha" in _alarmed(*_screened(stories, outlets_known=False))


def test_one_event_told_many_times_is_no_rise() -> None:
    told = [f"Matcha spill closes {place} bridge in storm" for place in ("north", "south", "old")]
    stories = [
        story(0, title, outlets=(outlet,), name=f"{title}:{outlet}")
        for title in told
        for outlet in OUTLETS[:4]
    ]
    assert "matcha" not in _alarmed(*_screened([*everyday(), *stories]))
    assert "matcha" in _alarmed(*_screened([*everyday(), *burst("Matcha", [12])]))


def test_fewer_stories_than_the_least_are_never_called() -> None:
    stories = [*everyday(), *burst("Matcha", [4]), *burst("Matcha", [1], since=40)]
    assert _alarmed(*_screened(stories, min_stories=5)) == set()


def test_quiet_terms_stay_in_the_family() -> None:
    family, reading = _screened([*everyday(), *burst("Matcha", [1] * 6, since=50)])
    term = reading.index.keys.index("matcha")
    assert all(family.p_values[Language.EN, days][term] == 1.0 for days in reading.tests)


def test_a_further_test_is_judged_within_the_family() -> None:
    family, _ = _screened([*everyday(), *burst("Matcha", [4] * 7)])
    assert family.q_value(1e-30, 28) < 1e-20
    assert family.q_value(0.9, 28) == 1.0


def test_without_a_past_there_are_no_tests() -> None:
    family, reading = _screened(everyday(days=5), days=5)
    assert family.size == 0
    assert not family.alarmed(reading).any()
    assert np.all(family.best(reading) == 1.0)


def test_progress_is_told() -> None:
    ticks: list[tuple[int, int]] = []
    _screened([*everyday(), *burst("Matcha", [4] * 7)], ticks=ticks)
    assert ticks
