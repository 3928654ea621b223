"""Items: search what polls have found, and count it."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from api.deps import ReadsSources, ServedBy
from api.errors import problems
from api.schemas import Moment
from api.source_schemas import ItemLanguage, ItemPageOut, ItemStats, item_out, stats_out
from trends.domain import queries
from trends.domain.models import utc_text
from trends.errors import InvalidWindowError
from trends.storage.items import MAX_PAGE, ItemFilter

router = APIRouter(prefix="/v1/items", tags=["items"])

_LONGEST_QUERY = 2_000


def wanted(
    source: Annotated[
        str | None, Query(max_length=3_000, description="Only of this source, such as `rss:hani`.")
    ] = None,
    language: Annotated[ItemLanguage | None, Query(description="Only in this language.")] = None,
    start: Annotated[
        Moment | None, Query(alias="from", description="Published at or after.")
    ] = None,
    end: Annotated[Moment | None, Query(alias="to", description="Published before.")] = None,
) -> ItemFilter:
    """Read which items are asked for."""
    if start is not None and end is not None and start >= end:
        raise InvalidWindowError(
            "`from` does not lie before `to`.", next_step="Swap them, or leave one out."
        )
    return ItemFilter(source=source, language=language, start=start, end=end)


Wanted = Annotated[ItemFilter, Depends(wanted)]


@router.get(
    "",
    operation_id="search_items",
    summary="Search items",
    responses=problems(
        "invalid-request", "invalid-query", "invalid-window", "validation", "storage-unavailable"
    ),
)
async def search_items(
    who: ReadsSources,
    request: Request,
    response: Response,
    served: ServedBy,
    filters: Wanted,
    query: Annotated[
        str,
        Query(
            max_length=_LONGEST_QUERY,
            description='Words, "phrases", `AND`, `OR`, `-`; empty means everything.',
        ),
    ] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="Items on a page.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=5_000, description="`next_cursor` of the page before.")
    ] = None,
) -> ItemPageOut:
    """Give one page of items, newest first. `Link: rel="next"` leads to the next.

    A query that few items satisfy ends its page before it is full; `next_cursor` says whether there is more to look
    through.
    """
    asked = queries.parse(query)
    chosen = ItemFilter(
        query=None if asked.everything else asked,
        source=filters.source,
        language=filters.language,
        start=filters.start,
        end=filters.end,
    )
    page = await served.doors.items.page(who.tenant, chosen, cursor=cursor, limit=limit)
    if page.next_cursor is not None:
        again = {
            "query": query or None,
            "source": filters.source,
            "language": filters.language,
            "from": filters.start and utc_text(filters.start),
            "to": filters.end and utc_text(filters.end),
            "limit": limit,
            "cursor": page.next_cursor,
        }
        text = urlencode({name: value for name, value in again.items() if value is not None})
        response.headers["Link"] = f'<{request.url.path}?{text}>; rel="next"'
    return ItemPageOut(items=[item_out(item) for item in page.items], next_cursor=page.next_cursor)


@router.get(
    "/stats",
    operation_id="count_items",
    summary="Count items",
    responses=problems("invalid-window", "validation", "storage-unavailable"),
)
async def count_items(who: ReadsSources, served: ServedBy, filters: Wanted) -> ItemStats:
    """Count items by source and day of publication (UTC)."""
    return stats_out(await served.doors.items.stats(who.tenant, filters))
