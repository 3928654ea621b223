"""What a term usually does: its rate, and how much its counts swing, at the window's own length.

Written for sparse counts of stories with a changing number of stories a day (the exposure). The scheme is that
of outbreak surveillance: Farrington et al. 1996 and Noufaily et al. 2013 (quasi-Poisson with past outbreaks
weighted down), with the dispersion estimated on spans as long as the window and drawn towards the one of all
terms (as Smyth 2004 does with variances), because two or eleven spans say little about a single term.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from trends.domain.counts import Counts, Flags

PRIOR_STORIES = 1.0
"""Added to the stories of the past, so that the test is the exact one of two Poisson rates (see `surprise`)."""

OUTLIER = 2.58
"""Standardised residual above which a past day or week is weighted down (Noufaily et al. 2013)."""

PRIOR_SPANS = 10.0
"""How many spans the dispersion of all terms counts for, against the spans of the term itself."""

LEAST_DISPERSION = 1.02
_PASSES = 3
_TRIMMED = 0.05
_WEEK = 7
_FEWEST_STORIES = 3.0
_TINY = 1e-9


@dataclass(frozen=True)
class Pool:
    """Dispersion of all terms of a language at one window length: `1 + constant + slope · mean`.

    Attributes:
        constant: What every term has, however rare.
        slope: Squared coefficient of variation that terms share.
    """

    constant: float
    slope: float

    def at(self, mean: Counts) -> Counts:
        """Return the dispersion of a term with that mean."""
        return 1.0 + self.constant + self.slope * mean


@dataclass(frozen=True)
class Pools:
    """What all terms of a language have in common, for a day and for a span as long as the window."""

    day: Pool
    span: Pool


@dataclass(frozen=True)
class Baseline:
    """The past of some terms, for one window length.

    Attributes:
        rate: Stories per story of exposure; shape (terms,).
        stories: Stories behind the rate, past bursts weighted down; shape (terms,).
        exposure: Exposure behind the rate, weighted likewise; shape (terms,).
        dispersion: Variance over mean of the count in a span as long as the window; shape (terms,).
        pools: What all terms have in common, for a day and for a span.
    """

    rate: Counts
    stories: Counts
    exposure: Counts
    dispersion: Counts
    pools: Pools


def fit_baseline(
    counts: Counts, exposure: Counts, span_days: int, pools: Pools | None = None
) -> Baseline:
    """Estimate rate and dispersion from the days before a window.

    Past bursts do not poison the baseline: days and weeks that stand out are weighted down by
    `(2.58 / residual)²`, by their Anscombe residual, and the fit is repeated.

    The dispersion of a span has two parts: the daily one, which a term's many days tell well, and what adds to it
    over a longer span because busy days come in rows. The latter is taken from all terms, and both give way to
    the term's own spans as far as there are any. Independent days would leave the first part alone, since
    variance and mean both add up.

    Args:
        counts: Stories by term and day, the window left out; shape (terms, days).
        exposure: All stories by day; shape (days,).
        span_days: Length of the window to judge.
        pools: Dispersion that all terms share, where it is known from elsewhere.
    """
    weights = np.ones_like(counts)
    fitted = _Fit.of(counts, exposure, weights, span_days)
    if pools is None:
        # Read off the unweighted past: bursts are part of how news swings.
        pools = Pools(_pool(fitted.day, fitted.stories), _pool(fitted.span, fitted.stories))
    for _ in range(_PASSES - 1):
        weights = _weights(counts, exposure, fitted.rate, fitted.daily(pools))
        fitted = _Fit.of(counts, exposure, weights, span_days)
    dispersion = np.maximum(fitted.dispersion(pools, span_days), LEAST_DISPERSION)
    return Baseline(fitted.rate, fitted.stories, fitted.exposure, dispersion, pools)


@dataclass(frozen=True)
class _Spread:
    """How counts of spans swing: variance over mean as measured, mean, degrees of freedom."""

    raw: Counts
    mean: Counts
    freedom: Counts


@dataclass(frozen=True)
class _Fit:
    """One pass: the rate, and how days and spans swing about it."""

    rate: Counts
    stories: Counts
    exposure: Counts
    day: _Spread
    span: _Spread

    @classmethod
    def of(cls, counts: Counts, exposure: Counts, weights: Counts, span_days: int) -> "_Fit":
        stories = (weights * counts).sum(axis=1)
        total = np.maximum((weights * exposure).sum(axis=1), _TINY)
        rate = (stories + PRIOR_STORIES) / total
        day = _spread(counts, exposure, weights, rate, total, 1)
        span = day if span_days == 1 else _spread(counts, exposure, weights, rate, total, span_days)
        return cls(rate, stories, total, day, span)

    def daily(self, pools: Pools) -> Counts:
        return _blend(self.day, pools.day.at(self.day.mean))

    def dispersion(self, pools: Pools, span_days: int) -> Counts:
        daily = self.daily(pools)
        if span_days == 1:
            return daily
        slow = np.maximum(pools.span.at(self.span.mean) - pools.day.at(self.day.mean), 0.0)
        return np.maximum(_blend(self.span, daily + slow), daily)


def _blend(measured: _Spread, prior: Counts) -> Counts:
    """Draw a measured dispersion towards its prior, as if the prior were `PRIOR_SPANS` more spans."""
    both = PRIOR_SPANS * prior + measured.freedom * measured.raw
    return both / (PRIOR_SPANS + measured.freedom)


def _spread(
    counts: Counts,
    exposure: Counts,
    weights: Counts,
    rate: Counts,
    total: Counts,
    span_days: int,
) -> _Spread:
    """Measure how the counts of spans swing.

    Spans overlap by three quarters where they are long. A squared residual is divided by `1 - leverage`, since
    the rate was fitted on the same days: `E (x - m)² = φ m (1 - n / N)`.
    """
    days = counts.shape[1]
    step = max(1, span_days // 4)
    seen = _sums(weights * counts, span_days, step)
    behind = _sums(weights * exposure, span_days, step)
    # Spans with next to no exposure say nothing of the swing.
    weight = np.where(behind > 0, _sums(weights, span_days, step) / span_days, 0.0)
    mean = np.maximum(rate[:, None] * behind, _TINY)
    leverage = np.minimum(behind / total[:, None], 0.9)
    squared = (seen - mean) ** 2 / (mean * (1.0 - leverage))
    raw = (weight * squared).sum(axis=1) / np.maximum(weight.sum(axis=1), _TINY)
    average = mean.mean(axis=1)
    spans = max(days / span_days - 1.0, 0.5)
    # The index of dispersion of a Poisson count has variance (2 + 1/m) / spans, not 2 / spans.
    return _Spread(raw, average, spans * 2.0 * average / (2.0 * average + 1.0))


def _sums(values: Counts, span_days: int, step: int) -> Counts:
    """Sum over spans that end at the newest day and step back."""
    if span_days == 1:
        return values
    length = min(span_days, values.shape[1])
    running = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=running[:, 1:])
    ends = np.array(range(values.shape[1], length - 1, -step), dtype=np.intp)
    return running[:, ends] - running[:, ends - length]


def _pool(measured: _Spread, stories: Counts) -> Pool:
    """Fit the dispersion that terms share, by weighted least squares with both parts at least 0.

    The twentieth of the terms that swings most is left out of a second fit: those are the trends of the past, and
    they must not set the measure for the trends of today.
    """
    use = stories >= _FEWEST_STORIES
    if not use.any():
        return Pool(0.0, 0.0)
    first = _shared(measured, use)
    relative = measured.raw / first.at(measured.mean)
    return _shared(measured, use & (relative <= np.quantile(relative[use], 1.0 - _TRIMMED)))


def _shared(measured: _Spread, use: Flags) -> Pool:
    mean = measured.mean[use]
    scale = np.sqrt(measured.freedom[use]) / (1.0 + 0.1 * mean)
    design = np.stack([scale, scale * mean], axis=1)
    found, _ = nnls(design, scale * (measured.raw[use] - 1.0))
    return Pool(float(found[0]), float(found[1]))


def _weights(counts: Counts, exposure: Counts, rate: Counts, dispersion: Counts) -> Counts:
    """Weigh each day by how far it, or its week, stands out above the baseline."""
    weights = _screen(counts, exposure, rate, dispersion, 1)
    if counts.shape[1] >= 2 * _WEEK:
        weights = np.minimum(weights, _screen(counts, exposure, rate, dispersion, _WEEK))
    return weights


def _screen(
    counts: Counts, exposure: Counts, rate: Counts, dispersion: Counts, length: int
) -> Counts:
    """Weigh days by the Anscombe residual of their span: `1.5 (x^⅔ m^-⅙ - m^½) / φ^½`."""
    terms, days = counts.shape
    spans = days // length
    skipped = days - spans * length
    seen = counts[:, skipped:].reshape(terms, spans, length).sum(axis=2)
    behind = exposure[skipped:].reshape(spans, length).sum(axis=1)
    mean = np.maximum(rate[:, None] * behind, _TINY)
    residual = 1.5 * (seen ** (2 / 3) * mean ** (-1 / 6) - np.sqrt(mean))
    residual /= np.sqrt(dispersion[:, None])
    weight = (OUTLIER / np.maximum(residual, OUTLIER)) ** 2
    weights = np.ones_like(counts)
    weights[:, skipped:] = np.repeat(weight, length, axis=1)
    return weights
