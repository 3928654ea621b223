"""How unlikely a count is."""

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.stats import binom, false_discovery_control, nbinom

from trends.domain.baseline import Pool, Pools
from trends.domain.counts import Counts
from trends.domain.surprise import (
    adjusted,
    adjusted_within,
    long_enough,
    passes,
    surprise,
    upper_tail,
    weekday_lift,
)

POISSON = Pools(Pool(0.0, 0.0), Pool(0.0, 0.0))
_P_VALUES = st.lists(st.floats(1e-12, 1.0), min_size=1, max_size=60)


def _row(*counts: float) -> Counts:
    return np.array([counts], dtype=np.float64)


@given(st.integers(0, 400), st.floats(0.01, 100.0), st.floats(1.01, 8.0))
def test_the_tail_is_that_of_the_negative_binomial(
    count: int, mean: float, dispersion: float
) -> None:
    shape = mean / (dispersion - 1.0)
    found = upper_tail(np.array([float(count)]), np.array([mean]), np.array([mean * dispersion]))
    expected = nbinom.sf(count - 1, shape, 1.0 / dispersion)
    assert found[0] == pytest.approx(expected, rel=1e-6, abs=1e-290)


@given(st.integers(1, 60), st.integers(0, 200), st.integers(1, 50), st.integers(1, 50))
def test_without_overdispersion_it_is_the_exact_test_of_two_rates(
    now: int, before: int, exposure: int, past: int
) -> None:
    mean = exposure * (before + 1) / past
    found = upper_tail(
        np.array([float(now)]), np.array([mean]), np.array([mean + mean**2 / (before + 1)])
    )
    expected = binom.sf(now - 1, before + now, exposure / (exposure + past))
    assert found[0] == pytest.approx(expected, rel=1e-6, abs=1e-290)


@given(_P_VALUES)
def test_adjusted_values_are_those_of_benjamini_and_hochberg(p_values: list[float]) -> None:
    found = adjusted(np.array(p_values))
    assert found == pytest.approx(false_discovery_control(p_values), rel=1e-12)


def test_nothing_adjusts_to_nothing() -> None:
    assert adjusted(np.empty(0)).size == 0


@given(_P_VALUES, st.floats(1e-12, 1.0))
def test_a_further_value_is_adjusted_no_higher_than_larger_ones(
    p_values: list[float], further: float
) -> None:
    assume(further not in p_values)
    family = np.sort(np.array(p_values))
    order = adjusted(family)
    found = adjusted_within(further, family, order)
    assert found <= order[family > further].min(initial=1.0)
    assert found == 1.0 or found >= further


@given(_P_VALUES)
def test_a_member_of_the_family_is_adjusted_as_in_it(p_values: list[float]) -> None:
    family = np.sort(np.array(p_values))
    order = adjusted(family)
    for p_value, q_value in zip(family, order, strict=True):
        assert adjusted_within(float(p_value), family, order) == pytest.approx(float(q_value))


def test_in_an_empty_family_nothing_is_a_surprise() -> None:
    assert adjusted_within(1e-9, np.empty(0), np.empty(0)) == 1.0


@given(_P_VALUES, st.floats(0.01, 0.3))
@example([0.125, 0.125, 0.20064997473699625], 0.20064997473699625)
def test_findings_that_are_all_tests_pass_as_benjamini_and_hochberg_say(
    p_values: list[float], rate: float
) -> None:
    numbers = np.array(p_values)
    assert passes(numbers, len(p_values), rate).tolist() == (adjusted(numbers) <= rate).tolist()


def test_findings_pass_against_all_tests_of_the_run() -> None:
    findings = np.array([1e-4, 2e-3])
    assert passes(findings, 100, 0.05).tolist() == [True, False]
    assert passes(findings, 10, 0.05).tolist() == [True, True]


def test_without_findings_none_passes() -> None:
    assert passes(np.empty(0), 100, 0.05).size == 0


def test_a_steady_rate_is_no_surprise() -> None:
    found = surprise(np.ones((1, 60)), np.full(60, 20.0), 7, POISSON)
    assert found.p_value[0] > 0.4
    assert found.expected[0] == pytest.approx(7.0, rel=0.05)


def test_more_exposure_explains_more_stories() -> None:
    counts = _row(*[1.0] * 53, *[4.0] * 7)
    same = surprise(counts, np.full(60, 20.0), 7, POISSON)
    more = surprise(counts, np.array([20.0] * 53 + [80.0] * 7), 7, POISSON)
    assert same.p_value[0] < 1e-5
    assert more.p_value[0] > 0.4


