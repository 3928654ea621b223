"""Topics in numbers, and what of them may be announced."""

import itertools
from dataclasses import replace
from datetime import timedelta

from tests.unit.trends.domain.story_cases import (
    END,
    SpaceTokenizer,
    analyzed,
    burst,
    everyday,
    story,
)
from trends.domain.counts import timeline
from trends.domain.drafts import Draft, announced, draft_topics, significant
from trends.domain.growth import Growth
from trends.domain.models import Language, Story, Topic, Window
from trends.domain.screening import Family, read_language, screen
from trends.domain.terms import TermReader, index_terms


def _topics(*extra: list[Story]) -> dict[str, Topic]:
    stories = [*everyday(), *itertools.chain.from_iterable(extra)]
    return {topic.label: topic for topic in analyzed(stories).topics}


def test_a_rise_of_many_outlets_is_announced() -> None:
    assert _topics(burst("Matcha teapots", [4] * 7))["Matcha teapots"].announced


def test_a_rise_of_one_outlet_is_marked_and_not_announced() -> None:
    found = _topics(burst("Matcha teapots", [6] * 5, outlets=["Courier"]))["Matcha teapots"]
    assert found.single_outlet
    assert not found.announced


def test_a_topic_is_told_at_the_window_where_it_stands_out_most() -> None:
    found = _topics(burst("Matcha", [14]), burst("Rooibos", [4] * 7), burst("Chicory", [2] * 28))
    days = {label: found[label].window_days for label in ("Matcha", "Rooibos", "Chicory")}
    assert days == {"Matcha": 1, "Rooibos": 7, "Chicory": 28}


def test_what_rises_only_with_a_stronger_topic_is_no_topic_of_its_own() -> None:
    shop = [
        story(
            day, f"Matcha teapots at {name}", outlets=(outlet,), name=f"shop:{day}:{name}:{outlet}"
        )
        for day in range(7)
        for name, outlet in (("Emporium", "Courier"), ("Bazaar", "Herald"), ("Kiosk", "Ledger"))
    ]
    always = burst("Emporium lamps", [0] * 7 + [1] * 12, since=0)
    labels = set(_topics(shop, burst("Matcha teapots", [2] * 7), always))
    assert "Matcha teapots" in labels
    assert "Emporium" not in labels


def test_a_topic_without_a_story_in_the_window_is_left_out() -> None:
    assert "Matcha" not in _topics(burst("Matcha", [6] * 5, since=10))


def _drafts(stories: list[Story]) -> tuple[list[Draft], Family]:
    line = timeline(stories, END, END - timedelta(days=90), "UTC")
    reader = TermReader(SpaceTokenizer(), (), ())
    places = range(len(line.stories))
    index = index_terms(line.stories, places, Language.EN, reader, min_stories=3, tick=_silent)
    reading = read_language(line, index, Language.EN)
    family = screen(line, [reading], error_rate=0.05, min_stories=3, sole=None, tick=_silent)
    window = Window(start=END - timedelta(days=7), end=END)
    drafts = draft_topics(
        line, reading, family, window, max_topics=50, min_stories=3, sole=None, tick=_silent
    )
    return drafts, family


def _silent(_done: int, _total: int) -> None:
    pass


def test_a_rise_that_hardly_grows_is_not_announced() -> None:
    drafts, family = _drafts([*everyday(), *burst("Matcha", [4] * 7)])
    rise = next(draft for draft in drafts if draft.key == "matcha")
    hardly = replace(rise, growth=Growth(ratio=1.2, low=1.05, high=1.4))
    assert announced([rise, hardly], family) == [True, False]


def test_each_topic_is_counted_once_however_many_tests_it_set_off() -> None:
    drafts, family = _drafts([*everyday(), *burst("Matcha", [4] * 7)])
    rise = next(draft for draft in drafts if draft.key == "matcha")
    weak = replace(rise, p_value=1.9 * family.error_rate / family.size)
    assert announced([weak], family) == [False]
    assert announced([rise, weak], family) == [True, True]


def test_numbers_are_rounded_to_five_digits() -> None:
    assert significant(0.000123456789) == 0.00012346
    assert significant(0.0) == 0.0


def test_a_craze_is_announced_before_its_counts_suffice() -> None:
    drafts, family = _drafts([*everyday(), *burst("Matcha", [4] * 7)])
    quiet = replace(drafts[0], alarmed=False, p_value=0.04)
    craze = replace(quiet, craze=True)
    alone = replace(craze, single_outlet=True)
    steady = replace(craze, growth=Growth(1.2, 0.9, 1.6))
    assert announced([quiet, craze, alone, steady], family) == [False, True, False, False]
