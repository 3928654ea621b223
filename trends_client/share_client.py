"""`client.shares` and `client.evidence`: links to single reports, and what reports and trends rest on."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from trends_client.calls import PAGE_LIMIT, Call, read, run_path
from trends_client.models import Model

Send = Callable[[Call], httpx.Response]
AsyncSend = Callable[[Call], Awaitable[httpx.Response]]


class Share(Model):
    """A link to one report; `url` is a path where the API does not know its public address."""

    id: str
    run_id: str
    url: str
    state: str
    created_at: datetime
    created_by: str = ""
    expires_at: datetime
    revoked_at: datetime | None = None
    views: int = 0
    last_viewed_at: datetime | None = None


class SharePage(Model):
    """One page of links, newest first."""

    items: tuple[Share, ...]
    next_cursor: str | None = None


class EvidenceStory(Model):
    """One story: near-duplicate items joined."""

    id: str
    title: str
    summary: str = ""
    url: str | None = None
    place: str | None = None
    outlet: str | None = None
    published_at: datetime
    outlets: int
    items: int
    censored: bool = False


class RunEvidence(Model):
    """One story as evidence of one topic of a report."""

    claimed: str
    topic_id: str
    label: str
    trend_id: str | None = None
    rank: int
    source: str | None = None
    quotes: tuple[str, ...] = ()
    story: EvidenceStory


class RunEvidencePage(Model):
    """One page of what a report rests on."""

    items: tuple[RunEvidence, ...]
    total: int
    next_cursor: str | None = None


class TrendStory(Model):
    """One story of a trend, and the newest window that rests on it."""

    run_id: str
    topic_id: str
    window_end: datetime
    story: EvidenceStory


class TrendEvidencePage(Model):
    """One page of the stories of a trend, newest first."""

    items: tuple[TrendStory, ...]
    next_cursor: str | None = None


def _page(path: str, cursor: str | None, **params: str | None) -> Call:
    asked: dict[str, Any] = {**params, "limit": str(PAGE_LIMIT), "cursor": cursor}
    given = {name: value for name, value in asked.items() if value is not None}
    return Call("GET", path, params=given)


def _share(run_id: str, expires_in: str | None) -> Call:
    body = {} if expires_in is None else {"expires_in": expires_in}
    # Sent again, it would make a second link.
    return Call("POST", run_path(run_id, "share"), body=body, repeatable=False)


def _revoke(share_id: str) -> Call:
    return Call("DELETE", f"/v1/shares/{quote(share_id, safe='')}")


def _shares_path(run_id: str | None) -> str:
    return "/v1/shares" if run_id is None else run_path(run_id, "shares")


def _trend_path(trend_id: str) -> str:
    return f"/v1/trends/{quote(trend_id, safe='')}/evidence"


class Shares:
    """Give out links that show one report, and take them back."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def add(self, run_id: str, expires_in: str | None = None) -> Share:
        """Make a link to the report of a run; `expires_in` is such as `7d`."""
        return read(Share, self._send(_share(run_id, expires_in)))

    def list(self, run_id: str | None = None) -> Iterator[Share]:
        """Iterate over links, newest first: of one run, or all."""
        cursor, more = None, True
        while more:
            page = read(SharePage, self._send(_page(_shares_path(run_id), cursor)))
            yield from page.items
            cursor, more = page.next_cursor, page.next_cursor is not None

    def revoke(self, share_id: str) -> Share:
        """Take a link back; done again, it changes nothing."""
        return read(Share, self._send(_revoke(share_id)))


class Evidence:
    """What reports and trends rest on."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def of_run(self, run_id: str, topic: str | None = None) -> Iterator[RunEvidence]:
        """Iterate over the stories behind a report's topics, in the report's order."""
        path, cursor, more = run_path(run_id, "evidence"), None, True
        while more:
            page = read(RunEvidencePage, self._send(_page(path, cursor, topic=topic)))
            yield from page.items
            cursor, more = page.next_cursor, page.next_cursor is not None

    def of_trend(self, trend_id: str, topic: str | None = None) -> Iterator[TrendStory]:
        """Iterate over the stories that a trend's windows remember, newest first."""
        path, cursor, more = _trend_path(trend_id), None, True
        while more:
            page = read(TrendEvidencePage, self._send(_page(path, cursor, topic=topic)))
            yield from page.items
            cursor, more = page.next_cursor, page.next_cursor is not None


class AsyncShares:
    """Give out links that show one report, and take them back."""

    def __init__(self, send: AsyncSend) -> None:
        self._send = send

    async def add(self, run_id: str, expires_in: str | None = None) -> Share:
        """Make a link to the report of a run; `expires_in` is such as `7d`."""
        return read(Share, await self._send(_share(run_id, expires_in)))

    async def list(self, run_id: str | None = None) -> AsyncIterator[Share]:
        """Iterate over links, newest first: of one run, or all."""
        cursor, more = None, True
        while more:
            page = read(SharePage, await self._send(_page(_shares_path(run_id), cursor)))
            for found in page.items:
                yield found
            cursor, more = page.next_cursor, page.next_cursor is not None

    async def revoke(self, share_id: str) -> Share:
        """Take a link back; done again, it changes nothing."""
        return read(Share, await self._send(_revoke(share_id)))


class AsyncEvidence:
    """What reports and trends rest on."""

    def __init__(self, send: AsyncSend) -> None:
        self._send = send

    async def of_run(self, run_id: str, topic: str | None = None) -> AsyncIterator[RunEvidence]:
        """Iterate over the stories behind a report's topics, in the report's order."""
        path, cursor, more = run_path(run_id, "evidence"), None, True
        while more:
            page = read(RunEvidencePage, await self._send(_page(path, cursor, topic=topic)))
            for found in page.items:
                yield found
            cursor, more = page.next_cursor, page.next_cursor is not None

    async def of_trend(self, trend_id: str, topic: str | None = None) -> AsyncIterator[TrendStory]:
        """Iterate over the stories that a trend's windows remember, newest first."""
        path, cursor, more = _trend_path(trend_id), None, True
        while more:
            page = read(TrendEvidencePage, await self._send(_page(path, cursor, topic=topic)))
            for found in page.items:
                yield found
            cursor, more = page.next_cursor, page.next_cursor is not None
