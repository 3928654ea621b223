"""Trends: look at them, compare windows, decide."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi import Path as PathParameter
from starlette.exceptions import HTTPException

from api.deps import ReadsTrends, Served, ServedBy, WritesTrends
from api.errors import problems
from api.negotiate import choose
from api.schemas import Moment
from api.trend_schemas import DecisionBody
from trends.domain.models import Category, TopicStatus
from trends.domain.trend import (
    ComparedWindows,
    HandState,
    Trend,
    TrendLife,
    TrendPage,
    TrendSort,
)
from trends.errors import TrendNotFoundError
from trends.reports.trend_export import to_csv, to_rss
from trends.storage.trends import MAX_PAGE, TrendFilter

router = APIRouter(prefix="/v1/trends", tags=["trends"])

Format = Literal["json", "csv", "rss"]

MEDIA_TYPES: dict[Format, str] = {
    "json": "application/json",
    "csv": "text/csv",
    "rss": "application/rss+xml",
}
# What is not said: a page, a feed that readers poll, a whole export.
_USUAL = {"application/json": 50, "application/rss+xml": 50, "text/csv": 10_000}
MOST = 10_000

_TREND_ID = re.compile(r"[0-9a-f-]{36}")


def trend_id(
    trend_id: Annotated[
        str,
        PathParameter(
            description="Id of the trend.", examples=["10d3c3b7-6e7d-53f4-a5fd-9c458b6de605"]
        ),
    ],
) -> str:
    """Read a trend's id from the path; what cannot be one is simply not found."""
    if not _TREND_ID.fullmatch(trend_id):
        raise TrendNotFoundError(
            "There is no such trend.",
            why="Ids of trends are UUIDs.",
            next_step="List them: GET /v1/trends",
        )
    return trend_id


TrendId = Annotated[str, Depends(trend_id)]


def wanted(
    monitor: Annotated[
        str | None, Query(max_length=64, description="Only of this monitor, by its id.")
    ] = None,
    status: Annotated[TopicStatus | None, Query(description="Only of this status.")] = None,
    category: Annotated[Category | None, Query(description="Only of this category.")] = None,
    text: Annotated[
        str, Query(max_length=200, description="Only those whose label, name or terms hold it.")
    ] = "",
    hand: Annotated[
        HandState | None, Query(description="Only those of which an analyst made this.")
    ] = None,
    seen_from: Annotated[
        Moment | None,
        Query(
            alias="from", description="Only those last seen in a window that ends then or later."
        ),
    ] = None,
    seen_to: Annotated[
        Moment | None,
        Query(alias="to", description="Only those last seen in a window that ends before."),
    ] = None,
    *,
    watched: Annotated[
        bool, Query(description="Also those that were watched and never announced.")
    ] = False,
) -> TrendFilter:
    """Read which trends are wanted."""
    return TrendFilter(
        monitor=monitor,
        status=status,
        category=category,
        text=text,
        hand=hand,
        seen_from=seen_from,
        seen_to=seen_to,
        watched=watched,
    )


@router.get(
    "",
    operation_id="list_trends",
    summary="List trends",
    response_model=TrendPage,
    responses={
        200: {
            "description": "One page of trends; as CSV or RSS, all of them up to `limit`.",
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "application/rss+xml": {"schema": {"type": "string"}},
            },
        },
        **problems("invalid-request", "not-acceptable", "validation", "storage-unavailable"),
    },
)
async def list_trends(
    who: ReadsTrends,
    request: Request,
    served: ServedBy,
    wanted: Annotated[TrendFilter, Depends(wanted)],
    sort: Annotated[
        TrendSort, Query(description="`seen`: the last seen first; `strength`: by growth_low.")
    ] = TrendSort.SEEN,
    limit: Annotated[
        int | None,
        Query(
            ge=1,
            le=MOST,
            description=f"At most so many; a page of JSON holds at most {MAX_PAGE}.",
        ),
    ] = None,
    cursor: Annotated[
        str | None, Query(max_length=500, description="`next_cursor` of the page before.")
    ] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
    form: Annotated[
        Format | None, Query(alias="format", description="Instead of an Accept header.")
    ] = None,
) -> Response:
    """Give trends, over all runs and windows: a page as JSON, or many as CSV for Excel or as an RSS 2.0 feed."""
    media_type = MEDIA_TYPES[form] if form else choose(accept, tuple(MEDIA_TYPES.values()))
    if media_type is None:
        raise HTTPException(406, f"Trends are {', '.join(MEDIA_TYPES.values())}; accept one.")
    most = limit or _USUAL[media_type]
    if media_type != "application/json":
        found = await _many(who.tenant, served, wanted, sort, cursor, most)
        return _exported(request, served, media_type, found)
    page = await served.doors.trends.store.page(
        who.tenant, wanted, sort=sort, cursor=cursor, limit=most
    )
    headers = {"Vary": "Accept"}
    if page.next_cursor is not None:
        asked = {**request.query_params, "cursor": page.next_cursor}
        headers["Link"] = f'<{request.url.path}?{urlencode(asked)}>; rel="next"'
    return Response(page.model_dump_json(), media_type=media_type, headers=headers)


