"""Reading server-sent events from bytes that are cut anywhere."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends_client.sse import Decoder, Follower, Message

STREAM = (
    ": ping\n\n"
    "id: 1\nevent: run.accepted\ndata: {}\n\n"
    "data: a\ndata: b\r\n\r\n"
    "id: 2\rdata: 한글\u2028\x85\r\r"
).encode()
MESSAGES = [
    Message("run.accepted", "{}", "1"),
    Message("message", "a\nb", None),
    Message("message", "한글\u2028\x85", "2"),
]


def envelope(seq: int | None, kind: str) -> bytes:
    told = {"run_id": "r", "seq": seq, "at": None, "type": kind}
    mark = f"id: {seq}\n" if seq else ""
    return f"{mark}event: {kind}\ndata: {json.dumps(told)}\n\n".encode()


@given(st.sets(st.integers(1, len(STREAM) - 1)))
def test_messages_are_the_same_however_the_bytes_are_cut(cuts: set[int]) -> None:
    decoder = Decoder()
    places = [0, *sorted(cuts), len(STREAM)]
    chunks = [STREAM[a:b] for a, b in pairwise(places)]
    assert [message for chunk in chunks for message in decoder.feed(chunk)] == MESSAGES


@given(st.lists(st.binary(max_size=40)))
def test_no_bytes_break_the_decoder(chunks: list[bytes]) -> None:
    decoder = Decoder()
    for chunk in chunks:
        decoder.feed(chunk)


def test_message_cut_off_by_the_end_is_not_dispatched() -> None:
    assert Decoder().feed(b"data: half\n") == []


def test_follower_asks_for_what_comes_behind_the_last_event() -> None:
    follower = Follower(None)
    assert "Last-Event-ID" not in follower.connect()
    follower.read(envelope(1, "run.accepted") + envelope(2, "stage.started"))
    assert follower.connect()["Last-Event-ID"] == "2"


def test_follower_gives_no_event_twice() -> None:
    follower = Follower(1)
    follower.connect()
    events = follower.read(envelope(1, "run.accepted") + envelope(2, "stage.started") * 2)
    assert [event.seq for event in events] == [2]


def test_follower_drops_what_a_broken_connection_left_half_told() -> None:
    follower = Follower(None)
    follower.connect()
    follower.read(envelope(1, "run.accepted")[:-10])
    follower.connect()
    assert [event.seq for event in follower.read(envelope(1, "run.accepted"))] == [1]


def test_progress_moves_no_place() -> None:
    follower = Follower(3)
    follower.connect()
    assert [event.type for event in follower.read(envelope(None, "progress"))] == ["progress"]
    assert follower.connect()["Last-Event-ID"] == "3"


@pytest.mark.parametrize("kind", ["run.completed", "run.failed", "run.cancelled", "run.lost"])
def test_follower_is_done_after_the_last_event(kind: str) -> None:
    follower = Follower(None)
    follower.connect()
    follower.read(envelope(1, kind))
    assert follower.done


def test_word_to_reconnect_is_no_event() -> None:
    follower = Follower(None)
    follower.connect()
    assert follower.read(b'event: reconnect\ndata: {"why": "x"}\n\n') == []
    assert not follower.done
