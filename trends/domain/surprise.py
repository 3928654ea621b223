"""How unlikely a count is if nothing has changed, and which of many such counts may be called a rise."""

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc

from trends.domain.baseline import PRIOR_STORIES, Baseline, Pools, fit_baseline
from trends.domain.counts import Counts, Flags, Places

WINDOWS = (1, 7, 14, 28)
"""Window lengths in days: a spike, a week's rise, a craze that fills a fortnight, a slow burn."""

FEWEST_DAYS = 14
"""Observed days that a baseline needs before anything is claimed."""

PAST_SPANS = 1.5
"""And so many windows' length of them."""

_WEEK = 7
_WEEKDAY_PRIOR = 2.0
_FEWEST_WEEKS = 3
_TINY = 1e-12


@dataclass(frozen=True)
class Surprise:
    """Counts of some terms in one window, against what was to be expected.

    Attributes:
        days: Window length.
        stories: Stories in the window; shape (terms,).
        expected: Stories to be expected; shape (terms,).
        p_value: Chance of so many or more; shape (terms,).
        baseline: What the expectation rests on.
    """

    days: int
    stories: Counts
    expected: Counts
    p_value: Counts
    baseline: Baseline

    def of(self, terms: Places) -> "Surprise":
        """Return the part that speaks of some terms, by their numbers."""
        known = self.baseline
        chosen = Baseline(
            known.rate[terms],
            known.stories[terms],
            known.exposure[terms],
            known.dispersion[terms],
            known.pools,
        )
        return Surprise(
            self.days, self.stories[terms], self.expected[terms], self.p_value[terms], chosen
        )

    def tail(self, stories: Counts, terms: Places) -> Counts:
        """Return the chance of other counts than were seen, or more, of some terms by their numbers."""
        known = self.baseline
        variance = _variance(self.expected[terms], known.stories[terms], known.dispersion[terms])
        return upper_tail(stories, self.expected[terms], variance)


def long_enough(exposure: Counts, days: int) -> bool:
    """Whether there is past enough to test a window: one and a half spans and two weeks of observed days before it.

    Args:
        exposure: All stories by day; shape (days,).
        days: Window length.
    """
    before = int((exposure[:-days] > 0).sum())
    return before >= max(FEWEST_DAYS, PAST_SPANS * days) and bool(exposure[-days:].sum() > 0)


def surprise(counts: Counts, exposure: Counts, days: int, pools: Pools | None = None) -> Surprise:
    """Test the last `days` days of each term against all days before them.

    The count is taken as negative binomial with mean `m = N · (B + 1) / N_B` and variance `φ (m + m² / (B + 1))`: φ is
    the dispersion at the window's own length, and the second term says that the rate is known from the B stories of
    the past only. With φ = 1 the tail is that of the conditional test of two Poisson rates, `P(Binomial(B + x,
    N / (N + N_B)) ≥ x)` (Przyborowski & Wilenski 1940): exact for any rate, and given the sum of both counts.

    Args:
        counts: Stories by term and day, window included; shape (terms, days).
        exposure: All stories by day; shape (days,).
        days: Window length.
        pools: Dispersion that all terms share, where it is known from elsewhere.
    """
    baseline = fit_baseline(counts[:, :-days], exposure[:-days], days, pools)
    stories = counts[:, -days:].sum(axis=1)
    expected = baseline.rate * exposure[-days:].sum()
    if days == 1:
        expected = expected * weekday_lift(counts, exposure, baseline.rate)
    variance = _variance(expected, baseline.stories, baseline.dispersion)
    return Surprise(days, stories, expected, upper_tail(stories, expected, variance), baseline)


def _variance(expected: Counts, past_stories: Counts, dispersion: Counts) -> Counts:
    return dispersion * (expected + expected**2 / (past_stories + PRIOR_STORIES))


def weekday_lift(counts: Counts, exposure: Counts, rate: Counts) -> Counts:
    """Say how much busier the last day's weekday usually is, at least 1; shape (terms,).

    `(k + Σ x) / (k + Σ m)` over the same weekday in the weeks before, its busiest day left out so that a single
    past burst does not pass for a rhythm; k = 2 draws it towards 1. Never below 1: a quiet weekday makes nobody
    a trend.
    """
    weeks = range(counts.shape[1] - 1 - _WEEK, -1, -_WEEK)
    past = np.array([day for day in weeks if exposure[day] > 0], dtype=np.intp)
    if len(past) < _FEWEST_WEEKS:
        return np.ones(len(counts))
    seen = counts[:, past]
    mean = rate[:, None] * exposure[past]
    busiest = (seen / exposure[past]).argmax(axis=1)[:, None]
    kept_seen = seen.sum(axis=1) - np.take_along_axis(seen, busiest, axis=1)[:, 0]
    kept_mean = mean.sum(axis=1) - np.take_along_axis(mean, busiest, axis=1)[:, 0]
    return np.maximum(1.0, (_WEEKDAY_PRIOR + kept_seen) / (_WEEKDAY_PRIOR + kept_mean))


def upper_tail(stories: Counts, mean: Counts, variance: Counts) -> Counts:
    """Return P(X ≥ stories) of a negative binomial with that mean and variance.

    With `r = m² / (v - m)` and `p = m / v` it is the regularised incomplete beta function `I_{1-p}(x, r)`, which
    keeps its precision far out in the tail.
    """
    mean = np.maximum(mean, _TINY)
    variance = np.maximum(variance, mean * (1.0 + 1e-6))
    shape = mean**2 / (variance - mean)
    tail = betainc(np.maximum(stories, 1.0), shape, 1.0 - mean / variance)
    return np.where(stories <= 0, 1.0, tail)


def adjusted(p_values: Counts) -> Counts:
    """Return Benjamini-Hochberg adjusted p-values (1995), in the order given; same shape.

    A test is called at error rate q where its adjusted value is at most q.
    """
    return np.minimum(_step_up(p_values, p_values.size), 1.0)


def adjusted_within(p_value: float, family: Counts, order: Counts) -> float:
    """Return what Benjamini-Hochberg makes of a further p-value in a family of tests.

    Args:
        p_value: The value.
        family: The family's p-values, ascending.
        order: Their adjusted values, in the same order.
    """
    if family.size == 0:
        return 1.0
    below = int(np.searchsorted(family, p_value, side="right"))
    # The ratio first: it is 1 or more, so no rounding puts the answer below the value itself.
    own = p_value * (family.size / max(below, 1))
    after = float(order[below]) if below < family.size else 1.0
    return min(1.0, own, after)


def passes(p_values: Counts, tests: int, error_rate: float) -> Flags:
    """Apply the Benjamini-Hochberg rule to few findings out of `tests` tests; shape (findings,).

    The k-th smallest must be at most `error_rate · k / tests`. So the share of false findings is held by finding,
    however many tests one of them set off.
    """
    return _step_up(p_values, tests) <= error_rate


def _step_up(p_values: Counts, tests: int) -> Counts:
    """Return the smallest error rate at which each finding passes out of `tests` tests.

    One form for both uses: two that are equal on paper part by a rounding where a value meets the rate exactly.
    """
    order = np.argsort(p_values, kind="stable")
    scaled = p_values[order] * tests / np.arange(1, p_values.size + 1)
    answer = np.empty(p_values.size)
    answer[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return answer
