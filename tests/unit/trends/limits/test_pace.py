"""Windows, bursts and shrinking: properties that hold for every sequence of calls."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.trends.limits.ledger_cases import WIDE, ask
from trends.limits.fitting import shrink_to_cost, shrink_to_tokens
from trends.limits.pace import MINUTE, Granted, after_start, burst_wait, interval, minute_wait
from trends.limits.quotas import Quotas
from trends.limits.windows import Kind, begins, day_of, known_since, month_of, next_begins

START = datetime(2026, 3, 1, tzinfo=UTC)
GAPS = st.lists(st.integers(0, 20_000_000), min_size=1, max_size=80)


def limited(calls: int, tokens: int = 1_000_000, burst: int = 1000) -> Quotas:
    return replace(WIDE, requests_per_minute=calls, tokens_per_minute=tokens, burst_size=burst)


@given(gaps=GAPS, calls=st.integers(1, 12), tokens=st.integers(100, 900))
def test_who_waits_as_told_never_finds_a_minute_too_full(
    gaps: list[int], calls: int, tokens: int
) -> None:
    quotas, log, now = limited(calls, tokens), list[Granted](), START
    for gap in gaps:
        now += timedelta(microseconds=gap)
        size = gap % 100 + 1
        recent = [line for line in log if line.at > now - MINUTE]
        wait = minute_wait(recent, size, now, quotas)
        assert wait is not None
        now += wait
        log.append(Granted(now, size))
        last = [line for line in log if line.at > now - MINUTE]
        assert len(last) <= calls
        assert sum(line.tokens for line in last) <= tokens
        if wait:
            # Not longer than needed: a microsecond earlier it would have been too full.
            before = [line for line in log[:-1] if line.at > now - MINUTE - timedelta(0, 0, 1)]
            full = sum(line.tokens for line in before) + size > tokens
            assert full or len(before) >= calls


@given(gaps=GAPS, burst=st.integers(1, 8), calls=st.integers(1, 120))
def test_no_span_holds_more_starts_than_the_burst_and_its_refill(
    gaps: list[int], burst: int, calls: int
) -> None:
    quotas, whole_at, starts, now = limited(calls, burst=burst), START, list[datetime](), START
    for gap in gaps:
        now += timedelta(microseconds=gap)
        now += max(timedelta(0), burst_wait(whole_at, now, quotas))
        whole_at = after_start(whole_at, now, quotas)
        starts.append(now)
    for first, at in enumerate(starts):
        for last in range(first, len(starts)):
            assert last - first + 1 <= burst + (starts[last] - at) / interval(quotas) + 1e-6


@given(
    cost=st.integers(0, 10_000),
    more_cost=st.integers(0, 90_000),
    tokens=st.integers(0, 4000),
    more_tokens=st.integers(0, 4000),
    most=st.integers(0, 120_000),
)
def test_what_is_shrunk_costs_no_more_than_is_left_and_no_less_than_is_of_use(
    cost: int, more_cost: int, tokens: int, more_tokens: int, most: int
) -> None:
    whole = ask(cost=cost + more_cost, least=cost, tokens=tokens + more_tokens, least_tokens=tokens)
    fitted = shrink_to_cost(whole, most)
    if most < cost:
        assert fitted is None
        return
    assert fitted is not None
    assert cost <= fitted.cost_micro <= min(most, whole.cost_micro)
    assert tokens <= fitted.tokens <= whole.tokens
    # What the tokens cost at the ask's own price is held.
    assert (fitted.cost_micro - cost) * more_tokens >= (fitted.tokens - tokens) * more_cost or (
        fitted == whole
    )


def test_an_ask_that_is_of_no_use_in_so_few_tokens_is_not_shrunk() -> None:
    assert shrink_to_tokens(ask(tokens=1000, least_tokens=600), 599) is None


@pytest.mark.parametrize(
    ("zone", "at", "day", "following"),
    [
        # Clocks forward on 2026-03-29, back on 2026-10-25: days of 23 and of 25 hours.
        ("Europe/Berlin", "2026-03-28T23:00+00:00", "2026-03-29", "2026-03-29T22:00+00:00"),
        ("Europe/Berlin", "2026-10-24T22:00+00:00", "2026-10-25", "2026-10-25T23:00+00:00"),
        # No midnight at all: the clock goes from 23:59 to 01:00.
        ("Africa/Cairo", "2026-04-23T12:00+00:00", "2026-04-23", "2026-04-23T22:00+00:00"),
        ("Asia/Seoul", "2026-02-28T15:00+00:00", "2026-03-01", "2026-03-01T15:00+00:00"),
        ("Pacific/Kiritimati", "2026-12-31T10:00+00:00", "2027-01-01", "2027-01-01T10:00+00:00"),
    ],
)
def test_days_are_those_of_the_zone(zone: str, at: str, day: str, following: str) -> None:
    here, now = ZoneInfo(zone), datetime.fromisoformat(at)
    opens = next_begins(Kind.DAY, now, here)
    assert day_of(now, here) == day
    assert opens == datetime.fromisoformat(following)
    assert opens is not None
    assert day_of(opens, here) > day
    assert day_of(opens - timedelta(microseconds=1), here) == day
    assert begins(Kind.DAY, day_of(opens, here), here) == opens


def test_months_are_those_of_the_zone() -> None:
    here, now = ZoneInfo("Asia/Seoul"), datetime(2026, 12, 31, 14, 59, tzinfo=UTC)
    assert month_of(now, here) == "2026-12"
    assert next_begins(Kind.MONTH, now, here) == datetime(2026, 12, 31, 15, tzinfo=UTC)
    assert next_begins(Kind.RUN, now, here) is None


def test_a_weekly_monitor_is_known_all_week() -> None:
    assert known_since("2026-03-08") == "2026-03-02"
