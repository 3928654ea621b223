"""Stories by day."""

from datetime import timedelta

import numpy as np

from tests.unit.trends.domain.story_cases import END, everyday, story
from trends.domain.counts import by_day, term_counts, timeline
from trends.domain.models import Language
from trends.domain.terms import TermIndex


def test_a_day_ends_where_the_window_ends() -> None:
    line = timeline([story(0, "a"), story(1, "b")], END, END - timedelta(days=3), "UTC")
    assert line.day_of == (1, 2)
    assert line.days[-1].end == END


def test_stories_outside_the_days_are_left_out() -> None:
    line = timeline([story(5, "a"), story(-1, "b")], END, END - timedelta(days=3), "UTC")
    assert line.stories == ()


def test_the_order_of_the_stories_makes_no_difference() -> None:
    stories = everyday(days=4)
    start = END - timedelta(days=4)
    assert timeline(stories, END, start, "UTC") == timeline(stories[::-1], END, start, "UTC")


def test_there_is_a_day_even_without_a_past() -> None:
    assert len(timeline([], END, END, "UTC").days) == 1


def test_exposure_counts_what_the_query_does_not_match() -> None:
    stories = [story(0, "a"), story(0, "b", matched=False)]
    line = timeline(stories, END, END - timedelta(days=2), "UTC")
    assert line.exposure([Language.EN]).tolist() == [0.0, 2.0]


def test_exposure_is_of_one_language() -> None:
    stories = [story(0, "a"), story(0, "가", language=Language.KO)]
    line = timeline(stories, END, END - timedelta(days=1), "UTC")
    assert line.exposure([Language.KO]).tolist() == [1.0]


def test_terms_are_counted_by_day() -> None:
    stories = [story(0, "a", name="1"), story(0, "a", name="2"), story(2, "a")]
    line = timeline(stories, END, END - timedelta(days=3), "UTC")
    counts = term_counts(TermIndex(("a",), ((0, 1, 2),)), line)
    assert counts.tolist() == [[1.0, 0.0, 2.0]]


def test_days_without_stories_count_zero() -> None:
    assert np.array_equal(by_day([2, 2], 4), np.array([0.0, 0.0, 2.0, 0.0]))
