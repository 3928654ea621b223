"""Every call the API knows, as plain data; the two clients differ only in how they send it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from trends_client.errors import ApiError, api_error
from trends_client.models import (
    Channel,
    ChannelList,
    ChannelTest,
    Problem,
    ReportFormat,
    Run,
    RunPage,
    StartFrom,
    Upload,
)

MEDIA_TYPES: dict[ReportFormat, str] = {
    "markdown": "text/markdown",
    "json": "application/json",
    "html": "text/html",
}

# The most runs that one page may hold.
PAGE_LIMIT = 200
# How long a mail server may take for its short answers before the message, and after it.
CHANNEL_TEST_SECONDS = 120.0

WindowLike = str | tuple[datetime, datetime]
Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True)
class Call:
    """One request.

    Attributes:
        method: HTTP method.
        path: Below the base URL.
        params: Query parameters.
        body: JSON body, if any.
        content: Body as it is, where it is not JSON; its type is in the headers.
        headers: Further headers.
        repeatable: A second arrival does no harm, so that it may be sent again after a broken connection.
        held_seconds: How long the API may hold its answer back.
    """

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Mapping[str, Any] | None = None
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    repeatable: bool = True
    held_seconds: float = 0.0


def submit(
    *,
    key: str,
    query: str,
    window: WindowLike | None,
    agent: str | None,
    market: str | None,
    languages: Iterable[str] | None,
    sources: Iterable[str] | None,
    priority: str | None,
    report_language: str | None,
    channels: Iterable[str] | None,
    start_from: StartFrom | None,
    monitor: str | None,
    wait: float,
) -> Call:
    """Start a run. What is None is left to the API's settings."""
    asked: dict[str, Any] = {
        # A monitor brings its own; an empty one would ask for everything.
        "query": query if query or monitor is None else None,
        "window": _window(window),
        "agent": agent,
        "market": market,
        "languages": None if languages is None else list(languages),
        "sources": None if sources is None else list(sources),
        "priority": priority,
        "report_language": report_language,
        "channels": None if channels is None else list(channels),
        "start_from": None if start_from is None else start_from.model_dump(),
        "monitor": monitor,
        "wait": wait or None,
    }
    body = {name: value for name, value in asked.items() if value is not None}
    return Call("POST", "/v1/runs", body=body, headers={"Idempotency-Key": key}, held_seconds=wait)


def get(run_id: str, wait: float = 0.0) -> Call:
    """Read one run, at most `wait` seconds later: once it has ended or is parked."""
    params = {"wait": f"{wait:g}"} if wait else {}
    return Call("GET", run_path(run_id), params=params, held_seconds=wait)


def page(
    status: str | None,
    agent: str | None,
    monitor: str | None,
    limit: int | None,
    cursor: str | None,
) -> Call:
    """Read one page of runs."""
    asked = {
        "status": status,
        "agent": agent,
        "monitor": monitor,
        "limit": None if limit is None else str(limit),
        "cursor": cursor,
    }
    return Call("GET", "/v1/runs", params={k: v for k, v in asked.items() if v is not None})


def act(run_id: str, action: str, stage: str | None = None) -> Call:
    """Cancel, retry, skip or abort. Never sent twice by itself: the second might meet another moment of the run."""
    body = None if stage is None else {"stage": stage}
    return Call("POST", run_path(run_id, action), body=body, repeatable=False)


def rerun(run_id: str, stage: str, key: str) -> Call:
    """Start a new run that takes the stages before `stage` over."""
    return Call(
        "POST", run_path(run_id, "rerun"), body={"stage": stage}, headers={"Idempotency-Key": key}
    )


def events(run_id: str) -> Call:
    """Follow a run."""
    return Call("GET", run_path(run_id, "events"))


def report(run_id: str, kind: ReportFormat) -> Call:
    """Read a report in one of its forms."""
    return Call("GET", run_path(run_id, "report"), headers={"Accept": MEDIA_TYPES[kind]})


def upload(name: str, size_bytes: int) -> Call:
    """Store a file; sent again it lands in the same place."""
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size_bytes)}
    return Call("POST", "/v1/uploads", params={"name": name}, headers=headers)


def channels() -> Call:
    """List the channels."""
    return Call("GET", "/v1/channels")


def try_channel(name: str) -> Call:
    """Send a test to a channel. Never sent twice by itself: people would get it twice."""
    path = f"/v1/channels/{quote(name, safe='')}/test"
    return Call("POST", path, repeatable=False, held_seconds=CHANNEL_TEST_SECONDS)


def run_path(run_id: str, below: str = "") -> str:
    """Path of a run, or of something below it."""
    return f"/v1/runs/{quote(run_id, safe='')}" + (f"/{below}" if below else "")


def read_run(response: httpx.Response) -> Run:
    """Read a run out of an answer."""
    run = read(Run, response)
    if response.headers.get("Idempotency-Replayed") == "true":
        return run.model_copy(update={"replayed": True})
    return run


def read_page(response: httpx.Response) -> RunPage:
    """Read a page of runs out of an answer."""
    return read(RunPage, response)


def read_upload(response: httpx.Response) -> Upload:
    """Read what became of an upload."""
    return read(Upload, response)


def read_channels(response: httpx.Response) -> tuple[Channel, ...]:
    """Read the channels out of an answer."""
    return read(ChannelList, response).items


def read_channel_test(response: httpx.Response) -> ChannelTest:
    """Read what became of a test."""
    return read(ChannelTest, response)


def problem_of(response: httpx.Response) -> ApiError:
    """Make the error of an answer that is none of 2xx; also of one that is not our API's."""
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        problem = Problem(
            status=response.status_code,
            title=response.reason_phrase,
            detail=f"{response.request.method} {response.request.url} answered "
            f"{response.status_code} {response.reason_phrase}, and not in the API's own form.",
        )
    asked = response.headers.get("Retry-After", "")
    seconds = float(asked) if asked.isascii() and asked.isdigit() else 0.0
    return api_error(problem, seconds)


def _window(window: WindowLike | None) -> str | dict[str, str] | None:
    if window is None or isinstance(window, str):
        return window
    start, end = window
    return {"start": start.isoformat(), "end": end.isoformat()}


def read(kind: type[Answer], response: httpx.Response) -> Answer:
    """Read an answer of a kind; what is none of it comes from something else than this API."""
    try:
        return kind.model_validate_json(response.content)
    except ValidationError as error:
        problem = Problem(
            status=502,
            title="Not the API's answer",
            detail=f"What answers at {response.request.url} is not this API, or one of another version: "
            f"{error.error_count()} fields do not fit.",
        )
        raise api_error(problem) from error
