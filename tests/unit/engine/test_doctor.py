"""What the doctor finds, and how it says to mend it."""

import os
import re
import socket
from pathlib import Path

import pytest

from engine.doctor import (
    KEYS,
    Check,
    Verdict,
    check_engine,
    check_keys,
    check_models,
    check_ports,
    check_python,
    check_storage,
    examine,
    worst,
)
from engine.ports import LOOPBACK, claim_port
from engine.state import STATE_VERSION, Running, State, prepare_state, write_running
from tests.unit.engine.programs import write_temporal
from trends.settings import Settings, load_settings
from trends.storage.migrate import migrate

ROOT = Path(__file__).parents[3]


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A folder that does not exist yet."""
    return State(tmp_path / "state")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A machine without a Temporal server or Go on PATH."""
    return {"HOME": str(tmp_path), "PATH": str(tmp_path), "TEMPORAL_CONFIG_FILE": os.devnull}


def ports_from(first: int) -> Settings:
    """Settings whose three ports follow one another."""
    return load_settings(
        {
            "TRENDS_API__PORT": str(first),
            "TRENDS_ENGINE__PORT": str(first + 1),
            "TRENDS_ENGINE__UI_PORT": str(first + 2),
        }
    )


async def test_everything_that_matters_is_looked_at(environ: dict[str, str], state: State) -> None:
    names = [check.name for check in await examine(environ, state=state)]
    ports = ["port 8000", "port 7233", "port 8233"]
    parts = ["engine", "workflows", "storage", "auth", "channels", "models", "keys"]
    assert names == ["python", "disk", "settings", *ports, *parts]


async def test_looking_creates_nothing(environ: dict[str, str], state: State) -> None:
    await examine(environ, state=state)
    assert not state.root.exists()


async def test_settings_that_do_not_load_are_a_finding(
    environ: dict[str, str], state: State
) -> None:
    checks = await examine({**environ, "TRENDS_API__PORTT": "1"}, state=state)
    found = {check.name: check.verdict for check in checks}
    assert found["settings"] is Verdict.FAIL


@pytest.mark.parametrize(
    ("version", "verdict"),
    [((3, 10, 14), Verdict.FAIL), ((3, 11, 0), Verdict.OK), ((4, 0, 0), Verdict.OK)],
)
def test_python_is_new_enough_or_not(version: tuple[int, int, int], verdict: Verdict) -> None:
    assert check_python(version).verdict is verdict


def test_a_port_of_another_program_is_a_warning_that_names_the_next(state: State) -> None:
    claim = claim_port(26_500)
    with socket.create_server((LOOPBACK, claim.port)):
        check = check_ports(state, ports_from(claim.port))[0]
    claim.release()
    assert check.verdict is Verdict.WARN
    assert re.search(rf"Port {claim.port} is used .* would take \d+", check.what)


def test_a_port_of_our_own_running_stack_is_well(state: State) -> None:
    claim = claim_port(26_500)
    prepare_state(state)
    write_running(state, Running(os.getpid(), {"api": f"http://127.0.0.1:{claim.port}"}, {}))
    with socket.create_server((LOOPBACK, claim.port)):
        check = check_ports(state, ports_from(claim.port))[0]
    claim.release()
    assert check.verdict is Verdict.OK


async def test_a_server_that_would_be_used_is_named(
    environ: dict[str, str], tmp_path: Path
) -> None:
    binary = write_temporal(tmp_path, "1.30.0")
    check = await check_engine(environ, load_settings({}))
    assert (check.verdict, str(binary) in check.what) == (Verdict.OK, True)


async def test_a_server_that_is_passed_over_is_named(
    environ: dict[str, str], tmp_path: Path
) -> None:
    binary = write_temporal(tmp_path, "1.20.0")
    check = await check_engine(environ, load_settings({}))
    assert check.verdict is Verdict.WARN
    assert f"passed over {binary}" in check.what


