"""Which headlines of a set tell one story, by their words alone: no model, no number of groups to guess.

Words weigh the root of their inverse document frequency, which is milder than the usual tf-idf: in short texts the
full weight lets one rare word outshout all that two headlines share. Groups are those of average linkage (Sokal and
Michener 1958) under cosine distance, cut at one height. The result is the same for any order of the titles but for how the
groups are numbered, and for ties.

The cut was fixed on one set of labelled tweets and holds on news headlines of another kind; see
`benchmarks/clusters.py` for both figures. `trends.domain.dedup` is stricter: it joins what reads alike, this what speaks
of the same.
"""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage

from trends.errors import InvalidRequestError

CUT = 0.92
"""Greatest mean cosine distance between two groups that are still one."""

MOST_TITLES = 12_000
"""Linkage holds the distance of every pair: at this size about 1.2 GB while it works."""

_WORD = re.compile(r"\w+")
_ROWS_AT_ONCE = 500


def group_titles(titles: Sequence[str], cut: float = CUT) -> tuple[int, ...]:
    """Say of each title which group it is in; groups are numbered as they first come.

    Args:
        titles: Plain text in one language. A title without a word is a group of its own.
        cut: Greatest mean distance within a group, from 0 (the same words) to 1 (no word in common).

    Raises:
        InvalidRequestError: More than `MOST_TITLES`.
    """
    if len(titles) > MOST_TITLES:
        raise InvalidRequestError(
            f"{len(titles):,} titles cannot be grouped at once.",
            why=f"Every pair is compared, which takes memory for at most {MOST_TITLES:,}.",
            next_step="Group fewer: those of one topic, or of one day.",
        )
    if len(titles) < 2:  # noqa: PLR2004 - linkage needs a pair
        return tuple(range(len(titles)))
    tree = linkage(_distances(_weights(titles)), "average")
    numbers: dict[int, int] = {}
    found: list[int] = fcluster(tree, cut, "distance").tolist()
    return tuple(numbers.setdefault(group, len(numbers)) for group in found)


def _weights(titles: Sequence[str]) -> sparse.csr_array:
    """Weigh the words of each title; rows of length 1, or 0 without words."""
    counts = [Counter(_WORD.findall(title.casefold())) for title in titles]
    spread = Counter(word for each in counts for word in each)
    column = {word: number for number, word in enumerate(sorted(spread))}
    rows = np.repeat(np.arange(len(counts)), [len(each) for each in counts])
    columns = np.array([column[word] for each in counts for word in each], dtype=np.intp)
    often = np.array([times for each in counts for times in each.values()], dtype=np.float64)
    held = np.array([spread[word] for word in sorted(spread)], dtype=np.float64)
    rarity = np.sqrt(np.log((1.0 + len(titles)) / (1.0 + held)) + 1.0)
    values = (1.0 + np.log(often)) * rarity[columns]
    length = np.sqrt(np.bincount(rows, values**2, minlength=len(titles)))
    values /= length[rows]
    return sparse.csr_array((values, (rows, columns)), shape=(len(titles), max(len(column), 1)))


def _distances(weights: sparse.csr_array) -> NDArray[np.float64]:
    """Return cosine distances of all pairs in the order that scipy keeps them, without the square matrix."""
    size = weights.shape[0]
    flat = np.empty(size * (size - 1) // 2)
    end = 0
    for begin in range(0, size, _ROWS_AT_ONCE):
        block = (weights[begin : begin + _ROWS_AT_ONCE] @ weights.T).toarray()
        for offset, row in enumerate(block):
            rest = row[begin + offset + 1 :]
            flat[end : end + rest.size] = np.maximum(1.0 - rest, 0.0)
            end += rest.size
    return flat
