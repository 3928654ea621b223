"""From a monitor to a run's request, and back from the request to the monitor's question."""

from datetime import datetime
from typing import Any

from activities.contracts import RunBrief
from engine.requests import Asked, StartRun, make_whole, question_hash
from trends.domain.monitors import (
    Monitor,
    MonitorDraft,
    MonitorSpec,
    MonitorState,
    check_spec,
    pace_in,
)
from trends.errors import InvalidRequestError, MonitorNotFoundError
from trends.markets import load_market
from trends.settings import Settings
from trends.storage.monitors import Asked as MonitorAsked

# What a run by a monitor's name may say for itself.
_OF_THE_RUN = frozenset({"monitor", "window", "priority", "report_language", "channels"})


def request_of(monitor: Monitor, request: StartRun) -> StartRun:
    """Write what a monitor asks as a request of its own.

    Raises:
        MonitorNotFoundError: It was removed.
        InvalidRequestError: The request says what makes another question.
    """
    if monitor.state is MonitorState.REMOVED:
        raise MonitorNotFoundError(
            f"The monitor '{monitor.name}' was removed.",
            next_step="Add it again to run it; its earlier runs are still there: trends runs list",
        )
    for field in sorted(set(StartRun.model_fields) - _OF_THE_RUN):
        if getattr(request, field) != StartRun.model_fields[field].default:
            raise InvalidRequestError(
                f"A run of the monitor '{monitor.name}' takes its {field} from there.",
                why="With another one it would be another question.",
                next_step=f"Leave {field} out, or change the monitor.",
            )
    spec = monitor.spec
    return StartRun(
        agent=spec.agent,
        query=spec.query,
        window=request.window or spec.window,
        market=spec.market,
        languages=spec.languages,
        sources=spec.sources,
        priority=request.priority,
        report_language=request.report_language or spec.report_language,
        channels=request.channels or spec.channels or None,
    )


def as_asked(monitor: Monitor, asked: Asked) -> Asked:
    """Give a run its monitor's question, once it is sure to be that.

    Raises:
        InvalidRequestError: The window has another length.
    """
    if asked.question.window != monitor.question.window:
        raise InvalidRequestError(
            f"The monitor '{monitor.name}' speaks of {monitor.question.window}, not of {asked.question.window}.",
            why="Reports over windows of different length cannot be compared.",
            next_step=f"Give a window that is {monitor.question.window} long, or leave it out.",
        )
    return asked.model_copy(update={"question": monitor.question})


def said_by(monitor: Monitor | None) -> dict[str, Any]:
    """What a monitor adds to the brief of a run; nothing where the run belongs to none."""
    if monitor is None:
        return {}
    spec = monitor.spec
    return {
        "monitor": monitor.name,
        "monitor_title": spec.title,
        "watchlist": spec.watchlist,
        "categories": spec.categories,
    }


def said_again(monitor: Monitor | None, earlier: RunBrief) -> dict[str, Any]:
    """What a monitor adds to the brief of a run that takes up an earlier one: what it says now, under its title of then.

    A new title changes nothing of what was found, so it must not change the report either.
    """
    said = said_by(monitor)
    if said.get("monitor") == earlier.monitor:
        said["monitor_title"] = earlier.monitor_title
    return said


def whole_spec(
    tenant: str, draft: MonitorDraft, before: MonitorSpec | None, settings: Settings, now: datetime
) -> MonitorAsked:
    """Make a monitor of what somebody wrote: what is left out stays as it was, or is as the settings say now.

    Args:
        tenant: Whose monitor.
        draft: What was written.
        before: The monitor as it was; None for a new one.
        settings: Defaults.
        now: For the check of the window.

    Raises:
        InvalidRequestError: Something in it cannot be; its subclasses say what.
    """
    # Null means left out; a budget alone is taken away by it.
    said = {
        field: value
        for field, value in draft.model_dump(exclude_unset=True).items()
        if value is not None or field == "budget_usd"
    }
    if before is not None:
        spec = MonitorSpec.model_validate({**before.model_dump(), **said})
        asked = make_whole(_request(spec), settings, now)
    else:
        fields = set(StartRun.model_fields) & set(said)
        request = StartRun.model_validate({field: said[field] for field in fields})
        asked = make_whole(request, settings, now)
        filled = {
            "agent": asked.question.agent,
            "market": asked.question.market,
            "languages": request.languages or settings.runs.languages,
            "sources": asked.question.sources,
            "window": request.window or settings.runs.time_window,
            "report_language": asked.report_language,
        }
        spec = MonitorSpec.model_validate({**filled, **said})
    if "/" in spec.window:
        raise InvalidRequestError(
            f"A monitor's window has a length and no ends: '{spec.window[:80]}'.",
            next_step="Write a span such as 24h, 7d or 4w.",
        )
    check_spec(spec)
    pace_in(spec, load_market(spec.market).time_zone, settings.schedules.lead)
    return MonitorAsked(spec, question_hash(tenant, asked.question), asked.question)


def _request(spec: MonitorSpec) -> StartRun:
    return StartRun(
        agent=spec.agent,
        query=spec.query,
        window=spec.window,
        market=spec.market,
        languages=spec.languages,
        sources=spec.sources,
        report_language=spec.report_language,
        channels=spec.channels or None,
    )
