"""The Slack channel against a real receiver."""

import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from tests.unit.trends.notify.http_receiver import Play, Receiver, Reply, receiving
from tests.unit.trends.notify.notice_cases import message
from tests.unit.trends.notify.ways_out import outside
from trends.errors import DeliveryError, DeliveryUnavailableError, DeliveryUncertainError
from trends.notify.slack import SECTION_LIMIT, SlackChannel, escaped, payload


def channel(receiver: Receiver) -> SlackChannel:
    """A channel to a receiver."""
    return SlackChannel("team", url=SecretStr(receiver.url), post=outside().post)


def section(**changes: Any) -> str:
    """The text of the lines."""
    blocks: list[dict[str, Any]] = payload(message(**changes))["blocks"]
    return next(block["text"]["text"] for block in blocks if block["type"] == "section")


async def test_lines_arrive_as_blocks_with_a_plain_text_beside_them() -> None:
    async with receiving() as receiver:
        assert await channel(receiver).send(message()) == ""

    sent = json.loads(receiver.seen[0].body)
    assert [block["type"] for block in sent["blocks"]] == ["header", "section", "context"]
    assert sent["blocks"][0]["text"]["text"] == "뉴스 트렌드: 비건 간식 (KR)"
    assert sent["text"].startswith("뉴스 트렌드: 비건 간식 (KR)\n비건 간식 3.2배\n둘")


def test_what_slack_would_act_on_is_escaped() -> None:
    text = section(lines=("<!channel> & <@U1|x>",))

    assert text == "&lt;!channel&gt; &amp; &lt;@U1|x&gt;"


def test_text_beyond_the_limit_is_cut_and_never_within_an_escape() -> None:
    text = section(lines=("&" * 5000,))

    assert len(text) <= SECTION_LIMIT
    assert text.removesuffix("…") == "&amp;" * ((SECTION_LIMIT - 1) // 5)


def test_text_of_just_the_limit_is_kept_whole() -> None:
    assert escaped("가" * SECTION_LIMIT, SECTION_LIMIT) == "가" * SECTION_LIMIT


def test_title_beyond_the_limit_of_a_header_is_cut() -> None:
    header = payload(message(title="가" * 400))["blocks"][0]["text"]["text"]

    assert header == "가" * 149 + "…"


def test_link_cannot_be_broken_out_of() -> None:
    blocks = payload(message(link="https://a.example/?a=1&b=>|<https://evil.example"))["blocks"]

    (link,) = blocks[-1]["elements"]
    assert link["text"] == "<https://a.example/?a=1&amp;b=&gt;%7C&lt;https://evil.example|자세히>"


def test_link_without_an_address_is_shown_as_a_path() -> None:
    (link,) = payload(message(link="/v1/runs/1"))["blocks"][-1]["elements"]

    assert link["text"] == "자세히: `/v1/runs/1`"


async def test_request_to_slow_down_says_how_long() -> None:
    async with receiving(Reply(429, b"", (("Retry-After", "30"),))) as receiver:
        with pytest.raises(DeliveryUnavailableError) as failed:
            await channel(receiver).send(message())

    assert failed.value.retry_after == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, b"invalid_payload"),
        (403, b"action_prohibited"),
        (404, b"no_service"),
        (410, b"channel_is_archived"),
    ],
)
async def test_refusal_is_final_and_names_slack_s_reason(status: int, reason: bytes) -> None:
    async with receiving(Reply(status, reason)) as receiver:
        with pytest.raises(DeliveryError, match=reason.decode()) as failed:
            await channel(receiver).send(message())

    assert not failed.value.retryable


async def test_anything_but_a_reason_is_not_repeated() -> None:
    async with receiving(Reply(400, b"<b>your token is xyz</b>")) as receiver:
        with pytest.raises(DeliveryError) as failed:
            await channel(receiver).send(message())

    assert "token" not in str(failed.value)


@pytest.mark.parametrize("status", [500, 503])
async def test_slack_that_is_down_is_tried_again(status: int) -> None:
    async with receiving(Reply(status)) as receiver:
        with pytest.raises(DeliveryUnavailableError):
            await channel(receiver).send(message())


@pytest.mark.parametrize("play", [*Play, Reply(502), Reply(504)])
async def test_lost_answer_is_uncertain(play: Play | Reply) -> None:
    async with receiving(play) as receiver:
        with pytest.raises(DeliveryUncertainError, match="'team'"):
            await channel(receiver).send(message())


async def test_web_page_is_no_slack() -> None:
    page = Reply(200, b"<html>", (("Content-Type", "text/html"),))
    async with receiving(page) as receiver:
        with pytest.raises(DeliveryError, match="web page"):
            await channel(receiver).send(message())
