"""The course of planted trends."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.sources.newsroom.chance import Chance
from trends.sources.newsroom.shapes import (
    SIZES,
    base_rate,
    course,
    default_plan,
    raised_days,
)
from trends.sources.newsroom.truth import Shape

shapes = st.sampled_from(list(Shape))
sizes = st.floats(min_value=1.1, max_value=10)


@given(shapes, sizes, st.integers(min_value=1, max_value=40))
def test_course_stays_between_base_and_size(shape: Shape, size: float, length: int) -> None:
    assert all(1.0 <= factor <= size + 1e-9 for factor in course(shape, size, length))


@given(shapes, sizes, st.integers())
def test_course_reaches_its_size(shape: Shape, size: float, seed: int) -> None:
    length = raised_days(shape, Chance(seed))
    assert max(course(shape, size, length)) == pytest.approx(size)


@given(sizes)
def test_ramp_grows_every_day(size: float) -> None:
    assert all(earlier < later for earlier, later in pairwise(course(Shape.RAMP, size, 7)))


@given(sizes)
def test_fading_falls_over_its_last_days(size: float) -> None:
    assert all(earlier > later for earlier, later in pairwise(course(Shape.FADING, size, 27)[-12:]))


@given(shapes, st.sampled_from(SIZES), st.integers())
def test_bases_lie_between_half_a_story_and_five_a_day(
    shape: Shape, size: float, seed: int
) -> None:
    assert 0.5 <= base_rate(shape, size, Chance(seed)) <= 5.0


@given(st.integers(min_value=0))
def test_default_plan_has_every_shape_and_mostly_high_sizes(seed: int) -> None:
    plan = default_plan(seed)
    assert len(plan) == 10
    assert {trend.shape for trend in plan} == set(Shape)
    assert sum(trend.size >= 3 for trend in plan) >= 6


def test_default_plans_of_some_seeds_cover_shapes_and_sizes() -> None:
    pairs = {(trend.shape, trend.size) for seed in range(60) for trend in default_plan(seed)}
    assert len(pairs) >= 16
