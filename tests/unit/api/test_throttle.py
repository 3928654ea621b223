"""Whoever shows credentials that do not hold is slowed down; nobody else is."""

import pytest

from api import throttle
from api.throttle import Failures
from trends.errors import TooManyFailuresError

HERE, THERE = "203.0.113.1", "203.0.113.2"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def failures(clock: Clock) -> Failures:
    """Five in a hundred seconds."""
    return Failures(5, 100, clock)


def let_through(failures: Failures, tries: int, address: str = HERE) -> int:
    """How many of so many wrong credentials are looked at."""
    looked_at = 0
    for number in range(tries):
        try:
            failures.begin(address, f"wrong {number}")
        except TooManyFailuresError:
            continue
        looked_at += 1
    return looked_at


def test_so_many_are_looked_at_and_no_more(failures: Failures) -> None:
    assert let_through(failures, 1_000) == 5


def test_one_more_is_looked_at_for_each_share_of_the_time(failures: Failures, clock: Clock) -> None:
    let_through(failures, 1_000)
    clock.now += 19.9
    assert let_through(failures, 10) == 0
    clock.now += 0.1
    assert let_through(failures, 10) == 1
    clock.now += 100
    assert let_through(failures, 10) == 5


def test_it_is_said_when_the_next_is_looked_at(failures: Failures, clock: Clock) -> None:
    let_through(failures, 5)
    clock.now += 5
    with pytest.raises(TooManyFailuresError) as caught:
        failures.begin(HERE, "wrong")
    assert caught.value.retry_after is not None
    assert caught.value.retry_after.total_seconds() == pytest.approx(15)


def test_another_address_is_not_held_up(failures: Failures) -> None:
    let_through(failures, 10)
    assert let_through(failures, 10, THERE) == 5


def test_one_that_held_before_is_never_held_up(failures: Failures) -> None:
    assert failures.begin(HERE, "right")
    failures.held(HERE, "right")
    assert let_through(failures, 10) == 5
    assert not failures.begin(HERE, "right")


def test_one_that_does_not_hold_any_more_counts_again(failures: Failures) -> None:
    failures.begin(HERE, "right")
    failures.held(HERE, "right")
    failures.forget("right")
    let_through(failures, 10)
    with pytest.raises(TooManyFailuresError):
        failures.begin(HERE, "right")


def test_what_holds_costs_nothing(failures: Failures) -> None:
    for number in range(50):
        failures.begin(HERE, f"right {number}")
        failures.held(HERE, f"right {number}")
    assert let_through(failures, 10) == 5


def test_a_subscriber_s_network_is_one_address_with_ipv6(failures: Failures) -> None:
    assert let_through(failures, 5, "2001:db8:1:2::1") == 5
    assert let_through(failures, 5, "2001:db8:1:2:ffff::9") == 0
    assert let_through(failures, 5, "2001:db8:1:3::1") == 5


def test_memory_has_a_bound(failures: Failures, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST", 3)
    let_through(failures, 5, HERE)
    for number in range(3):
        let_through(failures, 1, f"198.51.100.{number}")
    # The oldest is forgotten; the others are not.
    assert let_through(failures, 5, HERE) == 5
    assert let_through(failures, 5, "198.51.100.2") == 4
