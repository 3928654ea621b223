"""The geometry of charts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.trends.reports.report_cases import analysis, report, topic
from trends.domain.report import ReportTopic
from trends.reports.chart import CHART_DAYS, bars, growth_scale, nice_top, text_bars

PLAIN = report(analysis(topic())).topics[0]


def _topic(**changes: object) -> ReportTopic:
    return PLAIN.model_copy(update=changes)


def _drawn(*daily: int, missing: tuple[int, ...] = (), window: int = 7) -> ReportTopic:
    made = topic(daily=daily, missing=missing, window_days=window)
    return report(analysis(made)).topics[0]


@given(st.floats(min_value=0, max_value=1e7))
def test_the_top_of_a_chart_holds_the_highest_bar_and_can_be_halved(most: float) -> None:
    top = nice_top(most)
    assert top >= most
    assert top % 2 == 0


def test_bars_in_the_window_are_apart_from_those_before() -> None:
    drawn = bars(_drawn(1, 1, 1, 2, 2, window=2), CHART_DAYS)
    assert drawn.past.count("M") == 3
    assert drawn.window.count("M") == 2
    assert (drawn.shade_x, drawn.shade_width) == (880, 20)


def test_a_bar_is_as_high_as_its_stories() -> None:
    untested = report(analysis(topic(daily=(10,), window_days=1, expected=None))).topics[0]
    drawn = bars(untested, CHART_DAYS)
    assert drawn.top == 10
    assert drawn.window == "M891 0h8v100h-8z"


def test_a_day_nobody_observed_is_marked_and_has_neither_bar_nor_level() -> None:
    drawn = bars(_drawn(3, 3, 3, missing=(1,)), CHART_DAYS)
    assert drawn.missing == "M880 0h10v100h-10z"
    assert drawn.window.count("M") == 2
    assert drawn.expected.count("M") == 2


def test_a_topic_without_days_still_has_a_chart() -> None:
    drawn = bars(_topic(series=()), CHART_DAYS)
    assert (drawn.width, drawn.past, drawn.window) == (10, "", "")


def test_only_the_last_days_are_drawn() -> None:
    assert len(bars(_drawn(1), 28).days) == 28


@given(
    st.lists(
        st.tuples(*(st.floats(min_value=0, max_value=9999) for _ in range(3))),
        min_size=1,
        max_size=8,
    )
)
def test_every_interval_lies_within_the_scale(growths: list[tuple[float, float, float]]) -> None:
    topics = [
        _topic(growth_low=low, growth=point, growth_high=high)
        for low, point, high in map(sorted, growths)
    ]
    scale = growth_scale(topics)
    for one in topics:
        at = scale.place(one)
        assert 0 <= float(at.low) <= float(at.point) <= 100
        assert float(at.low) + float(at.width) <= 100
    assert scale.marks[0][0] == 1


def test_the_scale_is_shared_and_logarithmic() -> None:
    scale = growth_scale([_topic(growth_low=1.0, growth=4.0, growth_high=16.0)])
    place = {mark: float(x) for mark, x in scale.marks}
    assert place[10] - place[5] == pytest.approx(place[2] - place[1], abs=0.02)


def test_text_bars_show_one_sign_a_day() -> None:
    text = text_bars(_drawn(0, 1, 4, 8, missing=(1,)).series[-4:])
    assert text == "▁▂·█"


def test_paths_hold_short_numbers_alone() -> None:
    drawn = bars(_drawn(1, 2, 3, 4, 5, 6, 7), CHART_DAYS)
    assert re.fullmatch(r"[MhvHVz\d. -]*", drawn.past + drawn.window + drawn.expected)
    assert not re.search(r"\.\d{2}", drawn.expected)
