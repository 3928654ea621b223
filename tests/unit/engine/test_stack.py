"""What the stack's processes are told, and how ports follow one another."""

import os
from pathlib import Path

import pytest

from engine.server import Engine, Origin
from engine.stack import StackPorts, child_environ, default_children
from engine.state import State
from trends.settings import Settings, load_settings

LOCAL = Engine(Origin.CACHE, Path("/cache/temporal"), None, "1.29.1", "why")
REMOTE = Engine(Origin.REMOTE, None, "cloud.example:7233", "", "why")
PORTS = StackPorts(api=8001, engine=7234, ui=8234)
CLOUD = {
    "TEMPORAL_ADDRESS": "cloud.example:7233",
    "TEMPORAL_API_KEY": "made-up",
    "TEMPORAL_PROFILE": "cloud",
}


@pytest.fixture(scope="module")
def settings() -> Settings:
    """The published defaults."""
    return load_settings({})


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A folder that does not exist yet."""
    return State(tmp_path / "state")


def environ_of(engine: Engine, state: State) -> dict[str, str]:
    """What a child is told when ours names a cloud."""
    return child_environ(CLOUD, state=state, engine=engine, ports=PORTS, namespace="mine")


def test_children_find_a_local_server_and_no_stray_credentials(state: State) -> None:
    told = {
        key: value for key, value in environ_of(LOCAL, state).items() if key.startswith("TEMPORAL_")
    }
    assert told == {
        "TEMPORAL_ADDRESS": "127.0.0.1:7234",
        "TEMPORAL_NAMESPACE": "mine",
        "TEMPORAL_CONFIG_FILE": os.devnull,
    }


def test_children_find_a_remote_server_as_we_did(state: State) -> None:
    told = environ_of(REMOTE, state)
    assert CLOUD.items() <= told.items()


def test_children_are_told_the_state_and_the_port_that_was_chosen(state: State) -> None:
    told = environ_of(LOCAL, state)
    assert (told["TRENDS_STATE"], told["TRENDS_API__PORT"]) == (str(state.root), "8001")


def test_the_engine_comes_first_then_worker_and_api(state: State, settings: Settings) -> None:
    groups = default_children({}, state=state, settings=settings, engine=LOCAL, ports=PORTS)
    assert [[child.name for child in group] for group in groups] == [["engine"], ["worker", "api"]]


def test_a_remote_engine_leaves_two_children(state: State, settings: Settings) -> None:
    ports = StackPorts(api=8001)
    groups = default_children(CLOUD, state=state, settings=settings, engine=REMOTE, ports=ports)
    assert [[child.name for child in group] for group in groups] == [["worker", "api"]]


def test_a_workers_grace_is_longer_than_its_drain(state: State, settings: Settings) -> None:
    groups = default_children({}, state=state, settings=settings, engine=LOCAL, ports=PORTS)
    worker = groups[1][0]
    assert worker.grace_seconds > settings.workers.graceful_shutdown_seconds


def test_no_secret_of_the_environment_is_in_a_childs_printed_form(
    state: State, settings: Settings
) -> None:
    ports = StackPorts(api=8001)
    groups = default_children(CLOUD, state=state, settings=settings, engine=REMOTE, ports=ports)
    assert "made-up" not in repr(groups)
