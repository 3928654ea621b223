"""Whether a rise rests on one outlet.

One desk that keeps to its own subject makes a burst without anybody else taking notice. A rise counts only if
it is still there when any one outlet is left out:

- the window still holds more than expected, p ≤ 0.01 (or the root of the full p-value, if that is larger: what
  is weak with all outlets is not expected to be strong with one fewer), and
- at least two fifths of the excess (stories above expectation) remain.

Left out are the stories that this outlet alone carried, from the window and from the past alike; a story that
another outlet carried too stays. Stories without a known outlet count as one outlet.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from trends.domain.counts import Counts, Flags, Timeline
from trends.domain.models import Story
from trends.domain.surprise import Surprise, surprise

STILL_SURPRISING = 0.01
EXCESS_LEFT = 0.4
_CHECKED = 3


def sole_outlet(story: Story) -> str | None:
    """Return the outlet that alone carried a story, "" where none is known, None where several did."""
    if len(story.outlets) > 1:
        return None
    return story.outlets[0] if story.outlets else ""


def rest_on_one(
    line: Timeline,
    groups: Sequence[Sequence[int]],
    exposure: Counts,
    judged: Surprise,
    sole: Sequence[str | None],
) -> Flags:
    """Say of each group of stories whether its rise rests on one outlet; shape (groups,).

    Args:
        line: The run's stories and days.
        groups: Positions of the stories of each term or topic.
        exposure: All stories by day.
        judged: The groups' own surprise, in the same order.
        sole: `sole_outlet` of every story of the run.
    """
    flags = np.zeros(len(groups), dtype=np.bool_)
    owner: list[int] = []
    rows: list[Counts] = []
    first = len(line.days) - judged.days
    for number, group in enumerate(groups):
        for outlet in _largest(line, group, first, sole):
            owner.append(number)
            rows.append(line.on_days([place for place in group if sole[place] != outlet]))
    if not rows:
        return flags
    without = surprise(np.stack(rows), exposure, judged.days, judged.baseline.pools)
    excess = (judged.stories - judged.expected)[owner]
    left = without.stories - without.expected
    most = np.maximum(STILL_SURPRISING, np.sqrt(judged.p_value[owner]))
    falls = (without.p_value > most) | (left < EXCESS_LEFT * excess)
    flags[np.asarray(owner, dtype=np.intp)[falls]] = True
    return flags


def _largest(
    line: Timeline, group: Sequence[int], first: int, sole: Sequence[str | None]
) -> list[str]:
    """Return the outlets with most stories of their own in the window; no other can carry the rise."""
    carried = Counter(
        outlet
        for place in group
        if line.day_of[place] >= first and (outlet := sole[place]) is not None
    )
    return sorted(carried, key=lambda outlet: (-carried[outlet], outlet))[:_CHECKED]
