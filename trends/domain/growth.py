"""How much a rate has grown, with an interval that says how well it is known."""

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtri

from trends.domain.counts import Counts

PRIOR_STORIES = 0.5
"""Jeffreys' prior of a Poisson rate: half a story."""

COVERAGE = 0.90
MOST = 1000.0
"""Growth is not told beyond this: a past without stories sets no upper limit."""


@dataclass(frozen=True)
class Growth:
    """Rate now over rate before; 2.0 means doubled.

    Attributes:
        ratio: Best estimate.
        low: Lower end of the 90 % interval.
        high: Upper end of it.
    """

    ratio: float
    low: float
    high: float


UNKNOWN = Growth(ratio=1.0, low=0.0, high=MOST)
"""Where there is no past at all."""


def growth(
    stories: float,
    exposure: float,
    past_stories: float,
    past_exposure: float,
    dispersion: float,
) -> Growth:
    """Compare two rates; see `interval` for the method.

    Args:
        stories: Stories in the window.
        exposure: All stories in the window.
        past_stories: Stories in the baseline.
        past_exposure: All stories in the baseline.
        dispersion: Variance over mean of the counts, at least 1.
    """
    if exposure <= 0 or past_exposure <= 0:
        return UNKNOWN
    low, high = interval(
        np.array([stories]), exposure, np.array([past_stories]), past_exposure, dispersion
    )
    now = (stories + PRIOR_STORIES) / exposure
    before = (past_stories + PRIOR_STORIES) / past_exposure
    return Growth(
        ratio=min(now / before, MOST), low=min(float(low[0]), MOST), high=min(float(high[0]), MOST)
    )


def interval(
    stories: Counts, exposure: float, past: Counts, past_exposure: float, dispersion: Counts | float
) -> tuple[Counts, Counts]:
    """Return both ends of the 90 % interval of growth for many counts at once.

    With Jeffreys' prior both rates are gamma distributed a posteriori, `Gamma(x + ½, N)`, and their ratio is an F
    distribution scaled by the ratio of the means. Counts that swing more than Poisson counts carry less
    information: both are divided by the dispersion before (quasi-likelihood; McCullagh & Nelder 1989, ch. 9).
    """
    now = stories / dispersion + PRIOR_STORIES
    before = past / dispersion + PRIOR_STORIES
    ratio = (now / exposure) / (before / past_exposure)
    tail = (1.0 - COVERAGE) / 2.0
    low = ratio * fdtri(2.0 * now, 2.0 * before, tail)
    high = ratio * fdtri(2.0 * now, 2.0 * before, 1.0 - tail)
    return low, high