def test_missing_days_are_not_days_without_stories() -> None:
    seen = _row(*[0.0] * 30, *[2.0] * 30)
    exposure = np.array([0.0] * 30 + [20.0] * 30)
    assert surprise(seen, exposure, 7, POISSON).p_value[0] > 0.4


def test_swinging_counts_need_more_to_surprise() -> None:
    steady = _row(*[2.0] * 80, 9.0)
    swinging = _row(*[0.0, 4.0, 0.0, 4.0] * 20, 9.0)
    exposure = np.full(81, 20.0)
    assert (
        surprise(swinging, exposure, 1, POISSON).p_value[0]
        > 10 * surprise(steady, exposure, 1, POISSON).p_value[0]
    )


def test_a_past_burst_does_not_hide_a_new_one() -> None:
    calm = [1.0] * 80
    struck = [*calm[:40], 30.0, *calm[41:]]
    exposure = np.full(81, 20.0)
    without = surprise(_row(*calm, 10.0), exposure, 1, POISSON).p_value[0]
    after = surprise(_row(*struck, 10.0), exposure, 1, POISSON).p_value[0]
    assert without < 1e-5
    assert after < 1e-3


def test_a_weekly_peak_is_no_surprise_on_its_weekday() -> None:
    weekly = [6.0 if day % 7 == 6 else 0.3 for day in range(84)]
    exposure = np.full(84, 20.0)
    assert surprise(_row(*weekly), exposure, 1, POISSON).p_value[0] > 0.05


def test_a_weekly_peak_is_a_surprise_on_another_day() -> None:
    weekly = [6.0 if day % 7 == 6 else 0.0 for day in range(81)]
    weekly[-1] = 12.0
    exposure = np.full(81, 20.0)
    assert surprise(_row(*weekly), exposure, 1, POISSON).p_value[0] < 0.01


def test_one_burst_on_the_weekday_is_no_rhythm() -> None:
    counts = np.ones((1, 84))
    counts[0, 83 - 14] = 30.0
    lift = weekday_lift(counts, np.full(84, 20.0), np.array([0.05]))
    assert lift[0] == pytest.approx(1.0, abs=0.05)


def test_a_quiet_weekday_lowers_nothing() -> None:
    counts = np.array([[0.0 if day % 7 == 6 else 3.0 for day in range(84)]])
    assert weekday_lift(counts, np.full(84, 20.0), np.array([0.13]))[0] == 1.0


def test_two_weeks_are_too_few_for_a_weekday() -> None:
    assert weekday_lift(np.ones((1, 15)), np.full(15, 20.0), np.array([0.01]))[0] == 1.0


@pytest.mark.parametrize(
    ("days", "window", "allowed"),
    [
        (15, 1, True),
        (14, 1, False),
        (21, 7, True),
        (20, 7, False),
        (35, 14, True),
        (34, 14, False),
        (70, 28, True),
        (69, 28, False),
    ],
)
def test_a_window_needs_half_as_much_again_of_its_length_and_two_weeks_before_it(
    days: int, window: int, *, allowed: bool
) -> None:
    assert long_enough(np.full(days, 20.0), window) is allowed


def test_days_never_observed_are_no_past() -> None:
    assert not long_enough(np.array([0.0] * 60 + [20.0] * 10), 1)


def test_a_window_without_any_story_is_not_tested() -> None:
    assert not long_enough(np.array([20.0] * 60 + [0.0]), 1)


def test_the_tail_of_what_was_seen_is_its_p_value() -> None:
    counts = np.random.default_rng(1).poisson(2.0, (40, 60)).astype(np.float64)
    judged = surprise(counts, np.full(60, 100.0), 7)
    terms = np.array([3, 17])
    assert judged.tail(judged.stories[terms], terms) == pytest.approx(judged.p_value[terms])
    assert np.all(judged.tail(judged.stories[terms] - 1.0, terms) > judged.p_value[terms])


@pytest.mark.parametrize("window", [1, 7, 14, 28])
@settings(deadline=None)
@given(seed=st.integers(0, 3))
def test_where_nothing_changes_small_p_values_are_rare(window: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    rates = np.exp(chance.normal(-1.0, 1.0, 3000))
    swing = chance.gamma(4.0, 0.25, (3000, 90))
    counts = chance.poisson(rates[:, None] * swing).astype(np.float64)
    p_values = surprise(counts, np.full(90, 200.0), window).p_value
    assert (p_values <= 0.01).mean() <= 0.015
    assert (p_values <= 0.001).mean() <= 0.003
