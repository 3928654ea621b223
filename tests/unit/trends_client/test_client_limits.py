"""A client that sent too much waits as it is told, and sends again: nothing had been done."""

import httpx
import pytest

from trends_client import OverLimitError, TrendsClient


def client(answers: list[httpx.Response], slept: list[float]) -> TrendsClient:
    """A client whose API gives these answers in turn, and whose clock moves while it sleeps."""

    def answer(request: httpx.Request) -> httpx.Response:
        del request
        return answers.pop(0)

    return TrendsClient(
        "http://127.0.0.1:1",
        transport=httpx.MockTransport(answer),
        sleep=slept.append,
        clock=lambda: sum(slept),
    )


def limited(slug: str, seconds: int) -> httpx.Response:
    problem = {"slug": slug, "title": "Too many", "status": 429, "detail": "Too many."}
    return httpx.Response(429, json=problem, headers={"Retry-After": str(seconds)})


def test_it_waits_as_told_and_sends_again_what_may_not_be_repeated_otherwise() -> None:
    slept: list[float] = []
    with client(
        [limited("rate-limited", 2), limited("rate-limited", 1), httpx.Response(204)], slept
    ) as it:
        it.webhooks.remove("desk")
    assert slept == [2, 1]


def test_it_gives_up_where_the_wait_is_longer_than_its_patience() -> None:
    slept: list[float] = []
    with (
        client([limited("rate-limited", 60)], slept) as it,
        pytest.raises(OverLimitError) as raised,
    ):
        it.webhooks.remove("desk")
    assert (slept, raised.value.retry_after_seconds) == ([], 60)


def test_other_limits_are_told_at_once() -> None:
    slept: list[float] = []
    with client([limited("too-many-failures", 1)], slept) as it, pytest.raises(OverLimitError):
        it.webhooks.remove("desk")
    assert slept == []
