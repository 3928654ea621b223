"""Logs: readable by machines, without secrets, without chatter."""

import json
import logging
from collections.abc import Callable, Generator
from io import StringIO
from typing import Any

import pytest
import structlog

from trends.telemetry import HIDDEN, configure_logging, get_logger, hide_secrets

Setup = Callable[..., StringIO]


@pytest.fixture
def setup() -> Generator[Setup]:
    """Configures logging into a string, and puts everything back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def configure(level: str = "INFO", *, json: bool = True) -> StringIO:
        stream = StringIO()
        configure_logging(level, json=json, stream=stream)
        return stream

    yield configure
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def records(stream: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def fail_and_log(said: str) -> None:
    try:
        int(said)
    except ValueError:
        get_logger("trends.x").exception("failed")


def test_record_has_event_facts_level_name_and_time(setup: Setup) -> None:
    stream = setup()

    get_logger("trends.x").info("run.started", run_id="run-1", title="비건 간식")

    (record,) = records(stream)
    assert record.pop("timestamp").endswith("Z")
    assert record == {
        "event": "run.started",
        "run_id": "run-1",
        "title": "비건 간식",
        "level": "info",
        "logger": "trends.x",
    }


def test_records_of_libraries_look_like_ours(setup: Setup) -> None:
    stream = setup()

    logging.getLogger("temporalio").warning("slow %s", "task", extra={"run_id": "run-1"})

    (record,) = records(stream)
    assert (record["event"], record["logger"], record["run_id"]) == (
        "slow task",
        "temporalio",
        "run-1",
    )


def test_context_is_in_every_record(setup: Setup) -> None:
    stream = setup()

    with structlog.contextvars.bound_contextvars(tenant="local"):
        get_logger("trends.x").info("a")

    assert records(stream)[0]["tenant"] == "local"


def test_level_is_the_lowest_that_is_written(setup: Setup) -> None:
    stream = setup("warning")

    log = get_logger("trends.x")
    log.info("a")
    log.warning("b")

    assert [record["event"] for record in records(stream)] == ["b"]


def test_libraries_are_quiet(setup: Setup) -> None:
    stream = setup("DEBUG")

    for name in ("httpx", "alembic.runtime.migration", "sqlalchemy.engine", "asyncio"):
        logging.getLogger(name).info("chatter")

    assert records(stream) == []


def test_configuring_twice_writes_once(setup: Setup) -> None:
    setup()
    stream = setup()

    get_logger("trends.x").info("a")

    assert len(records(stream)) == 1


def test_exception_is_in_its_record(setup: Setup) -> None:
    stream = setup()

    fail_and_log("no such thing")

    (record,) = records(stream)
    assert "ValueError" in json.dumps(record)


def test_people_get_lines_without_braces(setup: Setup) -> None:
    stream = setup(json=False)

    get_logger("trends.x").info("run.started", run_id="run-1")

    assert "run.started" in stream.getvalue()
    assert "{" not in stream.getvalue()


@pytest.mark.parametrize(
    "key",
    [
        "api_key",
        "OPENAI_API_KEY",
        "client_secret",
        "password",
        "Authorization",
        "slack_webhook_url",
    ],
)
def test_value_under_a_secret_name_is_hidden(key: str) -> None:
    assert hide_secrets(None, "", {key: "geheim"}) == {key: HIDDEN}


def test_number_under_a_secret_name_is_a_count() -> None:
    assert hide_secrets(None, "", {"max_tokens": 500}) == {"max_tokens": 500}


@pytest.mark.parametrize("key", ["tokens_used", "keyword", "monkey", "run_id", "path"])
def test_innocent_names_are_kept(key: str) -> None:
    assert hide_secrets(None, "", {key: "value"}) == {key: "value"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Bearer abcdefgh12345", f"Bearer {HIDDEN}"),
        ("postgresql://trends:geheim@host/db", f"postgresql://{HIDDEN}@host/db"),
        ("key sk-abcdefghijklmnop1234 refused", f"key {HIDDEN} refused"),
        ("https://hooks.slack.com/services/T/B/X", f"https://hooks.slack.com/{HIDDEN}"),
        ("GET https://news.example/v2?q=a&apiKey=geheim&page=2",
         f"GET https://news.example/v2?q=a&apiKey={HIDDEN}&page=2"),
        ("https://news.example/a?q=key", "https://news.example/a?q=key"),
    ],
)  # fmt: skip
def test_what_looks_like_a_secret_is_hidden(text: str, shown: str) -> None:
    assert hide_secrets(None, "", {"event": text}) == {"event": shown}


def test_secrets_inside_facts_are_hidden() -> None:
    event = {"request": {"headers": [{"Authorization": "x"}], "url": "http://a:b@c/"}}

    assert hide_secrets(None, "", event) == {
        "request": {"headers": [{"Authorization": HIDDEN}], "url": f"http://{HIDDEN}@c/"}
    }


def test_secret_in_a_traceback_is_hidden(setup: Setup) -> None:
    stream = setup()

    fail_and_log("Bearer abcdefgh12345")

    assert "abcdefgh12345" not in stream.getvalue()