async def test_a_remote_server_that_does_not_answer_is_a_failure(environ: dict[str, str]) -> None:
    check = await check_engine({**environ, "TEMPORAL_ADDRESS": "127.0.0.1:1"}, load_settings({}))
    assert (check.verdict, check.mend != "") == (Verdict.FAIL, True)


def test_a_database_of_this_program_is_well(state: State) -> None:
    prepare_state(state)
    migrate(state.database_url)
    check = check_storage({}, state)
    assert (check.verdict, "revision" in check.what) == (Verdict.OK, True)


def test_a_state_of_a_newer_program_is_a_failure(state: State) -> None:
    prepare_state(state)
    state.version_file.write_text(f"{STATE_VERSION + 1}\n")
    assert check_storage({}, state).verdict is Verdict.FAIL


def test_a_named_database_that_was_not_set_up_is_to_be_migrated(
    state: State, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'named.db'}"
    check = check_storage({"TRENDS_DATABASE_URL": url}, state)
    assert (check.verdict, "named.db" in check.what) == (Verdict.WARN, True)
    assert "trends migrate" in check.mend


def test_a_server_of_databases_that_does_not_answer_is_a_failure(state: State) -> None:
    url = "postgresql://trends:geheim@127.0.0.1:1/trends"
    check = check_storage({"TRENDS_DATABASE_URL": url}, state)
    assert check.verdict is Verdict.FAIL
    assert "postgresql://127.0.0.1:1/trends" in check.what
    assert "geheim" not in f"{check.what} {check.mend}"


def test_a_database_that_is_none_is_a_failure(state: State) -> None:
    prepare_state(state)
    state.database_file.write_bytes(b"not a database at all, but long enough" * 100)
    assert check_storage({}, state).verdict is Verdict.FAIL


def test_without_a_key_reports_are_extractive_and_nothing_is_wrong() -> None:
    check = check_models({}, load_settings({}))
    assert check.verdict is Verdict.OK
    assert "extractive" in check.what


def test_a_model_with_key_library_and_price_is_ready_and_its_key_not_shown() -> None:
    check = check_models({"OPENAI_API_KEY": "made-up-value"}, load_settings({}))
    assert check == Check(
        "models", Verdict.OK, "Ready to be asked, at known prices: openai:gpt-4.1-mini."
    )


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"TRENDS_LLM__MODEL": "gpt-unheard-of", "OPENAI_API_KEY": "sk-hush"}, "llm.prices"),
        ({"OPENAI_API_KEY": "sk-hu\nsh"}, "key"),
    ],
    ids=["no price", "a key with a line end"],
)
def test_a_model_that_cannot_be_asked_is_a_warning_with_what_to_do(
    environ: dict[str, str], named: str
) -> None:
    check = check_models(environ, load_settings(environ))
    assert check.verdict is Verdict.WARN
    assert named in f"{check.what} {check.mend}"
    assert "sk-hu" not in check.what


def test_keys_are_counted_and_never_shown() -> None:
    check = check_keys({"NEWS_API_KEY": "made-up-value"})
    assert "1 of 12 are set: NEWS_API_KEY" in check.what
    assert "made-up-value" not in check.what


def test_an_empty_key_is_not_set() -> None:
    assert check_keys({"NEWS_API_KEY": ""}).what.startswith("0 of 12")


def test_the_keys_are_those_of_the_published_example() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    names = [line.partition("=")[0] for line in lines if re.match(r"[A-Z]", line)]
    assert list(KEYS) == [name for name in names if not name.startswith("TRENDS_")]


def test_whatever_needs_a_hand_says_what_to_do() -> None:
    assert check_python((3, 9, 0)).mend != ""


def test_the_worst_finding_decides() -> None:
    checks = [
        Check("a", Verdict.WARN, ""),
        Check("b", Verdict.FAIL, ""),
        Check("c", Verdict.OK, ""),
    ]
    assert worst(checks) is Verdict.FAIL
