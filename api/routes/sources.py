"""Sources: see how they are, register feeds, look at one, poll, pause, remove."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter

from api.deps import ReadsSources, ServedBy, WritesSources
from api.errors import problems
from api.source_schemas import (
    FeedBody,
    ImportOut,
    LookOut,
    RefusedFeed,
    SourceList,
    SourceOut,
    look_out,
    source_out,
)
from engine.targets import spec_of

router = APIRouter(prefix="/v1/sources", tags=["sources"])

OPML = "text/x-opml"

_STEER = problems(
    "not-found", "conflict", "validation", "engine-unreachable", "storage-unavailable"
)

SourceName = Annotated[
    str,
    PathParameter(
        max_length=3_000,
        description="As runs name it, or the name of a feed alone.",
        examples=["rss:hani"],
    ),
]


@router.get(
    "",
    operation_id="list_sources",
    summary="List sources",
    responses=problems("storage-unavailable"),
)
async def list_sources(who: ReadsSources, served: ServedBy) -> SourceList:
    """Give every source that runs may name, and every one whose items are stored, with how it is."""
    service = served.doors.sources
    now = service.now()
    return SourceList(sources=[source_out(each, now) for each in await service.known(who.tenant)])


@router.post(
    "",
    operation_id="add_source",
    summary="Register a feed",
    status_code=201,
    responses=problems(
        "malformed-body",
        "invalid-request",
        "address-refused",
        "conflict",
        "too-large",
        "unsupported-media-type",
        "unknown-name",
        "validation",
        "storage-unavailable",
    ),
)
async def add_source(who: WritesSources, body: FeedBody, served: ServedBy) -> SourceOut:
    """Register a feed, and ask it at once."""
    service = served.doors.sources
    return source_out(await service.add(who.tenant, body.feed()), service.now())


@router.post(
    "/import",
    operation_id="import_sources",
    summary="Register the feeds of an OPML file",
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "The OPML file itself.",
            "content": {OPML: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
    responses=problems("source-unreadable", "too-large", "storage-unavailable"),
)
async def import_sources(who: WritesSources, request: Request, served: ServedBy) -> ImportOut:
    """Register every feed of an OPML file that can be; the others are named with the reason."""
    done = await served.doors.sources.import_opml(who.tenant, await request.body())
    return ImportOut(
        added=[spec_of(feed.name) for feed in done.added],
        refused=[RefusedFeed(name=each.name, why=each.why) for each in done.refused],
        refused_count=done.refused_count,
    )


@router.get(
    "/export",
    operation_id="export_sources",
    summary="Write the feeds as OPML",
    response_class=Response,
    responses={
        200: {"description": "OPML.", "content": {OPML: {"schema": {"type": "string"}}}},
        **problems("storage-unavailable"),
    },
)
async def export_sources(who: ReadsSources, served: ServedBy) -> Response:
    """Give the feeds, those of the settings among them, as other readers take them."""
    content = await served.doors.sources.export_opml(who.tenant)
    return Response(content, media_type=OPML)


@router.post(
    "/{source:path}/check",
    operation_id="check_source",
    summary="Look at a source once",
    responses=problems(
        "invalid-request",
        "unknown-name",
        "address-refused",
        "source-unavailable",
        "source-unreadable",
        "source-gone",
        "outbound",
        "outbound-unavailable",
        "validation",
        "storage-unavailable",
    ),
)
async def check_source(who: WritesSources, source: SourceName, served: ServedBy) -> LookOut:
    """Fetch it once and show what would come. Nothing is stored. Takes `rss:https://…`, too, before it is registered."""
    return look_out(source, await served.doors.sources.check(who.tenant, source))


@router.post(
    "/{source:path}/poll",
    operation_id="poll_source",
    summary="Poll a feed now",
    status_code=202,
    responses=_STEER,
)
async def poll_source(who: WritesSources, source: SourceName, served: ServedBy) -> SourceOut:
    """Ask a feed at once; its cadence goes on from there. A paused one stays paused."""
    service = served.doors.sources
    return source_out(await service.poll(who.tenant, source), service.now())


@router.post(
    "/{source:path}/pause",
    operation_id="pause_source",
    summary="Pause a feed",
    responses=_STEER,
)
async def pause_source(who: WritesSources, source: SourceName, served: ServedBy) -> SourceOut:
    """Stop asking a feed. Runs that name it read what is stored."""
    service = served.doors.sources
    return source_out(await service.pause(who.tenant, source, paused=True), service.now())


@router.post(
    "/{source:path}/resume",
    operation_id="resume_source",
    summary="Let a feed go on",
    responses=_STEER,
)
async def resume_source(who: WritesSources, source: SourceName, served: ServedBy) -> SourceOut:
    """Ask a paused feed again."""
    service = served.doors.sources
    return source_out(await service.pause(who.tenant, source, paused=False), service.now())


@router.delete(
    "/{source:path}",
    operation_id="remove_source",
    summary="Remove a registered feed",
    status_code=204,
    responses=problems("not-found", "validation", "storage-unavailable"),
)
async def remove_source(who: WritesSources, source: SourceName, served: ServedBy) -> None:
    """Take a feed out. Its items stay until they are too old."""
    await served.doors.sources.remove(who.tenant, source)
