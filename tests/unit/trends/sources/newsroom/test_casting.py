"""Who plays which part."""

from itertools import product

import pytest

from trends.domain.models import Language
from trends.errors import InvalidRequestError
from trends.sources.newsroom.casting import Part, cast
from trends.sources.newsroom.shapes import SIZES, default_plan
from trends.sources.newsroom.truth import DecoyKind, PlannedTrend, Shape
from trends.sources.newsroom.voice import Voice

SUBJECTS = {language: Voice(language).invented for language in Language}


def _roles(parts: tuple[Part, ...]) -> dict[str, object]:
    return {part.subject.text: part.trend or part.decoy for part in parts}


def test_every_subject_has_one_part() -> None:
    parts = cast(1, default_plan(1), SUBJECTS)
    assert sorted(part.subject.text for part in parts) == sorted(
        subject.text for subjects in SUBJECTS.values() for subject in subjects
    )


def test_seed_decides_which_subject_plays_which_part() -> None:
    plan = default_plan(1)
    assert _roles(cast(1, plan, SUBJECTS)) != _roles(cast(2, plan, SUBJECTS))


def test_every_kind_of_decoy_is_played_in_both_languages() -> None:
    parts = cast(1, (), SUBJECTS)
    assert {(part.language, part.decoy) for part in parts if part.decoy} == set(
        product(Language, DecoyKind)
    )


def test_decoys_do_not_depend_on_the_plan() -> None:
    decoys = [
        [part for part in cast(1, plan, SUBJECTS) if part.decoy] for plan in ((), default_plan(5))
    ]
    assert decoys[0] == decoys[1]


def test_all_shapes_and_sizes_fit_into_one_corpus() -> None:
    plan = [PlannedTrend(shape=shape, size=size) for shape, size in product(Shape, SIZES)]
    parts = cast(3, plan, SUBJECTS)
    assert [part.trend for part in parts if part.trend] == plan


def test_chosen_base_and_language_are_kept() -> None:
    plan = (PlannedTrend(shape=Shape.RAMP, size=2.0, base=1.25, language=Language.KO),)
    part = next(part for part in cast(3, plan, SUBJECTS) if part.trend)
    assert (part.base, part.language) == (1.25, Language.KO)


def test_more_trends_than_subjects_are_refused() -> None:
    plan = (PlannedTrend(shape=Shape.SPIKE, size=2.0, language=Language.EN),) * 40
    with pytest.raises(InvalidRequestError, match="more trends in 'en'"):
        cast(1, plan, SUBJECTS)
