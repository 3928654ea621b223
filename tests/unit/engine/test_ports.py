"""Ports: the published one, else the next free; never the same for two stacks."""

import socket
from collections.abc import Generator
from pathlib import Path

import pytest

from engine.ports import LOOPBACK, SEARCH_SPAN, accepts, claim_port, is_free
from trends.errors import PortTakenError

START = 24_500


@pytest.fixture
def taken() -> Generator[int]:
    """A port that another program serves."""
    claim = claim_port(START)
    with socket.create_server((LOOPBACK, claim.port)):
        yield claim.port
    claim.release()


def test_a_free_port_is_taken_as_asked_for(tmp_path: Path) -> None:
    free = next(port for port in range(START, START + SEARCH_SPAN) if is_free(port))
    claim = claim_port(free, folder=tmp_path)
    assert claim.port == free
    claim.release()


def test_a_port_that_is_served_is_passed_over(taken: int, tmp_path: Path) -> None:
    claim = claim_port(taken, folder=tmp_path)
    assert claim.port > taken
    claim.release()


def test_a_port_that_is_claimed_but_not_bound_yet_is_passed_over(tmp_path: Path) -> None:
    first = claim_port(START, folder=tmp_path)
    second = claim_port(START, folder=tmp_path)
    assert first.port != second.port
    first.release()
    second.release()


def test_a_released_port_can_be_claimed_again(tmp_path: Path) -> None:
    first = claim_port(START, folder=tmp_path)
    first.release()
    second = claim_port(START, folder=tmp_path)
    assert second.port == first.port
    second.release()


def test_ports_to_avoid_are_passed_over(tmp_path: Path) -> None:
    first = claim_port(START, folder=tmp_path)
    first.release()
    second = claim_port(START, folder=tmp_path, avoid=[first.port])
    assert second.port > first.port
    second.release()


def test_no_port_at_all_says_which_were_tried(tmp_path: Path) -> None:
    with pytest.raises(PortTakenError, match=f"{START} and {START + SEARCH_SPAN - 1}"):
        claim_port(START, folder=tmp_path, avoid=range(START, START + SEARCH_SPAN))


def test_a_served_port_accepts_and_is_not_free(taken: int) -> None:
    assert accepts(taken)
    assert not is_free(taken)


def test_a_port_bound_without_listening_is_not_free(tmp_path: Path) -> None:
    claim = claim_port(START, folder=tmp_path)
    with socket.socket() as holder:
        holder.bind((LOOPBACK, claim.port))
        assert not is_free(claim.port)
    claim.release()
