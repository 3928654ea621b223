"""What a term usually does."""

import numpy as np
import pytest

from trends.domain.baseline import LEAST_DISPERSION, Pool, Pools, fit_baseline
from trends.domain.counts import Counts

EXPOSURE = np.full(84, 50.0)


def _counts(terms: int, shape: float | None, *, seed: int = 1, rate: float = 2.0) -> Counts:
    """Draw counts by day; `shape` is that of the daily gamma swing, None for Poisson."""
    chance = np.random.default_rng(seed)
    swing = 1.0 if shape is None else chance.gamma(shape, 1.0 / shape, (terms, 84))
    return chance.poisson(rate * swing, (terms, 84)).astype(np.float64)


def test_the_rate_is_per_story_of_exposure() -> None:
    fitted = fit_baseline(np.full((1, 84), 2.0), EXPOSURE, 7)
    assert fitted.rate[0] == pytest.approx(2.0 / 50.0, rel=0.01)


@pytest.mark.parametrize("span", [1, 7, 28])
def test_poisson_counts_have_a_dispersion_of_one(span: int) -> None:
    assert np.median(fit_baseline(_counts(400, None), EXPOSURE, span).dispersion) == (
        pytest.approx(1.0, abs=0.1)
    )


@pytest.mark.parametrize("span", [1, 7, 28])
def test_the_dispersion_of_swinging_days_is_found_at_every_length(span: int) -> None:
    # Independent gamma days of shape 2 with a mean of 2: variance over mean is 1 + 2 / 2, whatever the length.
    fitted = fit_baseline(_counts(400, 2.0), EXPOSURE, span)
    assert np.median(fitted.dispersion) == pytest.approx(2.0, abs=0.3)


def test_busy_days_in_a_row_add_dispersion_at_longer_lengths() -> None:
    chance = np.random.default_rng(3)
    weeks = chance.gamma(3.0, 1 / 3.0, (400, 12)).repeat(7, axis=1)
    counts = chance.poisson(2.0 * weeks).astype(np.float64)
    day = fit_baseline(counts, EXPOSURE, 1).dispersion
    week = fit_baseline(counts, EXPOSURE, 7).dispersion
    assert np.median(week) > 1.5 * np.median(day)


def test_a_swinging_term_among_steady_ones_is_known_as_such() -> None:
    counts = np.concatenate([_counts(300, None), _counts(1, 0.5)])
    fitted = fit_baseline(counts, EXPOSURE, 1)
    assert fitted.dispersion[-1] > 2.0 * np.median(fitted.dispersion)


def test_a_past_burst_is_weighted_down() -> None:
    counts = np.ones((1, 84))
    counts[0, 40] = 40.0
    fitted = fit_baseline(counts, EXPOSURE, 7)
    assert fitted.rate[0] * 50.0 == pytest.approx(1.0, abs=0.25)


def test_a_past_craze_of_a_week_is_weighted_down() -> None:
    counts = np.ones((1, 84))
    counts[0, 35:42] = 8.0
    fitted = fit_baseline(counts, EXPOSURE, 7)
    assert fitted.rate[0] * 50.0 < 1.3


def test_terms_share_a_dispersion_that_no_single_craze_sets() -> None:
    calm = _counts(200, None)
    crazed = calm.copy()
    crazed[:5, 30:40] += 20.0
    slopes = [fit_baseline(each, EXPOSURE, 1).pools.day.slope for each in (calm, crazed)]
    assert slopes[1] == pytest.approx(slopes[0], abs=0.1)


def test_a_shared_dispersion_can_be_given() -> None:
    pools = Pools(Pool(0.0, 3.0), Pool(0.0, 3.0))
    given = fit_baseline(_counts(1, None), EXPOSURE, 1, pools)
    assert given.pools == pools
    assert given.dispersion[0] > fit_baseline(_counts(1, None), EXPOSURE, 1).dispersion[0]


def test_days_never_observed_count_for_nothing() -> None:
    counts = _counts(50, None)
    counts[:, :20] = 0.0
    exposure = np.array([0.0] * 20 + [50.0] * 64)
    fitted = fit_baseline(counts, exposure, 7)
    assert np.median(fitted.rate) == pytest.approx(2.0 / 50.0, rel=0.1)


def test_an_empty_past_gives_finite_numbers() -> None:
    fitted = fit_baseline(np.zeros((2, 30)), np.full(30, 10.0), 7)
    assert np.isfinite(fitted.rate).all()
    assert (fitted.dispersion >= LEAST_DISPERSION).all()
