"""What callers ask for, and how it becomes a brief that no longer depends on the moment."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid5

from pydantic import Field

from activities.contracts import MAX_SOURCES, MarketClock, RunBrief
from trends.domain import queries, windows
from trends.domain.holidays import holidays_about
from trends.domain.models import ArtifactRef, Language, Model, Question, Window
from trends.errors import InvalidRequestError, UnknownNameError
from trends.markets import load_market
from trends.settings import Settings
from workflows.stages import PIPELINES

T = TypeVar("T")

# Interactive before scheduled before backfill; Temporal serves the lower key first.
PRIORITIES = {"interactive": 2, "scheduled": 3, "backfill": 5}

# The namespace of question hashes; any fixed value will do, this one has been used from the start.
QUESTIONS = UUID("6f1f6f8e-3c1d-5c60-9a55-6d9b7a1c0f2e")


class StartFrom(Model):
    """Take the stages before `stage` over from an earlier run."""

    run_id: str = Field(min_length=1, max_length=64)
    stage: str = Field(min_length=1, max_length=40)


class WindowSpan(Model):
    """A window by its ends, RFC 3339 with offset."""

    start: datetime
    end: datetime


class StartRun(Model):
    """What a caller asks for. What is left out comes from the settings (`runs.*`).

    Attributes:
        agent: `news`.
        query: Words, "phrases", AND, OR, −; empty means everything.
        window: `7d`, `24h`, `4w`, or its two ends.
        market: Market whose clock makes the days, such as `KR`.
        languages: Languages to read.
        sources: Source specs, such as `sample` or `file:uploads/headlines.jsonl`.
        priority: `interactive`, `scheduled` or `backfill`.
        report_language: Language of the report.
        channels: Names of the channels that hear of it, such as `log`.
        start_from: Re-use the earlier stages of another run; the question is then that run's.
        monitor: Name of the monitor whose question it is; then only window, priority, report language and channels
            may be said besides.
    """

    agent: str = "news"
    query: str = ""
    window: str | WindowSpan | None = None
    market: str | None = None
    languages: tuple[Language, ...] | None = None
    sources: tuple[str, ...] | None = None
    priority: str = "interactive"
    report_language: Language | None = None
    channels: tuple[str, ...] | None = None
    start_from: StartFrom | None = None
    monitor: str | None = None

    def fingerprint(self) -> str:
        """Digest of the request as it was asked, by which a repeated Idempotency-Key is checked."""
        return hashlib.sha256(_canonical(self.model_dump(mode="json"))).hexdigest()


class Asked(Model):
    """A request made whole: every default filled in, every name checked.

    Attributes:
        question: What is asked.
        window: The span.
        market: Clock of the market.
        report_language: Language of the report.
        priority: Temporal's priority key.
        channels: Names of the channels that hear of it.
    """

    question: Question
    window: Window
    market: MarketClock
    report_language: Language
    priority: int
    channels: tuple[str, ...]


def make_whole(request: StartRun, settings: Settings, now: datetime) -> Asked:
    """Fill in defaults and check every name and window.

    Raises:
        InvalidRequestError: Something in the request cannot be; its subclasses say what.
    """
    if request.agent not in PIPELINES:
        raise UnknownNameError("agent", request.agent, PIPELINES)
    if request.priority not in PRIORITIES:
        raise UnknownNameError("priority", request.priority, PRIORITIES)
    defaults = settings.runs
    sources = _distinct("source", request.sources, defaults.sources)
    if len(sources) > MAX_SOURCES:
        raise InvalidRequestError(
            f"A run reads at most {MAX_SOURCES} sources; this one names {len(sources)}.",
            next_step="Put several files into one folder and name the folder.",
        )
    languages = _distinct("language", request.languages, defaults.languages)
    market = load_market(request.market or defaults.market)
    window = read_window(request.window or defaults.time_window, now)
    return Asked(
        question=Question(
            agent=request.agent,
            query=queries.parse(request.query).canonical(),
            window=_length(window.end - window.start),
            market=market.name,
            languages=tuple(sorted(Language(language) for language in languages)),
            sources=sources,
        ),
        window=window,
        market=MarketClock(
            name=market.name,
            time_zone=market.time_zone,
            holidays=holidays_about(market.holidays, window, market.time_zone),
        ),
        report_language=request.report_language or Language(defaults.report_language),
        priority=PRIORITIES[request.priority],
        channels=_distinct("channel", request.channels, settings.notify.run_channels),
    )


def read_window(asked: str | WindowSpan, now: datetime) -> Window:
    """Resolve a window as asked into its two ends.

    Raises:
        InvalidWindowError: It cannot be read, or lies in the future.
    """
    if isinstance(asked, str):
        return windows.parse_window(asked, now)
    return windows.span(asked.start, asked.end, now)


def make_brief(
    asked: Asked,
    settings: Settings,
    snapshot: ArtifactRef,
    now: datetime,
    earlier: tuple[ArtifactRef | None, ArtifactRef | None],
) -> RunBrief:
    """Write down everything the report will derive from.

    Args:
        asked: The request made whole.
        settings: Their revision, and how far back to read.
        snapshot: Where the settings lie.
        now: When the run was asked for.
        earlier: JSON report of the run before and of one week before, where there are any.
    """
    return RunBrief(
        question=asked.question,
        window=asked.window,
        history_start=asked.window.end - timedelta(days=settings.analysis.history_days),
        requested_at=now,
        market=asked.market,
        report_language=asked.report_language,
        previous=earlier[0],
        week_ago=earlier[1],
        settings=snapshot,
        settings_revision=settings.revision,
        channels=asked.channels,
    )


def question_hash(tenant: str, question: Question) -> str:
    """Name a question: runs of the same question are comparable, and belong to one monitor."""
    return str(
        uuid5(QUESTIONS, f"{tenant}:{_canonical(question.model_dump(mode='json')).decode()}")
    )


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _distinct(kind: str, given: tuple[T, ...] | None, default: tuple[T, ...]) -> tuple[T, ...]:
    values = given if given is not None else default
    if not values:
        raise InvalidRequestError(
            f"The run names no {kind}.", next_step=f"Name one, or leave the {kind}s out."
        )
    return tuple(dict.fromkeys(values))


def _length(span: timedelta) -> str:
    """Write a length the way people ask for it, so that `7d` and its two ends are one question."""
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
