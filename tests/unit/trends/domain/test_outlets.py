"""Whether a rise rests on one outlet."""

from datetime import timedelta

import pytest

from tests.unit.trends.domain.story_cases import END, OUTLETS, burst, everyday, story
from trends.domain.counts import timeline
from trends.domain.models import Language, Story
from trends.domain.outlets import rest_on_one, sole_outlet
from trends.domain.surprise import surprise


def _rests(stories: list[Story], days: int = 7) -> bool:
    line = timeline([*everyday(), *stories], END, END - timedelta(days=90), "UTC")
    group = [n for n, each in enumerate(line.stories) if not each.story_id.startswith("calm")]
    exposure = line.exposure([Language.EN])
    judged = surprise(line.on_days(group)[None, :], exposure, days)
    sole = [sole_outlet(each) for each in line.stories]
    return bool(rest_on_one(line, [group], exposure, judged, sole)[0])


def test_a_burst_of_one_outlet_rests_on_it() -> None:
    assert _rests(burst("Matcha", [3] * 7, outlets=["Courier"]))


def test_a_burst_of_many_outlets_rests_on_none() -> None:
    assert not _rests(burst("Matcha", [3] * 7))


def test_a_few_stories_of_others_do_not_carry_a_burst() -> None:
    others = burst("Matcha", [1, 0, 0, 1], outlets=["Gazette", "Herald"])
    assert _rests([*burst("Matcha too", [3] * 7, outlets=["Courier"]), *others])


def test_the_largest_of_several_outlets_may_be_left_out() -> None:
    largest = burst("Matcha too", [1] * 7, outlets=["Courier"])
    assert not _rests([*burst("Matcha", [2] * 7), *largest])


def test_others_who_write_as_they_always_did_do_not_carry_a_burst() -> None:
    always = burst("Matcha", [1] * 90, outlets=OUTLETS[1:])
    assert _rests([*always, *burst("Matcha too", [4] * 7, outlets=["Courier"])])


def test_stories_that_others_carried_too_are_not_one_outlets() -> None:
    wired = [
        story(day, f"Matcha {day}", outlets=("Courier", "Gazette"), name=f"wired:{day}:{n}")
        for day in range(7)
        for n in range(3)
    ]
    assert not _rests(wired)


def test_stories_of_unknown_outlets_count_as_one_outlet() -> None:
    unknown = [
        story(day, "Matcha", outlets=(), name=f"unknown:{day}:{n}")
        for day in range(7)
        for n in range(3)
    ]
    assert _rests(unknown)


@pytest.mark.parametrize(("outlets", "expected"), [(("A",), "A"), (("A", "B"), None), ((), "")])
def test_the_sole_outlet_of_a_story(outlets: tuple[str, ...], expected: str | None) -> None:
    assert sole_outlet(story(0, "Matcha", outlets=outlets)) == expected
