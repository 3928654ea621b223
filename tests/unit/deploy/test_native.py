"""`make prod-like` runs the services of the Compose file: their commands and variables, at addresses of this machine."""

import os
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from deploy.native import DEPLOY, Native, render_edge
from engine.child import Child

# Names that mean something inside containers only.
INSIDE = re.compile(
    r"postgres:5432|temporal:7233|172\.28\.91|/run/secrets|0\.0\.0\.0|(^|[:= ])/deploy"
)


@pytest.fixture
async def native(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Native:
    """A stack that is described and not started; the environment it is described in is somebody's own."""
    monkeypatch.setenv("TRENDS_DATABASE_URL", "postgresql://theirs")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "theirs:7233")
    monkeypatch.setenv("PGHOST", "theirs")
    async with AsyncExitStack() as stack:
        programs = (tmp_path / "server", tmp_path / "sql-tool")
        return Native.prepare(
            tmp_path / "state", server=programs[0], sql_tool=programs[1], stack=stack
        )


def children(native: Native) -> Iterator[Child]:
    """What is kept running, in order."""
    for stage in native.stages():
        yield from stage.children


def test_every_service_of_the_file_is_run_but_the_temporal_ui(native: Native) -> None:
    run = [child.name for child in children(native)]
    jobs = [job.name for stage in native.stages() for job in stage.jobs]
    assert set(native.services) - {*run, *jobs} == {"temporal-ui"}
    assert run == [
        *("postgres", "temporal", "api-1", "api-2"),
        *("worker-workflows", "worker-io", "worker-llm", "worker-cpu", "edge"),
    ]


def test_nothing_means_a_place_inside_a_container(native: Native) -> None:
    left = [
        f"{child.name}: {word}"
        for child in children(native)
        for word in (*child.command, *child.environ.values())
        if INSIDE.search(word)
    ]
    jobs = [
        f"{job.name}: {word}"
        for stage in native.stages()
        for job in stage.jobs
        for word in (*job.command, *job.environ.values())
        if INSIDE.search(word)
    ]
    assert left + jobs == []


def test_every_variable_of_the_file_is_given(native: Native) -> None:
    given = {child.name: child.environ for child in children(native)}
    missing = [
        f"{name}: {variable}"
        for name, environ in given.items()
        for variable in native.services[name].environ
        if variable not in environ
    ]
    assert missing == []


def test_processes_of_the_product_run_the_commands_of_the_file(native: Native) -> None:
    for child in children(native):
        if child.name.startswith(("api-", "worker-")):
            words = native.services[child.name].command
            assert child.command[-len(words) :] == words


def test_another_installation_of_the_environment_is_not_reached(native: Native) -> None:
    assert not [
        f"{child.name}: {name}"
        for child in children(native)
        for name, value in child.environ.items()
        if "theirs" in value
    ]


def test_secrets_are_kept_for_the_owner_alone_and_across_starts(native: Native) -> None:
    file = native.folder / "secrets.json"
    before = file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    assert (native.folder / "tls/key.pem").stat().st_mode & 0o077 == 0
    again = Native.prepare(
        native.folder, server=native.server, sql_tool=native.sql_tool, stack=AsyncExitStack()
    )
    assert file.read_text() == before
    assert again.services["api-1"].environ["TRENDS_SERVER_KEY"] in before


def test_no_variable_is_left_in_the_edges_configuration(native: Native) -> None:
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith("TRENDS_EDGE_")
    }
    edge = native.services["edge"].environ
    text = render_edge({**environ, **edge})
    assert "${" not in text
    assert "$remote_addr" in text


def test_the_template_uses_what_the_file_gives_and_nothing_else(native: Native) -> None:
    template = (DEPLOY / "nginx.conf.template").read_text()
    used = set(re.findall(r"\$\{(\w+)\}", template))
    assert used == {
        name for name in native.services["edge"].environ if name.startswith("TRENDS_EDGE_")
    }
