"""Uploads: files that runs read through the `file` source."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.deps import ServedBy, WritesRuns
from api.errors import problems
from api.schemas import Upload
from api.uploads import take_in

router = APIRouter(prefix="/v1/uploads", tags=["uploads"])

MEGABYTE = 1 << 20


@router.post(
    "",
    operation_id="upload_file",
    summary="Store a file for runs to read",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": False,
            "description": "The file itself; an empty one is a file, too: JSON Lines, CSV, RSS or Atom, each also packed with gzip.",
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    },
    responses=problems(
        "too-large",
        "unsupported-media-type",
        "validation",
        "storage-full",
        "storage-unavailable",
    ),
)
async def upload_file(
    who: WritesRuns,
    request: Request,
    served: ServedBy,
    name: Annotated[
        str,
        Query(
            max_length=1000,
            description="What to call it; the ending tells its format. What a file name cannot hold is replaced.",
            examples=["headlines.jsonl"],
        ),
    ] = "upload",
) -> Upload:
    """Take the body in as a file. The same file is stored once, however often it is sent."""
    declared = request.headers.get("content-length", "")
    stored = await take_in(
        request.stream(),
        served.doors.uploads_of(who.tenant),
        name,
        max_bytes=served.doors.settings.api.max_upload_mb * MEGABYTE,
        declared_bytes=int(declared) if declared.isdecimal() else None,
    )
    return Upload(
        source=f"file:uploads/{stored.name}", bytes=stored.size_bytes, sha256=stored.sha256
    )
