"""One poll of a feed: ask for what is new, read it apart, and remember what the next poll needs."""

import hashlib
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from trends.domain.models import RawItem
from trends.errors import (
    OutboundError,
    OutboundUnavailableError,
    SourceError,
    SourceGoneError,
    SourceUnavailableError,
    SourceUnreadableError,
)
from trends.outbound import Request, Response
from trends.sources.base import Polled, PollRequest, PollState, ReadLog, WayOut
from trends.sources.feeds.apart import parse_apart
from trends.sources.feeds.items import Naming, make_items, oldest, short_digest
from trends.sources.feeds.parsing import Feed, NotAFeedError

LONGEST_VALIDATOR = 500
_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)


async def poll_feed(
    outbound: WayOut,
    url: str,
    naming: Naming,
    request: PollRequest,
    state: PollState,
    log: ReadLog,
    *,
    anew: bool = False,
) -> Polled:
    """Ask a feed once.

    Args:
        outbound: The way out.
        url: Its address.
        naming: What the settings say of its items.
        request: When, and in which zone.
        state: What the last poll left.
        log: Takes notes and bad rows.
        anew: Take no answer that was kept since another asked.

    Raises:
        SourceUnavailableError: It does not answer, or is overloaded.
        SourceUnreadableError: It is no feed, or its host refuses.
        SourceGoneError: It is gone for good.
        TooLargeError: It is larger than the limit.
        OutboundError: The address is refused, or the host's certificate.
    """
    response = await _ask(outbound, url, state, anew=anew)
    if response.moved_to:
        log.note(f"It has moved to {response.moved_to} for good: use that address.")
    digest = hashlib.sha256(response.body).hexdigest()
    if response.status == HTTPStatus.NOT_MODIFIED or digest == state.digest:
        return Polled(
            items=(),
            state=state.model_copy(update={"moved_to": response.moved_to}),
            not_modified=True,
            covers_from=state.covers_from,
            at=response.at,
        )
    try:
        feed = await _parse(response)
    except SourceUnreadableError:
        if response.at is None:
            raise
        # A host in trouble says so with 200, too: what was kept of that must not outlast it.
        return await poll_feed(outbound, url, naming, request, state, log, anew=True)
    items = make_items(feed, naming, log)
    _tell(feed, items, response.host, log)
    now = response.at or request.now
    reached = oldest(items, now=now, zone=ZoneInfo(request.zone))
    return Polled(
        items=items,
        state=_next_state(state, response, digest, items, now, reached),
        censored=feed.left_out > 0 or _turned_over(state, items, reached),
        covers_from=reached,
        at=response.at,
    )


async def _ask(outbound: WayOut, url: str, state: PollState, *, anew: bool) -> Response:
    """Ask at the address that people gave; where that fails, at the one that it said it moved to."""
    try:
        return await _fetch(outbound, url, state, anew=anew)
    except SourceError as error:
        # A host that is overloaded is left alone at its other address, too.
        if state.moved_to in {None, url} or error.retry_after is not None:
            raise
    assert state.moved_to is not None
    response = await _fetch(outbound, state.moved_to, state, anew=anew)
    return replace(response, moved_to=response.moved_to or state.moved_to)


async def _fetch(outbound: WayOut, url: str, state: PollState, *, anew: bool) -> Response:
    headers = {"Accept": _ACCEPT}
    if anew:
        headers["Cache-Control"] = "no-cache"
    if state.etag:
        headers["If-None-Match"] = state.etag
    if state.last_modified:
        headers["If-Modified-Since"] = state.last_modified
    try:
        response = await outbound.fetch(Request("GET", url, headers))
        if response.status == HTTPStatus.GONE:
            raise SourceGoneError(
                f"{response.host} says that the feed is gone for good.",
                next_step="Remove it, or give its new address.",
            )
        response.raise_for_status()
    except OutboundUnavailableError as error:
        raise SourceUnavailableError(
            error.what, why=error.why, next_step=error.next_step, retry_after=error.retry_after
        ) from error
    except OutboundError as error:
        if type(error) is not OutboundError or not error.sent:
            raise
        raise SourceUnreadableError(error.what, why=error.why, next_step=error.next_step) from error
    return response


async def _parse(response: Response) -> Feed:
    content_type = response.headers.get("content-type", "")
    try:
        return await parse_apart(response.body, content_type=content_type, url=response.url)
    except NotAFeedError as error:
        links = ", ".join(error.links)
        raise SourceUnreadableError(
            f"What {response.host} gives is not a feed.",
            why=f"{error}.",
            next_step=f"It names these feeds: {links}" if links else "Give the feed's own address.",
        ) from error
    except OSError as error:
        raise SourceUnavailableError(
            "No process could be started to read a feed.", why=f"{error}."
        ) from error


def _tell(feed: Feed, items: tuple[RawItem, ...], host: str, log: ReadLog) -> None:
    if feed.entries and not items:
        raise SourceUnreadableError(
            f"Not one of the {len(feed.entries):,} entries of the feed of {host} can be read.",
            why=f"The first: {log.bad_rows[0]}.",
        )
    if not feed.entries:
        log.note("Its list is empty.")
    if log.bad_row_count:
        log.note(
            f"{log.bad_row_count:,} of its {len(feed.entries):,} entries were left out; "
            f"the first: {log.bad_rows[0]}."
        )
    if feed.left_out:
        log.note(f"Of its list the first {len(feed.entries):,} entries are read.")
    if any(item.outlet is None for item in items):
        log.outlets_known = False


def _next_state(
    state: PollState,
    response: Response,
    digest: str,
    items: tuple[RawItem, ...],
    now: datetime,
    reached: datetime | None,
) -> PollState:
    # An empty list says nothing of the one before it: what comes next is compared with that.
    empty = not items
    return PollState(
        etag=_validator(response.headers.get("etag")),
        last_modified=_validator(response.headers.get("last-modified")),
        moved_to=response.moved_to,
        digest=digest,
        listed=state.listed if empty else tuple(short_digest(item.item_id) for item in items),
        listed_at=state.listed_at if empty else now,
        covers_from=reached,
    )


def _turned_over(state: PollState, items: tuple[RawItem, ...], reached: datetime | None) -> bool:
    """Whether nothing of the last list is in this one, nor does this one reach back to it."""
    if not state.listed or not items:
        return False
    if not {short_digest(item.item_id) for item in items}.isdisjoint(state.listed):
        return False
    return reached is None or state.listed_at is None or reached > state.listed_at


def _validator(text: str | None) -> str | None:
    """Keep what can be sent back as it came."""
    usable = text and text.isascii() and text.isprintable() and len(text) <= LONGEST_VALIDATOR
    return text if usable else None
