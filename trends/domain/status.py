"""Where a topic stands in its life: emerging, rising, peaking or fading."""

import math

import numpy as np

from trends.domain.counts import Counts
from trends.domain.models import TopicStatus
from trends.domain.surprise import upper_tail

PARTS = 4
TURNING = 3
EVIDENCE = 0.10
TURN = 1.0
_PART_DAYS = {1: 1, 7: 2, 14: 7, 28: 7}


def status(
    counts: Counts, exposure: Counts, rate: float, dispersion: float, window_days: int
) -> TopicStatus:
    """Read the last four parts of a topic's series (days, pairs of days, or weeks, by its window).

    A part is evidence where so many stories or more have a chance of at most 10 % at the usual rate. A direction
    needs two such parts; with fewer the topic is emerging, or fading where the only one lies behind. The
    direction is the sign of Cochran and Armitage's trend statistic over the last three parts, over-dispersion
    allowed for, once it is beyond one standard error; between, the topic is peaking.

    Args:
        counts: Stories by day, oldest first.
        exposure: All stories by day.
        rate: Stories per story of exposure in the baseline.
        dispersion: Variance over mean.
        window_days: The window at which the topic stands out most.
    """
    length = _PART_DAYS.get(window_days, 1)
    seen = _parts(counts, length)
    behind = _parts(exposure, length)
    mean = rate * behind
    evidence = (upper_tail(seen, mean, dispersion * mean) <= EVIDENCE) & (behind > 0)
    if evidence.sum() < 2:  # noqa: PLR2004 - a direction takes two points
        return (
            TopicStatus.EMERGING
            if evidence[-2:].any() or not evidence.any()
            else TopicStatus.FADING
        )
    slope = _trend(seen[-TURNING:], behind[-TURNING:], dispersion)
    if slope >= TURN:
        return TopicStatus.RISING
    return TopicStatus.FADING if slope <= -TURN else TopicStatus.PEAKING


def persistence_days(counts: Counts, exposure: Counts, rate: float, last: int = 28) -> int:
    """Count on how many of the last days there were more stories than the usual rate gives."""
    return int((counts[-last:] > rate * exposure[-last:]).sum())


def _parts(values: Counts, length: int) -> Counts:
    """Sum the newest four parts, oldest first; fewer where the series is short."""
    whole = min(PARTS, max(1, len(values) // length))
    return values[-whole * length :].reshape(whole, -1).sum(axis=1)


def _trend(seen: Counts, behind: Counts, dispersion: float) -> float:
    """Return the trend statistic in standard errors; 0 where there is nothing to compare."""
    total = float(behind.sum())
    if total <= 0:
        return 0.0
    place = np.arange(len(seen), dtype=np.float64)
    rate = float(seen.sum()) / total
    middle = float((behind * place).sum()) / total
    spread = dispersion * rate * float((behind * (place - middle) ** 2).sum())
    if spread <= 0:
        return 0.0
    return float(((place - middle) * (seen - rate * behind)).sum()) / math.sqrt(spread)
