"""Keys of the tenant, the audit log, and who asks."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from api.access_schemas import (
    AuditList,
    KeyList,
    Me,
    NewKeyBody,
    NewKeyOut,
    audit_out,
    key_out,
    me_out,
    new_key_out,
)
from api.deps import Administers, Known, ServedBy
from api.errors import problems
from trends.storage.keys import MAX_PAGE

router = APIRouter(prefix="/v1", tags=["access"])

# What a database takes as text.
_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"

Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="Rows on a page.")]
Cursor = Annotated[
    str | None, Query(max_length=500, description="`next_cursor` of the page before.")
]


@router.get("/me", operation_id="get_me", summary="See who asks")
async def get_me(who: Known) -> Me:
    """Give the tenant, name and scopes of the credential that was sent. Takes no scope."""
    return me_out(who)


@router.get(
    "/keys",
    operation_id="list_keys",
    summary="List keys",
    responses=problems("invalid-request", "validation", "storage-unavailable"),
)
async def list_keys(
    who: Administers,
    request: Request,
    response: Response,
    served: ServedBy,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> KeyList:
    """Give one page of the tenant's keys, newest first, revoked and expired ones among them. No secret is shown."""
    page = await served.doors.access.keys(who.tenant, cursor, limit)
    _link(request, response, page.next_cursor)
    return KeyList(items=[key_out(row) for row in page.items], next_cursor=page.next_cursor)


@router.post(
    "/keys",
    operation_id="create_key",
    summary="Make a key",
    status_code=201,
    responses={
        201: {
            "description": "The key, with its secret: shown now and never again.",
            "headers": {
                "Location": {"description": "Path of the key.", "schema": {"type": "string"}}
            },
        },
        **problems(
            "malformed-body",
            "invalid-request",
            "too-large",
            "unsupported-media-type",
            "validation",
            "storage-unavailable",
        ),
    },
)
async def create_key(
    who: Administers, body: NewKeyBody, served: ServedBy, response: Response
) -> NewKeyOut:
    """Make a key of the tenant. Its secret is stored as a digest only, so it cannot be shown again."""
    made = await served.doors.access.make(who.tenant, body.wanted(), who.subject)
    response.headers["Location"] = f"/v1/keys/{made.row.key_id}"
    return new_key_out(made)


@router.delete(
    "/keys/{key_id}",
    operation_id="revoke_key",
    summary="Revoke a key",
    status_code=204,
    responses=problems("not-found", "validation", "storage-unavailable"),
)
async def revoke_key(
    who: Administers,
    key_id: Annotated[str, Path(max_length=40, description="Id of the key.")],
    served: ServedBy,
) -> None:
    """Let a key hold no more, at once and for good; browsers that signed in with it are signed out.

    Streams that it opened end within ten minutes. To revoke one again changes nothing.
    """
    await served.doors.access.revoke(who.tenant, key_id, who.subject)


@router.get(
    "/audit",
    operation_id="list_audit",
    summary="See who did what",
    responses=problems("invalid-request", "validation", "storage-unavailable"),
)
async def list_audit(
    who: Administers,
    request: Request,
    response: Response,
    served: ServedBy,
    actor: Annotated[
        str | None,
        Query(
            max_length=250,
            pattern=_PRINTABLE,
            description="Only what this one did, such as `key:ID`.",
        ),
    ] = None,
    action: Annotated[
        str | None,
        Query(
            max_length=80,
            pattern=_PRINTABLE,
            description="Only this operation, such as `start_run`.",
        ),
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AuditList:
    """Give one page of what was changed in the tenant, or tried to be, newest first. Reading leaves no trace here."""
    page = await served.doors.access.audited(
        who.tenant, actor=actor, action=action, cursor=cursor, limit=limit
    )
    _link(request, response, page.next_cursor)
    return AuditList(items=[audit_out(row) for row in page.items], next_cursor=page.next_cursor)


def _link(request: Request, response: Response, cursor: str | None) -> None:
    if cursor is not None:
        asked = urlencode({**request.query_params, "cursor": cursor})
        response.headers["Link"] = f'<{request.url.path}?{asked}>; rel="next"'
