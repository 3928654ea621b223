"""A monitor: a saved question with its watchlist, its channels and its pace.

What is asked makes a monitor's id (agent, query, window, market, languages, sources): the same question has the same id
whoever asks it, a run by hand included, so that their reports are comparable and share one trend memory. Everything
else can be changed without losing the past: title, watchlist, categories, report language, channels, pace, due time
and budget. A changed question is another id; the one before stays the monitor's, and its past with it.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

from trends.domain.categories import CONSUMER
from trends.domain.models import Category, Language, Model, Question, Tenant
from trends.domain.pace import (
    Cadence,
    Catchup,
    Cron,
    Due,
    Jitter,
    Overlap,
    Pace,
    ZoneName,
    pace_of,
)
from trends.domain.text import clean
from trends.domain.watchlist import Watchlist, check_watchlist
from trends.errors import InvalidRequestError

NAME = r"^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$"
LONGEST_TITLE = 120
LONGEST_AUTHOR = 80
DEFAULT_CATCHUP = "6h"
"""How late a run begins that could not begin in time. Temporal's own default of a year would bring back every hour of it."""

RESERVED = frozenset({"export", "import"})
"""Names that addresses of the API use."""

MonitorName = Annotated[str, Field(pattern=NAME)]
Author = Annotated[str, Field(max_length=LONGEST_AUTHOR), AfterValidator(clean)]
Title = Annotated[str, Field(max_length=LONGEST_TITLE), AfterValidator(clean)]
Budget = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class MonitorState(StrEnum):
    """Where a monitor stands. A removed one keeps its past, and comes back when its name is added again."""

    ACTIVE = "active"
    PAUSED = "paused"
    REMOVED = "removed"


class MonitorVerb(StrEnum):
    """What was done to a monitor."""

    ADDED = "added"
    EDITED = "edited"
    PAUSED = "paused"
    RESUMED = "resumed"
    REMOVED = "removed"


class MonitorSpec(Model):
    """What a monitor asks and how, complete: nothing in it depends on the settings any more.

    Attributes:
        name: What it is called in commands; never changes.
        title: What people call it; its name where empty.
        query: Words, "phrases", AND, OR, −; empty means everything.
        agent: `news`.
        market: Market whose clock makes the days.
        languages: Languages to read.
        sources: Source specs.
        window: Length of its windows, such as `7d`.
        cadence: How often it is to run, such as `1d`; empty: as `cron` says, or by hand alone.
        cron: When it is to run, five fields, such as `30 8 * * 1-5`; empty: as `cadence` says.
        time_zone: Zone in which cron and due are read; empty: the market's.
        due: Time of day by which its report is wanted, such as `08:30`; empty: none.
        jitter: Its runs begin up to so much later, such as `5m`; empty: on time.
        overlap: What happens when a run is to begin while the one before still goes on.
        catchup: How late a run may begin that could not begin in time, such as `6h`; past that it is missed, and said so.
        report_language: Language of its reports.
        channels: Who hears of them; empty: as the settings say at the run.
        categories: Kinds of topics that are wanted; the rest folds under other news.
        budget_usd: The most that a run of it may cost; null: no limit of its own.
        watchlist: Entities that are counted besides topics.
    """

    name: MonitorName
    title: Title = ""
    query: str = ""
    agent: str
    market: str
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    window: str
    cadence: Cadence = ""
    cron: Cron = ""
    time_zone: ZoneName = ""
    due: Due = ""
    jitter: Jitter = ""
    overlap: Overlap = Overlap.BUFFER_ONE
    catchup: Catchup = DEFAULT_CATCHUP
    report_language: Language
    channels: tuple[str, ...] = ()
    categories: Annotated[tuple[Category, ...], Field(min_length=1)] = tuple(sorted(CONSUMER))
    budget_usd: Budget | None = None
    watchlist: Watchlist = ()


