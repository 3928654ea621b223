"""How one error rate is shared out among very many tests."""

from dataclasses import dataclass

import numpy as np

from trends.domain.counts import Counts, Places

STRATA = (8, 32, 128)
"""Totals at which terms are counted as commoner: where the strata of the budget begin."""

FEWEST_TERMS = 30


@dataclass(frozen=True)
class Budget:
    """Weights of tests in the error budget, 1 on average over the tests of a run.

    Rare terms are by far the most, and can hardly pass: an equal share for every term would spend the budget on
    them. Here each stratum of terms that are about equally common gets the same share. A term's total over window
    and past says nothing of how it divides between the two, so that the weights do not peek at the outcome (weighted
    Benjamini-Hochberg: Genovese, Roeder & Wasserman 2006).

    Attributes:
        shares: Weight by stratum.
    """

    shares: Counts

    @classmethod
    def over(cls, totals: Counts) -> "Budget":
        """Share the budget out.

        A stratum of fewer than `FEWEST_TERMS` is joined with the next rarer one: a handful of terms with a share of
        their own would pass at next to nothing.

        Args:
            totals: Stories of each term, window and past together.
        """
        sizes = np.bincount(_stratum(totals), minlength=len(STRATA) + 1).astype(np.float64)
        group = np.arange(len(sizes))
        for stratum in range(len(sizes) - 1, 0, -1):
            if sizes[group == group[stratum]].sum() < FEWEST_TERMS:
                group[group == group[stratum]] = stratum - 1
        together = np.array([sizes[group == each].sum() for each in group])
        used = len(set(group[sizes > 0].tolist()))
        return cls(max(totals.size, 1) / (max(used, 1) * np.maximum(together, 1.0)))

    def weigh(self, p_values: Counts, totals: Counts) -> Counts:
        """Divide p-values by the weights of their terms; at most 1."""
        return np.minimum(p_values / self.shares[_stratum(totals)], 1.0)


def _stratum(totals: Counts) -> Places:
    return np.searchsorted(np.asarray(STRATA, dtype=np.float64), totals, side="right")
