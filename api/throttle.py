"""Slows down whoever shows credentials that do not hold."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import TypeVar

from trends.errors import TooManyFailuresError

# More than one process meets at once; an attacker with more addresses than this is beyond what memory can hold.
MOST = 10_000

Key = TypeVar("Key")
Value = TypeVar("Value")


class Failures:
    """Lets so many failures of one address pass in a time, then one more for each share of it.

    An attempt is counted before its credential is looked at, and given back when it holds: however many come at once,
    no more are looked at. A credential that held before is never held up, since many people may share an address with
    one broken script; so a new one of theirs waits, for a share of the time at most.

    In memory, of this process alone: it saves the work, and is not what keeps secrets. Those have 256 bits.

    Args:
        limit: So many.
        seconds: In such a time.
        clock: Seconds, monotonic.
    """

    def __init__(self, limit: int, seconds: float, clock: Callable[[], float]) -> None:
        self._share = seconds / limit
        self._seconds = seconds
        self._clock = clock
        # When each address will have none of its failures left to make up for.
        self._clear_at: OrderedDict[str, float] = OrderedDict()
        self._held: OrderedDict[bytes, None] = OrderedDict()

    def begin(self, address: str, credential: str) -> bool:
        """Count an attempt.

        Returns:
            Whether it was counted; one with a credential that held before is not.

        Raises:
            TooManyFailuresError: The address has failed too often, and this credential never held here.
        """
        mark = _mark(credential)
        if mark in self._held:
            self._held.move_to_end(mark)
            return False
        who, now = network_of(address), self._clock()
        clear_at = max(self._clear_at.get(who, now), now) + self._share
        # Sums of shares are not exact; what is let through must be.
        late = clear_at - now - self._seconds
        if late > self._share / 1_000:
            raise TooManyFailuresError(
                "Too many credentials from this address do not hold.",
                next_step="Mend the one that is sent, and come back later.",
                retry_after=timedelta(seconds=late),
            )
        _keep(self._clear_at, who, clear_at)
        return True

    def held(self, address: str, credential: str) -> None:
        """Give a counted attempt back: the credential holds."""
        _keep(self._held, _mark(credential), None)
        self.give_back(address)

    def give_back(self, address: str) -> None:
        """Give a counted attempt back: nobody could say whether the credential holds."""
        who = network_of(address)
        if who in self._clear_at:
            self._clear_at[who] -= self._share

    def forget(self, credential: str) -> None:
        """Note that a credential does not hold any more: from now on it counts."""
        self._held.pop(_mark(credential), None)


def _mark(credential: str) -> bytes:
    # Never the credential itself: memory ends up in dumps.
    return hashlib.sha256(credential.encode("utf-8", "replace")).digest()


def network_of(address: str) -> str:
    """Take the addresses together that one subscriber has: a network of 64 bits, with IPv6."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(IPv6Address(int(found) >> 64 << 64))
    return address


def _keep(kept: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > MOST:
        kept.popitem(last=False)