class MonitorFields(Model):
    """What can be said of a monitor besides its name; the fields are those of `MonitorSpec`."""

    title: Title | None = None
    query: str | None = None
    agent: str | None = None
    market: str | None = None
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] | None = None
    sources: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    window: str | None = None
    cadence: Cadence | None = None
    cron: Cron | None = None
    time_zone: ZoneName | None = None
    due: Due | None = None
    jitter: Jitter | None = None
    overlap: Overlap | None = None
    catchup: Catchup | None = None
    report_language: Language | None = None
    channels: tuple[str, ...] | None = None
    categories: Annotated[tuple[Category, ...], Field(min_length=1)] | None = None
    budget_usd: Budget | None = None
    watchlist: Watchlist | None = None


class MonitorDraft(MonitorFields):
    """What somebody writes of a monitor; what is left out is what the settings say, or what it was before."""

    name: MonitorName


class Monitor(Model):
    """A monitor as it stands.

    Attributes:
        tenant: Whose it is.
        monitor_id: Name of its question.
        question: The question itself, in canonical form.
        previous_ids: Ids of what it asked before, the latest first.
        spec: What it asks and how.
        state: Active, paused or removed.
        revision: Counts its changes, from 1.
        created_at: When it was first added.
        updated_at: Its last change.
        author: Who made that.
    """

    tenant: Tenant
    monitor_id: str
    question: Question
    previous_ids: tuple[str, ...] = ()
    spec: MonitorSpec
    state: MonitorState
    revision: int
    created_at: AwareDatetime
    updated_at: AwareDatetime
    author: str

    @property
    def name(self) -> str:
        """What it is called in commands."""
        return self.spec.name

    @property
    def previous_id(self) -> str | None:
        """Id of what it asked last before; None where it never asked anything else."""
        return self.previous_ids[0] if self.previous_ids else None


class MonitorRevision(Model):
    """One change of a monitor, never rewritten."""

    revision: int
    verb: MonitorVerb
    monitor_id: str
    spec: MonitorSpec
    author: str
    at: AwareDatetime


class Preview(Model):
    """How many of the items at hand a monitor's words match.

    Attributes:
        matched: Items that satisfy the query.
        total: Items that were looked at.
        complete: False where there are more than are looked at.
    """

    matched: int
    total: int
    complete: bool = True


FEWEST_PREVIEWED = 20
"""Fewer items say nothing of a query."""

NEARLY_ALL = 0.9


def check_spec(spec: MonitorSpec) -> None:
    """Refuse what the fields alone do not show to be wrong.

    Raises:
        InvalidRequestError: A reserved name.
        InvalidWatchlistError: The watchlist cannot be counted.
    """
    if spec.name in RESERVED:
        raise InvalidRequestError(
            f"A monitor cannot be called '{spec.name}'.", next_step="Choose another name."
        )
    check_watchlist(spec.watchlist)


def pace_in(spec: MonitorSpec, market_zone: str, lead: timedelta) -> Pace | None:
    """Say when a monitor runs; None where it runs by hand alone.

    Args:
        spec: The monitor.
        market_zone: Zone of its market.
        lead: How long before its due time a run begins.

    Raises:
        InvalidRequestError: Its pace cannot be kept; says why.
    """
    return pace_of(
        cadence=spec.cadence,
        cron=spec.cron,
        due=spec.due,
        zone=spec.time_zone or market_zone,
        jitter=spec.jitter,
        overlap=spec.overlap,
        catchup=spec.catchup,
        lead=lead,
    )


def warnings_of(query: str, preview: Preview | None) -> tuple[str, ...]:
    """Say what is odd about a query that matches nothing, or nearly everything.

    Args:
        query: The monitor's query.
        preview: How it did on recent items; None where there is nothing to look at.
    """
    if not query.strip() or preview is None or preview.total < FEWEST_PREVIEWED:
        return ()
    told = f"{preview.matched:,} of {preview.total:,} recent items"
    if preview.matched == 0:
        return (
            f"The query matches nothing: {told}. Look for a slip of spelling, or join words with OR.",
        )
    if preview.matched >= NEARLY_ALL * preview.total:
        return (
            f"The query matches nearly everything: {told}. It narrows nothing down; leave it out, or ask for less.",
        )
    return ()
