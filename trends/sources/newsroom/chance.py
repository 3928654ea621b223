"""Seeded chance, the same on every machine.

Only `random.Random.random` is used: its stream is the one that Python promises not to change between
versions. Seeding with text goes through SHA-512, so PYTHONHASHSEED plays no part.
"""

import math
import random
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

Element = TypeVar("Element")

_POISSON_CHUNK = 30.0


class Chance:
    """One independent stream, named by the path that leads to it."""

    def __init__(self, *path: str | int) -> None:
        self.random = random.Random("/".join(map(str, path))).random  # noqa: S311 - not a secret

    def below(self, count: int) -> int:
        """Draw an integer, `0 <= n < count`."""
        return int(self.random() * count)

    def between(self, low: float, high: float) -> float:
        """Draw from the uniform distribution on [low, high)."""
        return low + (high - low) * self.random()

    def pick(self, options: Sequence[Element]) -> Element:
        """Draw one of `options`, all equally likely."""
        return options[int(self.random() * len(options))]

    def shuffled(self, options: Sequence[Element]) -> list[Element]:
        """Return `options` in a random order (Fisher-Yates)."""
        deck = list(options)
        for last in range(len(deck) - 1, 0, -1):
            other = self.below(last + 1)
            deck[last], deck[other] = deck[other], deck[last]
        return deck

    def poisson(self, mean: float) -> int:
        """Draw a Poisson count (Knuth's product of uniforms, in chunks that cannot underflow)."""
        total = 0
        while mean > _POISSON_CHUNK:
            total += self._small_poisson(_POISSON_CHUNK)
            mean -= _POISSON_CHUNK
        return total + self._small_poisson(mean)

    def erlang(self, shape: int) -> float:
        """Draw from the gamma distribution of mean 1 and variance 1/shape, for a whole shape."""
        product = 1.0
        for _ in range(shape):
            product *= 1.0 - self.random()
        return -math.log(product) / shape

    def _small_poisson(self, mean: float) -> int:
        limit = math.exp(-mean)
        product = self.random()
        count = 0
        while product > limit:
            product *= self.random()
            count += 1
        return count


class Weighted:
    """A list to draw from with unequal weights."""

    def __init__(self, weights: Sequence[float]) -> None:
        self._edges = list(accumulate(weights))

    def draw(self, chance: Chance) -> int:
        """Draw an index with probability proportional to its weight."""
        spot = bisect_right(self._edges, chance.random() * self._edges[-1])
        return min(spot, len(self._edges) - 1)


def zipf_weights(count: int, exponent: float) -> list[float]:
    """Return weights that fall with the rank as a power law, largest first."""
    return [1.0 / rank**exponent for rank in range(1, count + 1)]