@router.get(
    "/compare",
    operation_id="compare_trends",
    summary="Compare two windows",
    responses=problems("invalid-request", "trend-not-found", "validation", "storage-unavailable"),
)
async def compare_trends(
    who: ReadsTrends,
    served: ServedBy,
    monitor: Annotated[str, Query(max_length=64, description="The monitor, by its id.")],
    a: Annotated[Moment, Query(description="End of the one window.")],
    b: Annotated[Moment, Query(description="End of the other.")],
) -> ComparedWindows:
    """Put two windows of a monitor side by side: every trend of either, with its numbers in both."""
    return await served.doors.trends.store.compare(who.tenant, monitor, a, b)


@router.get(
    "/{trend_id}",
    operation_id="get_trend",
    summary="See a trend's whole life",
    responses=problems("trend-not-found", "validation", "storage-unavailable"),
)
async def get_trend(who: ReadsTrends, trend_id: TrendId, served: ServedBy) -> TrendLife:
    """Give a trend with its series, the runs that saw it, evidence, related trends, merges, splits and decisions."""
    return await served.doors.trends.store.life(who.tenant, trend_id)


@router.post(
    "/{trend_id}/decisions",
    operation_id="decide_trend",
    summary="Decide about a trend",
    status_code=201,
    responses=problems(
        "malformed-body",
        "unsupported-media-type",
        "too-large",
        "invalid-request",
        "trend-not-found",
        "decision-not-found",
        "decision-conflict",
        "validation",
        "storage-unavailable",
    ),
)
async def decide_trend(
    who: WritesTrends, trend_id: TrendId, body: DecisionBody, served: ServedBy
) -> Trend:
    """Follow, mute, reject, rename, merge or split a trend, or take a decision back.

    Heeded by every run that analyzes from now on. Numbers never change by a decision.
    """
    return await served.doors.trends.decide(who.tenant, trend_id, body.asked(who))


async def _many(
    tenant: str, served: Served, wanted: TrendFilter, sort: TrendSort, cursor: str | None, most: int
) -> list[Trend]:
    found: list[Trend] = []
    while len(found) < most:
        page = await served.doors.trends.store.page(
            tenant, wanted, sort=sort, cursor=cursor, limit=min(MAX_PAGE, most - len(found))
        )
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


def _exported(request: Request, served: Served, media_type: str, found: list[Trend]) -> Response:
    headers: Mapping[str, str] = {"Vary": "Accept"}
    if media_type == "text/csv":
        headers = {**headers, "Content-Disposition": 'attachment; filename="trends.csv"'}
        return Response(to_csv(found), media_type=media_type, headers=dict(headers))
    base = (served.doors.settings.api.public_url or str(request.base_url)).rstrip("/")
    feed = to_rss(
        found,
        title="Trends",
        link=f"{base}/v1/trends",
        here=f"{base}{request.url.path}?{request.url.query}".rstrip("?"),
        of=lambda trend: f"{base}/v1/trends/{trend.trend_id}",
    )
    return Response(feed, media_type=media_type, headers=dict(headers))
