"""Reports, in the form that the caller accepts."""

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Response
from starlette.exceptions import HTTPException

from activities.contracts import ReportResult
from api.deps import ReadsRuns, RunId, ServedBy
from api.errors import problems
from api.negotiate import choose
from trends.domain.models import ArtifactRef
from trends.errors import ReportNotReadyError
from trends.storage.rows import RunRow

router = APIRouter(prefix="/v1/runs", tags=["reports"])

Format = Literal["json", "markdown", "html"]

MEDIA_TYPES: dict[Format, str] = {
    "json": "application/json",
    "markdown": "text/markdown",
    "html": "text/html",
}
# A report quotes strangers; whatever they wrote, it runs no script and loads nothing.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


@router.get(
    "/{run_id}/report",
    operation_id="get_report",
    summary="Read a report",
    response_class=Response,
    responses={
        200: {
            "description": "The report, byte for byte as it was written; `ETag` is its SHA-256.",
            "content": {
                "application/json": {"schema": {"type": "object"}},
                "text/markdown": {"schema": {"type": "string"}},
                "text/html": {"schema": {"type": "string"}},
            },
        },
        304: {"description": "It is the one that `If-None-Match` names."},
        **problems(
            "run-not-found",
            "report-not-ready",
            "not-acceptable",
            "validation",
            "artifact-missing",
            "artifact-corrupt",
            "storage-unavailable",
        ),
    },
)
async def get_report(
    who: ReadsRuns,
    run_id: RunId,
    served: ServedBy,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
    if_none_match: Annotated[str, Header()] = "",
    form: Annotated[
        Format | None, Query(alias="format", description="Instead of an Accept header.")
    ] = None,
) -> Response:
    """Give the report as JSON, Markdown or HTML."""
    media_type = MEDIA_TYPES[form] if form else choose(accept, tuple(MEDIA_TYPES.values()))
    if media_type is None:
        raise HTTPException(406, f"A report is {', '.join(MEDIA_TYPES.values())}; accept one.")
    ref = form_of(await served.doors.store.get(who.tenant, run_id), media_type)
    headers = {
        "ETag": f'"{ref.sha256}"',
        "Vary": "Accept",
        "Cache-Control": "private, no-cache",
    }
    if _names(if_none_match, ref.sha256):
        return Response(status_code=304, headers=headers)
    if media_type == "text/html":
        headers["Content-Security-Policy"] = REPORT_POLICY
    content = await served.doors.artifacts.get(ref)
    charset = "" if media_type == "application/json" else "; charset=utf-8"
    headers["Content-Type"] = f"{media_type}{charset}"
    return Response(content, headers=headers)


def form_of(row: RunRow, media_type: str) -> ArtifactRef:
    """Find the form of a report that a run has.

    Raises:
        ReportNotReadyError: It has none, or not yet.
    """
    if row.report is None:
        ended = row.status.ended
        raise ReportNotReadyError(
            f"The run {row.run_id} has no report{'' if ended else ' yet'}.",
            why=f"It is {row.status.value}{f' at {row.stage}' if row.stage else ''}"
            f"{f': {row.reason}' if row.reason else ''}.",
            next_step="Re-run it from the stage that failed."
            if ended
            else "Wait for it to complete.",
        )
    report = ReportResult.model_validate(row.report)
    forms = {
        "application/json": report.json_report,
        "text/markdown": report.markdown,
        "text/html": report.html,
    }
    return forms[media_type]


def _names(if_none_match: str, sha256: str) -> bool:
    """Whether an If-None-Match header names this content; a proxy may have made its tag weak."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return bool(tags & {f'"{sha256}"', "*"})
