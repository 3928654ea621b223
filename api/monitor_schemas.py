"""What goes in and out of the routes of monitors and markets."""

from typing import Any

from pydantic import AwareDatetime, ConfigDict, Field

from api.schemas import Out, TextOnly
from engine.monitors import Kept, LookBack
from trends.domain.models import Category, Language, WatchedEntity
from trends.domain.monitors import (
    Author,
    Monitor,
    MonitorDraft,
    MonitorFields,
    MonitorRevision,
    MonitorState,
    MonitorVerb,
)
from trends.domain.pace import Overlap
from trends.domain.watchlist import Entity
from trends.markets import Market

_WHO = "Who does it; shown beside the change. Whoever came with a credential is named by it, whatever stands here."


class NewMonitorBody(TextOnly, MonitorDraft):
    """A question to save. What is left out is as the settings (`runs.*`) say now, and stays so."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "coffee-kr",
                    "query": "커피 OR 카페",
                    "window": "7d",
                    "watchlist": [{"name": "Starbucks", "aliases": {"ko": ["스타벅스"]}}],
                }
            ]
        }
    )

    author: Author = Field(default="", description=_WHO)

    def draft(self) -> MonitorDraft:
        """The monitor without who writes it."""
        return MonitorDraft.model_validate(self.model_dump(exclude={"author"}, exclude_unset=True))


class MonitorChangesBody(TextOnly, MonitorFields):
    """What is to be changed; what is left out stays. A budget is taken away by null."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "커피", "cadence": "1d"}]})

    author: Author = Field(default="", description=_WHO)

    def draft(self, name: str) -> MonitorDraft:
        """The changes of the monitor of a name."""
        said = self.model_dump(exclude={"author"}, exclude_unset=True)
        return MonitorDraft.model_validate({**said, "name": name})


class AuthorBody(TextOnly):
    """Who does it."""

    model_config = ConfigDict(extra="forbid")

    author: Author = Field(default="", description=_WHO)


class MonitorSummary(Out):
    """A monitor, as in lists."""

    name: str
    id: str = Field(description="Name of its question: runs of the same question have it too.")
    previous_ids: list[str] = Field(
        description="Ids of what it asked before, the latest first; their runs are still its own."
    )
    state: MonitorState
    revision: int = Field(description="Counts its changes from 1; its ETag.")
    title: str
    query: str = Field(description="Empty means everything.")
    agent: str
    market: str
    languages: list[Language]
    sources: list[str]
    window: str
    cadence: str = Field(description="Empty: as `cron` says, or by hand alone.")
    cron: str = Field(description="Five fields; empty: as `cadence` says.")
    time_zone: str = Field(description="Zone of `cron` and `due`; empty: the market's.")
    due: str = Field(description="Time of day; empty: none.")
    jitter: str = Field(description="Runs begin up to so much later; empty: on time.")
    overlap: Overlap = Field(description="When a run is to begin while the one before goes on.")
    catchup: str = Field(description="How late a run may begin that could not begin in time.")
    report_language: Language
    channels: list[str] = Field(description="Empty: as the settings say at the run.")
    categories: list[Category]
    budget_usd: float | None
    watched: int = Field(description="Entities in its watchlist.")
    created_at: AwareDatetime
    updated_at: AwareDatetime
    author: str = Field(description="Who changed it last.")


class MonitorOut(MonitorSummary):
    """A monitor."""

    watchlist: list[Entity]
    warnings: list[str] = Field(
        description="What is odd about it, such as a query that matches nothing; said when it is added or changed."
    )


class MonitorPageOut(Out):
    """One page of monitors, by name."""

    items: list[MonitorSummary]
    next_cursor: str | None = Field(description="Null on the last page.")


class ImportedMonitors(Out):
    """Monitors that were brought in, in the order of the file."""

    items: list[MonitorSummary]


class RevisionOut(Out):
    """One change of a monitor."""

    revision: int
    verb: MonitorVerb
    id: str
    query: str
    watched: int
    author: str
    at: AwareDatetime


class RevisionList(Out):
    """Every change of a monitor, the newest first."""

    items: list[RevisionOut]


class LookBackOut(Out):
    """A watchlist counted over the past."""

    start: AwareDatetime
    end: AwareDatetime
    items: int
    stories: int
    entities: list[WatchedEntity]


class HolidayOut(Out):
    """A holiday of a market."""

    day: str = Field(description="ISO date.")
    name: dict[Language, str]


class MarketOut(Out):
    """A market: its clock, its languages, its holidays."""

    name: str
    title: dict[Language, str]
    time_zone: str
    languages: list[Language]
    weekend: list[str]
    holidays: list[HolidayOut]


class MarketList(Out):
    """Every market, by name."""

    items: list[MarketOut]


def summary_out(monitor: Monitor) -> MonitorSummary:
    """Show a monitor as in lists."""
    return MonitorSummary(**_fields(monitor))


def monitor_out(monitor: Monitor, warnings: tuple[str, ...] = ()) -> MonitorOut:
    """Show a monitor with its watchlist."""
    return MonitorOut(
        **_fields(monitor), watchlist=list(monitor.spec.watchlist), warnings=list(warnings)
    )


def kept_out(kept: Kept) -> MonitorOut:
    """Show a monitor that was just added or changed."""
    return monitor_out(kept.monitor, kept.warnings)


def revision_out(revision: MonitorRevision) -> RevisionOut:
    """Show a change."""
    return RevisionOut(
        revision=revision.revision,
        verb=revision.verb,
        id=revision.monitor_id,
        query=revision.spec.query,
        watched=len(revision.spec.watchlist),
        author=revision.author,
        at=revision.at,
    )


def look_back_out(back: LookBack) -> LookBackOut:
    """Show a watchlist counted over the past."""
    return LookBackOut(
        start=back.window.start,
        end=back.window.end,
        items=back.items,
        stories=back.stories,
        entities=list(back.entities),
    )


def market_out(market: Market) -> MarketOut:
    """Show a market."""
    return MarketOut(
        name=market.name,
        title=market.title,
        time_zone=market.time_zone,
        languages=list(market.languages),
        weekend=list(market.weekend),
        holidays=[
            HolidayOut(day=day.isoformat(), name=dict(name))
            for day, name in sorted(market.holidays.items())
        ],
    )


def _fields(monitor: Monitor) -> dict[str, Any]:
    spec = monitor.spec
    return {
        **spec.model_dump(exclude={"watchlist"}),
        "id": monitor.monitor_id,
        "previous_ids": list(monitor.previous_ids),
        "state": monitor.state,
        "revision": monitor.revision,
        "watched": len(spec.watchlist),
        "created_at": monitor.created_at,
        "updated_at": monitor.updated_at,
        "author": monitor.author,
    }
