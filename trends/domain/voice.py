"""Share of voice: how much of what is said of a group of competitors is said of each."""

from collections.abc import Sequence

import numpy as np
from scipy.special import betaincinv

from trends.domain.counts import Counts
from trends.domain.growth import COVERAGE
from trends.domain.models import VoiceShare

PRIOR_STORIES = 0.5
"""Jeffreys' prior of a proportion: half a story on either side."""


def shares(
    groups: Sequence[str], counts: Counts, days: int, dispersion: Sequence[float]
) -> list[VoiceShare | None]:
    """Share out the voice of each group.

    The interval is Jeffreys' one for a proportion, `Beta(x + ½, n - x + ½)` (Brown, Cai & DasGupta 2001). Stories come
    in rows, so both counts are divided by the dispersion before, as `growth` does.

    Args:
        groups: Group of each entity; empty: none, and no share.
        counts: Stories by entity and day; shape (entities, days).
        days: Length of the window.
        dispersion: Of each entity: variance over mean of its count in such a window.
    """
    now = counts[:, -days:].sum(axis=1)
    before = counts[:, :-days].sum(axis=1)
    totals = {group: [place for place, of in enumerate(groups) if of == group] for group in groups}
    answer: list[VoiceShare | None] = []
    for place, group in enumerate(groups):
        members = totals[group]
        whole = float(now[members].sum())
        if not group or whole <= 0:
            answer.append(None)
            continue
        past = float(before[members].sum())
        low, high = _interval(float(now[place]), whole, dispersion[place])
        answer.append(
            VoiceShare(
                share=round(float(now[place]) / whole, 4),
                low=round(low, 4),
                high=round(high, 4),
                before=round(float(before[place]) / past, 4) if past > 0 else None,
            )
        )
    return answer


def _interval(of: float, whole: float, dispersion: float) -> tuple[float, float]:
    mine = of / dispersion + PRIOR_STORIES
    others = (whole - of) / dispersion + PRIOR_STORIES
    tail = (1.0 - COVERAGE) / 2.0
    low, high = betaincinv(mine, others, np.array([tail, 1.0 - tail]))
    # An end of the scale that was really seen belongs to the interval.
    return (0.0 if of <= 0 else float(low)), (1.0 if of >= whole else float(high))
