"""Finding pairs that may be alike without comparing all: MinHash signatures in bands, then the exact index."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

# 64 bands of 3 hashes: a pair of Jaccard index s becomes a candidate with chance 1 − (1 − s³)⁶⁴
# (Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4.2): 0.985 at 0.4, 0.9998 at 0.5,
# 0.0005 at 0.02, where unrelated headlines lie.
_BANDS = 64
_ROWS = 3
_SEED = 20_260_101

# A signature of Python integers takes 6 kB until it is packed.
_DOCUMENTS_AT_ONCE = 1_000
_TICK_EVERY = 200
_KEYS_AT_ONCE = 2_000_000
_PAIRS_AT_ONCE = 20_000
# In a crowded bucket each headline meets its nearest followers in time only; chains do the rest.
_NEIGHBOURS = 16

_Ints = NDArray[np.int64]


class Pair(NamedTuple):
    """Two alike documents, `first` before `second`, and their Jaccard index."""

    first: int
    second: int
    likeness: float


def alike_pairs(
    documents: Iterable[frozenset[str]],
    seconds: Sequence[float],
    *,
    threshold: float,
    within_seconds: float,
    tick: Callable[[int], None],
) -> Iterator[Pair]:
    """Find the pairs whose Jaccard index is at least `threshold`, close to each other in time.

    Candidates come from MinHash signatures (rensa, fixed seed) cut into bands; each is verified
    by the exact index, so that no pair is wrong. A pair just at 0.4 is missed once in 70.

    Args:
        documents: Shingles of each document; empty ones are alike to none.
        seconds: Time of each document, ascending.
        threshold: Least Jaccard index, 0.4 or more for the stated chance to be found.
        within_seconds: Greatest distance in time.
        tick: Called with the number of documents done, a few hundred at a time; may raise.

    Returns:
        Pairs, the most alike first, then by (first, second).
    """
    shelf = _shelve(documents, tick)
    if shelf.hashes.size == 0:
        return
    found = _candidates(_bands(shelf, tick), np.asarray(seconds), within_seconds, tick)
    left, right, likeness = _verified(found, shelf, threshold, tick)
    for place in np.lexsort((right, left, -likeness)):
        yield Pair(int(left[place]), int(right[place]), float(likeness[place]))


class _Shelf(NamedTuple):
    """Documents packed: document `d` has the tokens from `ends[d]` up to `ends[d + 1]`.

    A set of 25 shingles takes 2 kB as a Python object, a tenth of that here.
    """

    columns: _Ints
    hashes: NDArray[np.uint64]
    ends: _Ints


def _shelve(documents: Iterable[frozenset[str]], tick: Callable[[int], None]) -> _Shelf:
    # Columns are numbered as shingles come; which number one has makes no difference to any result.
    known: dict[str, int] = {}
    columns, ends, done = array("q"), array("q", [0]), 0
    for done, document in enumerate(documents, start=1):
        columns.extend(known.setdefault(shingle, len(known)) for shingle in document)
        ends.append(len(columns))
        if done % _TICK_EVERY == 0:
            tick(done)
    tick(done)
    hash_of = np.fromiter(map(_hash, known), dtype=np.uint64, count=len(known))
    packed = np.array(columns, dtype=np.int64)
    return _Shelf(packed, hash_of[packed], np.array(ends, dtype=np.int64))


def _hash(shingle: str) -> int:
    return int.from_bytes(blake2b(shingle.encode(), digest_size=8).digest(), "little")


def _bands(shelf: _Shelf, tick: Callable[[int], None]) -> NDArray[np.uint64]:
    """Band keys, one row a document."""
    minhash: Any = import_module("rensa").RMinHash
    parts: list[NDArray[np.uint64]] = []
    count = len(shelf.ends) - 1
    for start in range(0, count, _DOCUMENTS_AT_ONCE):
        ends = shelf.ends[start : start + _DOCUMENTS_AT_ONCE + 1]
        hashes = shelf.hashes[ends[0] : ends[-1]]
        digests: Any = minhash.digest_matrix_from_flat_token_hashes(
            hashes, (ends - ends[0]).astype(np.uint64), _BANDS * _ROWS, _SEED
        )
        rows = np.array(digests.to_rows(), dtype=np.uint64).reshape(-1, _BANDS, _ROWS)
        # Multiplying by odd constants mixes three 32-bit minima into one key; overflow is wanted.
        mixed = rows[:, :, 0] * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= rows[:, :, 1] * np.uint64(0xC2B2AE3D27D4EB4F)
        mixed += rows[:, :, 2] * np.uint64(0x165667B19E3779F9)
        parts.append(mixed)
        tick(count)
    return np.concatenate(parts)


def _candidates(
    bands: NDArray[np.uint64],
    times: NDArray[np.float64],
    within: float,
    tick: Callable[[int], None],
) -> _Ints:
    """Pairs that share a band, as keys `first * n + second`, ascending."""
    count = len(times)
    found = [np.zeros(0, dtype=np.int64)]
    for band in range(bands.shape[1]):
        column = bands[:, band]
        # Stable: within a bucket, documents stay in order of time.
        order = np.argsort(column, kind="stable")
        bucket, moment = column[order], times[order]
        for ahead in range(1, min(_NEIGHBOURS, count - 1) + 1):
            same = bucket[ahead:] == bucket[:-ahead]
            if not same.any():
                break
            close = same & (moment[ahead:] - moment[:-ahead] <= within)
            found.append(order[:-ahead][close] * count + order[ahead:][close])
        # A crowd of copies shares every band: its pairs fit in memory once, not 64 times.
        if sum(map(len, found[1:])) > _KEYS_AT_ONCE:
            found = [_distinct(found)]
        tick(count)
    return _distinct(found)


def _distinct(keys: Sequence[_Ints]) -> _Ints:
    # np.unique hashes, which takes five times as long here.
    ordered = np.sort(np.concatenate(keys))
    return ordered[np.diff(ordered, prepend=-1) > 0]


def _verified(
    found: _Ints, shelf: _Shelf, threshold: float, tick: Callable[[int], None]
) -> tuple[_Ints, _Ints, NDArray[np.float64]]:
    sizes = np.diff(shelf.ends)
    ones = np.ones(len(shelf.columns), dtype=np.int32)
    shape = (len(sizes), int(shelf.columns.max()) + 1)
    holds = sparse.csr_array((ones, shelf.columns, shelf.ends), shape=shape)
    kept = [np.zeros(0, dtype=np.int64)]
    values = [np.zeros(0)]
    for start in range(0, len(found), _PAIRS_AT_ONCE):
        keys = found[start : start + _PAIRS_AT_ONCE]
        left, right = np.divmod(keys, len(sizes))
        shared = np.asarray(holds[left].multiply(holds[right]).sum(axis=1))
        likeness = shared / np.maximum(sizes[left] + sizes[right] - shared, 1)
        alike = likeness >= threshold
        kept.append(keys[alike])
        values.append(likeness[alike])
        tick(len(sizes))
    left, right = np.divmod(np.concatenate(kept), len(sizes))
    return left, right, np.concatenate(values)
