"""Events behind stories."""

from datetime import timedelta

from tests.unit.trends.domain.story_cases import END, story
from trends.domain.counts import timeline
from trends.domain.events import MOST_STORIES, EventCounter, Told
from trends.domain.models import Story

BRIDGE = (
    "Bridge collapses over river in storm",
    "Storm: bridge over river collapses, four hurt",
    "Four hurt when bridge collapses in storm",
)


def _told(*stories: Story, days: int = 7) -> Told:
    line = timeline(stories, END, END - timedelta(days=30), "UTC")
    return EventCounter(line).count(range(len(line.stories)), days)


def _count(*stories: Story, days: int = 7) -> int:
    return _told(*stories, days=days).events


def test_alike_stories_of_a_day_are_one_event() -> None:
    assert _count(*(story(0, title) for title in BRIDGE)) == 1


def test_stories_in_other_words_are_events_of_their_own() -> None:
    assert _count(story(0, "Amber basil cedar"), story(0, "Delta ember fjord")) == 2


def test_the_same_words_days_later_are_another_event() -> None:
    assert _count(story(0, BRIDGE[0]), story(4, BRIDGE[0])) == 2


def test_stories_are_joined_by_way_of_others() -> None:
    ends = ("amber basil cedar delta", "ember fjord grove heron")
    between = "cedar delta ember fjord"
    assert _count(story(0, ends[0]), story(0, ends[1])) == 2
    assert _count(story(0, ends[0]), story(0, ends[1]), story(0, between)) == 1


def test_stories_before_the_window_are_not_counted() -> None:
    assert _count(story(0, "Amber basil"), story(9, "Cedar delta"), days=7) == 1
    assert _count(story(0, "Amber basil"), story(9, "Cedar delta"), days=28) == 2


def test_no_stories_are_no_event() -> None:
    line = timeline([story(0, "Amber basil")], END, END - timedelta(days=30), "UTC")
    assert EventCounter(line).count([], 7) == Told(0, 0)


def test_copies_of_the_two_largest_events_are_left_out() -> None:
    floods = [story(0, f"Flood closes {road} road near harbour town") for road in ("north", "east")]
    fairs = [story(0, f"Lantern fair {verb} crowds again tonight") for verb in ("draws", "thrills")]
    bridges = [story(0, title) for title in BRIDGE]
    assert _told(*bridges, *floods, *fairs) == Told(events=3, stories=4)


def test_more_stories_than_can_be_compared_are_taken_as_they_are() -> None:
    stories = [story(0, BRIDGE[0], name=f"copy {number}") for number in range(MOST_STORIES + 1)]
    assert _told(*stories) == Told(MOST_STORIES + 1, MOST_STORIES + 1)
