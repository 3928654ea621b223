"""Shares: links that show one report to whoever has them, until they expire or are taken back."""

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi import Path as PathParameter
from pydantic import AwareDatetime, ConfigDict, Field

from api.deps import ReadsRuns, RunId, Served, ServedBy, WritesRuns
from api.edge import LINKS, told_path
from api.errors import KINDS, problem_for, problems, request_id_of
from api.negotiate import preferred_language
from api.pages import page_of
from api.routes.reports import MEDIA_TYPES, REPORT_POLICY, Format, form_of
from api.schemas import Out, TextOnly
from api.words import SHARE_WORDS
from engine.shares import DEFAULT_LIFE
from trends.domain.access import Principal
from trends.errors import NotFoundError, ShareGoneError, ShareNotFoundError, TrendsError
from trends.storage.shares import MAX_PAGE, Share

router = APIRouter(tags=["shares"])
links = APIRouter(include_in_schema=False)

# Nobody but the reader: no address of it in other sites' logs, nothing in search engines, nothing kept on the way.
_PRIVATE = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "no-store",
}
_FORMS: dict[str, Format] = {"html": "html", "json": "json", "md": "markdown"}


class ShareBody(TextOnly):
    """How long a link is to last."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"expires_in": "7d"}]}
    )

    expires_in: str = Field(
        default=DEFAULT_LIFE, max_length=20, description="`12h`, `7d` or `4w`; `90d` at most."
    )


class ShareOut(Out):
    """A link to one report."""

    id: str
    run_id: str
    url: str = Field(
        description="The link: an address where `api.public_url` is set, else the path."
    )
    state: Literal["open", "expired", "revoked"]
    created_at: AwareDatetime
    created_by: str
    expires_at: AwareDatetime
    revoked_at: AwareDatetime | None
    views: int = Field(description="How often the report was shown under it.")
    last_viewed_at: AwareDatetime | None


class ShareList(Out):
    """One page of shares, newest first."""

    items: list[ShareOut]
    next_cursor: str | None = Field(description="Null on the last page.")


Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="Shares on a page.")]
Cursor = Annotated[
    str | None, Query(max_length=500, description="`next_cursor` of the page before.")
]


@router.post(
    "/v1/runs/{run_id}/share",
    operation_id="share_report",
    summary="Share a report",
    status_code=201,
    responses=problems(
        "malformed-body",
        "run-not-found",
        "report-not-ready",
        "invalid-window",
        "validation",
        "too-large",
        "unsupported-media-type",
        "settings",
        "storage-unavailable",
    ),
)
async def share_report(
    who: WritesRuns,
    run_id: RunId,
    served: ServedBy,
    response: Response,
    body: ShareBody | None = None,
) -> ShareOut:
    """Make a link that shows this report, and nothing else, to whoever has it; no key is asked for."""
    asked = body or ShareBody()
    author = who.name or who.subject
    share = await served.doors.shares.share(who.tenant, run_id, asked.expires_in, author)
    response.headers["Location"] = f"/v1/shares/{share.share_id}"
    return _out(share, served)


@router.get(
    "/v1/runs/{run_id}/shares",
    operation_id="list_run_shares",
    summary="List the links to a report",
    responses=problems(
        "invalid-request", "run-not-found", "validation", "settings", "storage-unavailable"
    ),
)
async def list_run_shares(
    who: ReadsRuns,
    run_id: RunId,
    served: ServedBy,
    request: Request,
    response: Response,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ShareList:
    """Give one page of the links to the report of a run, newest first."""
    return await _page(who, served, request, response, run_id, limit, cursor)


@router.get(
    "/v1/shares",
    operation_id="list_shares",
    summary="List all links",
    responses=problems("invalid-request", "validation", "settings", "storage-unavailable"),
)
async def list_shares(
    who: ReadsRuns,
    served: ServedBy,
    request: Request,
    response: Response,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ShareList:
    """Give one page of links, newest first. `Link: rel="next"` leads to the next."""
    return await _page(who, served, request, response, None, limit, cursor)


@router.delete(
    "/v1/shares/{share_id}",
    operation_id="revoke_share",
    summary="Take a link back",
    responses=problems("share-not-found", "validation", "settings", "storage-unavailable"),
)
async def revoke_share(
    who: WritesRuns,
    share_id: Annotated[str, PathParameter(max_length=100, description="Id of the share.")],
    served: ServedBy,
) -> ShareOut:
    """Let a link show nothing any more, from now on. Done again, it changes nothing."""
    return _out(await served.doors.shares.revoke(who.tenant, share_id), served)


@links.get(f"{LINKS}{{token}}")
async def follow_link(
    token: str,
    request: Request,
    served: ServedBy,
    accept_language: Annotated[str, Header()] = "",
    form: Annotated[Literal["html", "json", "md"], Query(alias="format")] = "html",
) -> Response:
    """Show the report that a link leads to."""
    try:
        answer = await _report(token, form, served, count=not getattr(request.state, "head", False))
    except (NotFoundError, ShareGoneError) as error:
        answer = _refused(error, form, request, accept_language)
    answer.headers.update(_PRIVATE)
    return answer


async def _report(token: str, form: str, served: Served, *, count: bool) -> Response:
    media_type = MEDIA_TYPES[_FORMS[form]]
    run = await served.doors.shares.follow(token, count=count)
    content = await served.doors.artifacts.get(form_of(run, media_type))
    charset = "" if media_type == "application/json" else "; charset=utf-8"
    answer = Response(content, headers={"Content-Type": f"{media_type}{charset}"})
    if media_type == "text/html":
        answer.headers["Content-Security-Policy"] = REPORT_POLICY
    return answer


def _refused(error: TrendsError, form: str, request: Request, accept_language: str) -> Response:
    """Say to a person on a page, and to a program as a problem, that there is nothing to see."""
    if form != "html":
        return problem_for(
            error, instance=told_path(request.url.path), request_id=request_id_of(request)
        )
    language = preferred_language(accept_language, tuple(SHARE_WORDS))
    slug = "share-gone" if isinstance(error, ShareGoneError) else ShareNotFoundError.slug
    answer = page_of("share.html", language, words=SHARE_WORDS[language][slug])
    answer.status_code = KINDS[slug].status
    return answer


async def _page(
    who: Principal,
    served: Served,
    request: Request,
    response: Response,
    run_id: str | None,
    limit: int,
    cursor: str | None,
) -> ShareList:
    page = await served.doors.shares.page(who.tenant, run_id=run_id, cursor=cursor, limit=limit)
    if page.next_cursor is not None:
        query = urlencode({"limit": limit, "cursor": page.next_cursor})
        response.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    return ShareList(
        items=[_out(share, served) for share in page.items], next_cursor=page.next_cursor
    )


def _out(share: Share, served: Served) -> ShareOut:
    shares = served.doors.shares
    state: Literal["open", "expired", "revoked"] = "open"
    if not shares.stands(share):
        state = "expired" if share.revoked_at is None else "revoked"
    return ShareOut(
        id=share.share_id,
        run_id=share.run_id,
        url=f"{served.doors.settings.api.public_url}{LINKS}{shares.token(share)}",
        state=state,
        created_at=share.created_at,
        created_by=share.created_by,
        expires_at=share.expires_at,
        revoked_at=share.revoked_at,
        views=share.views,
        last_viewed_at=share.last_viewed_at,
    )
