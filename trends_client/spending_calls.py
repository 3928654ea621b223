"""The calls about money and limits, as plain data."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from trends_client.calls import Call, WindowLike

Day = date | str


def usage(by: str, first: Day | None, last: Day | None, limit: int) -> Call:
    """Read what was spent."""
    params = {"by": by, "limit": str(limit)}
    for name, day in (("from", first), ("to", last)):
        if day is not None:
            params[name] = str(day)
    return Call("GET", "/v1/usage", params=params)


def limits() -> Call:
    """Read what is left."""
    return Call("GET", "/v1/limits")


def state(limit: int) -> Call:
    """Read whether paid calls are stopped."""
    return Call("GET", "/v1/freeze", params={"limit": str(limit)})


def freeze(reason: str) -> Call:
    """Stop paid calls. A second arrival finds the first."""
    return Call("POST", "/v1/freeze", body={"reason": reason})


def thaw() -> Call:
    """Let paid calls go on. A second arrival would end a freeze that came in between."""
    return Call("POST", "/v1/thaw", repeatable=False)


def estimate(run: Mapping[str, Any], backfill: Mapping[str, Any] | None) -> Call:
    """Estimate a run, or a monitor over a past span."""
    body = {name: value for name, value in run.items() if value is not None}
    if backfill is not None:
        body["backfill"] = {name: value for name, value in backfill.items() if value is not None}
    return Call("POST", "/v1/estimates", body=body)


def run_of(
    query: str,
    window: WindowLike | None,
    market: str | None,
    sources: Iterable[str] | None,
    monitor: str | None,
) -> dict[str, Any]:
    """Write a run as it would be started."""
    span: Any = window
    if isinstance(window, tuple):
        span = {"start": window[0].isoformat(), "end": window[1].isoformat()}
    return {
        "query": query or None,
        "window": span,
        "market": market,
        "sources": None if sources is None else list(sources),
        "monitor": monitor,
    }


def span_of(
    start: datetime | Day | None, end: datetime | Day | None, step: str | None, *, missing: bool
) -> dict[str, Any] | None:
    """Write a past span; None where there is none."""
    if start is None and end is None:
        return None
    ends = {
        name: moment.isoformat() if isinstance(moment, datetime) else moment and str(moment)
        for name, moment in (("from", start), ("to", end))
    }
    return {**ends, "step": step, "missing": missing or None}
