"""Spans of time that were really observed: merged, cut, and laid over days."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from trends.domain.models import SourceOutcome, Window
from trends.domain.windows import Bin

MOST_SPANS = 50
"""Spans of one source that a run carries, the newest: beyond these a source is more gap than past."""

ENOUGH = 0.5
"""Share of a day that must have been observed for its stories to be counted."""


def covered(
    covers_from: datetime | None, last_success: datetime | None, now: datetime, *, censored: bool
) -> Window | None:
    """Say which span a successful poll has observed; None where it tells of no past.

    A list reaches back to its oldest item. Where it overlaps with the list before, nothing was lost since then. A
    censored list does not: between the two lists anything may have been.

    Args:
        covers_from: Time of the oldest item in the list, if known.
        last_success: The successful poll before, if there was one.
        now: The moment of this poll.
        censored: The list hit its cap.
    """
    known = [covers_from] if censored else [covers_from, last_success]
    start = min((each for each in known if each is not None), default=now)
    return Window(start=start, end=now) if start < now else None


def merged(spans: Iterable[Window]) -> tuple[Window, ...]:
    """Join spans that touch or overlap; oldest first."""
    joined: list[Window] = []
    for span in sorted(spans, key=lambda each: (each.start, each.end)):
        if joined and span.start <= joined[-1].end:
            last = joined[-1]
            joined[-1] = Window(start=last.start, end=max(last.end, span.end))
        else:
            joined.append(span)
    return tuple(joined)


def clipped(spans: Iterable[Window], start: datetime, end: datetime) -> tuple[Window, ...]:
    """Cut spans to `[start, end)`; what lies outside is left out."""
    cut = (Window(start=max(span.start, start), end=min(span.end, end)) for span in spans)
    return tuple(span for span in cut if span.start < span.end)


def length(spans: Iterable[Window]) -> timedelta:
    """Add up spans that do not overlap."""
    return sum((span.end - span.start for span in spans), timedelta())


def observed_by(outcomes: Iterable[SourceOutcome]) -> tuple[Window, ...] | None:
    """Join what the sources of a run have observed; None where one of them speaks for the whole span.

    A source that failed has observed nothing.
    """
    answered = [outcome for outcome in outcomes if outcome.ok]
    if any(outcome.observed is None for outcome in answered):
        return None
    return merged(span for outcome in answered for span in outcome.observed or ())


def observed_days(days: Sequence[Bin], spans: Sequence[Window] | None) -> list[bool]:
    """Say of each day whether it was observed, for `ENOUGH` of it at least.

    Args:
        days: Bins, oldest first.
        spans: What was observed, merged; None means everything.
    """
    if spans is None:
        return [True] * len(days)
    return [
        length(clipped(spans, day.start, day.end)) >= ENOUGH * (day.end - day.start) for day in days
    ]
