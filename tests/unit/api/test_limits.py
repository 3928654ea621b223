"""Limits: what a caller may send, counted exactly, told in headers, and never shared."""

from pathlib import Path

import httpx
import pytest

from api.limits import Limiter, Limits, Quota
from tests.unit.api.fake_doors import FakeDoors, in_process, open_fake_doors
from trends.settings_sections import CallerLimits

TIGHT = {
    "TRENDS_API__LIMITS__READS_PER_MINUTE": "60",
    "TRENDS_API__LIMITS__READS_BURST": "3",
    "TRENDS_API__LIMITS__WRITES_PER_MINUTE": "6",
    "TRENDS_API__LIMITS__WRITES_BURST": "2",
}


class Seconds:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


def test_a_burst_passes_and_the_next_waits_for_its_share(clock: Seconds) -> None:
    limiter = Limiter(Quota("writes", burst=3, per_minute=6), clock)
    assert [limiter.take("a").allowed for _ in range(4)] == [True, True, True, False]
    refused = limiter.take("a")
    assert (refused.wait_seconds, refused.remaining) == (pytest.approx(10), 0)
    clock.now += 9.9
    assert not limiter.take("a").allowed
    clock.now += 0.2
    assert limiter.take("a").allowed
    assert not limiter.take("a").allowed


@pytest.mark.parametrize(("burst", "per_minute"), [(1, 1), (20, 60), (7, 13), (200, 1200)])
def test_no_more_pass_in_any_hour_than_rate_and_burst_allow(
    clock: Seconds, burst: int, per_minute: int
) -> None:
    limiter = Limiter(Quota("reads", burst, per_minute), clock)
    step = 60 / per_minute / 3
    end = clock.now + 3_600
    passed = 0
    while clock.now < end:
        passed += limiter.take("a").allowed
        clock.now += step
    assert burst + 60 * per_minute - 1 <= passed <= burst + 60 * per_minute


def test_what_is_refused_costs_nothing(clock: Seconds) -> None:
    limiter = Limiter(Quota("writes", burst=1, per_minute=60), clock)
    limiter.take("a")
    for _ in range(1_000):
        assert not limiter.take("a").allowed
    clock.now += 1
    assert limiter.take("a").allowed


def test_callers_take_nothing_from_each_other(clock: Seconds) -> None:
    limiter = Limiter(Quota("writes", burst=1, per_minute=1), clock)
    assert [limiter.take(name).allowed for name in ("a", "b", "a")] == [True, True, False]


def test_no_more_callers_are_remembered_than_may_be(clock: Seconds) -> None:
    limiter = Limiter(Quota("writes", burst=1, per_minute=1), clock, most=100)
    for number in range(1_000):
        limiter.take(f"caller {number}")
    assert len(limiter) == 100
    assert not limiter.take("caller 999").allowed


def test_headers_are_those_of_the_draft(clock: Seconds) -> None:
    limiter = Limiter(Quota("writes", burst=20, per_minute=60), clock)
    assert limiter.take("a").headers() == {
        "RateLimit-Policy": '"writes";q=20;w=20',
        "RateLimit": '"writes";r=19;t=1',
    }


def test_reading_and_writing_are_counted_apart_and_probes_not_at_all(clock: Seconds) -> None:
    settings = CallerLimits(reads_per_minute=1, reads_burst=1, writes_per_minute=0, writes_burst=1)
    limits = Limits(settings, clock)
    assert limits.take("POST", "/v1/runs", "a") is None
    assert limits.take("GET", "/livez", "a") is None
    first, second = (limits.take(method, "/v1/runs", "a") for method in ("GET", "HEAD"))
    assert first is not None
    assert second is not None
    assert (first.allowed, second.allowed) == (True, False)


async def test_one_request_too_many_is_told_when_to_come_back(tmp_path: Path) -> None:
    async with open_fake_doors(tmp_path, **TIGHT) as doors, in_process(doors) as http:
        left = [(await http.post("/v1/runs", json={})).headers["RateLimit"] for _ in range(2)]
        assert [each.partition(";t=")[0] for each in left] == ['"writes";r=1', '"writes";r=0']
        refused = await http.post("/v1/runs", json={})
        assert (refused.status_code, refused.json()["slug"]) == (429, "rate-limited")
        assert 1 <= int(refused.headers["Retry-After"]) <= 10
        assert refused.headers["RateLimit-Policy"] == '"writes";q=2;w=20'
        assert len((await doors.store.page("local")).items) == 2
        assert (await http.get("/v1/runs")).headers["RateLimit-Policy"] == '"reads";q=3;w=3'


async def test_body_of_one_request_too_many_is_not_read(tmp_path: Path) -> None:
    async with open_fake_doors(tmp_path, **TIGHT) as doors, in_process(doors) as http:
        for _ in range(2):
            await http.post("/v1/uploads", content=b"x")
        answer = await http.post("/v1/uploads", content=b"y")
        assert answer.status_code == 429
        assert len(list(doors.uploads_dir.iterdir())) == 1


async def test_links_are_limited_by_the_address_they_are_followed_from(tmp_path: Path) -> None:
    # One a minute: on a slow machine another must not have become free in between.
    seldom = {**TIGHT, "TRENDS_API__LIMITS__READS_PER_MINUTE": "1"}
    async with open_fake_doors(tmp_path, **seldom) as doors, in_process(doors) as http:
        answers = [(await http.get("/s/guess.guess")).status_code for _ in range(4)]
    assert answers == [404, 404, 404, 429]


async def test_every_answer_tells_how_many_are_left(http: httpx.AsyncClient) -> None:
    for path, status in (("/v1/runs", 200), ("/v1/runs/x", 404), ("/v1/runs?limit=0", 422)):
        answer = await http.get(path)
        assert (answer.status_code, "RateLimit" in answer.headers) == (status, True)
    assert "RateLimit" not in (await http.get("/livez")).headers


async def test_known_callers_are_counted_by_who_they_are(doors: FakeDoors, tmp_path: Path) -> None:
    del doors
    (tmp_path / "two").mkdir()
    environ = {**TIGHT, "TRENDS_AUTH__MODE": "required"}
    async with open_fake_doors(tmp_path / "two", **environ) as asked, in_process(asked) as http:
        unknown = [(await http.get("/v1/runs")).status_code for _ in range(5)]
    # Whoever is not known is slowed down by the count of failures, and spends nobody's requests.
    assert unknown == [401] * 5
