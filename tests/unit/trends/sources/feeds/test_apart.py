"""Feeds that would hold or kill the process that parses them."""

import asyncio
import os
import subprocess
from contextlib import suppress
from io import BytesIO

import pytest

from trends.sources.feeds.apart import parse_apart
from trends.sources.feeds.child import LONGEST_TITLE, MAX_ENTRIES, answer, read_answer
from trends.sources.feeds.parsing import Feed, NotAFeedError

HEAD = b'<rss version="2.0"><channel><title>Echo</title>'
TAIL = b"</channel></rss>"


def rss(inner: bytes) -> bytes:
    return HEAD + inner + TAIL


async def test_feed_comes_back_as_it_is_parsed_here() -> None:
    data = rss("<item><title>버터떡</title><link>/1</link></item>".encode())
    feed = await parse_apart(data, content_type="text/xml", url="https://e.test/rss")
    assert feed.entries[0].title == "버터떡"
    assert feed.entries[0].link == "https://e.test/1"


async def test_refusal_comes_back_with_its_links() -> None:
    page = b'<html><link rel="alternate" type="application/rss+xml" href="/rss"></html>'
    with pytest.raises(NotAFeedError, match="web page") as raised:
        await parse_apart(page, url="https://e.test/")
    assert raised.value.links == ("https://e.test/rss",)


async def test_feed_that_holds_the_parser_is_ended() -> None:
    # A pattern of the parser takes quadratic time for it: hours.
    held = rss(b"<item><title>a</title><author>" + b"a" * 5_000_000 + b"</author></item>")
    with pytest.raises(NotAFeedError, match="out of time or memory"):
        await parse_apart(held, wait_seconds=2)


async def test_cancelling_ends_the_process() -> None:
    held = rss(b"<item><title>a</title><author>" + b"a" * 5_000_000 + b"</author></item>")
    task = asyncio.create_task(parse_apart(held))
    while not (children := _children()):
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not [pid for pid in children if _runs(pid)]


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE r [<!ENTITY a "'
        + b"A" * 500_000
        + b'">]>'
        + rss(b"<item><title>" + b"&a;" * 100_000),
        rss(b"<item><title>" + b"<b>" * 100_000),
        rss(b"<item><title>x\0y\x01&#xD800;&#1114112;</title></item>"),
        b"<" * 500_000,
        b"<?" + b"encoding='" * 100_000,
    ],
    ids=["entities", "depth", "controls", "brackets", "declaration"],
)
async def test_hostile_feed_is_read_or_refused(data: bytes) -> None:
    with suppress(NotAFeedError):
        assert isinstance(await parse_apart(data, wait_seconds=30), Feed)


def test_answer_is_bounded_whatever_comes_in() -> None:
    entry = b"<item><title>" + b"t" * 5_000 + b"</title></item>"
    data = b'{"content_type": "", "url": ""}\n' + rss(entry * (MAX_ENTRIES + 10))
    fields = answer(BytesIO(data))["feed"]
    assert (len(fields["entries"]), fields["left_out"]) == (MAX_ENTRIES, 10)
    assert len(fields["entries"][0]["title"]) == LONGEST_TITLE


def test_what_is_no_answer_is_an_error() -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        read_answer(b"")


def _children() -> list[int]:
    """Processes that parse a feed for this one."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=", "-o", "ppid=", "-o", "args="],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    rows = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
    mine = str(os.getpid())
    return [
        int(pid) for pid, parent, *args in rows if parent == mine and "feeds.child" in "".join(args)
    ]


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
