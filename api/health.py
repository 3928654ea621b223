"""Whether the process lives, whether it can serve, and its figures."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.deps import ReadsMetrics, ServedBy
from api.errors import MEDIA_TYPE, RETRY_AFTER_SECONDS, problem_response, request_id_of
from api.metrics import CONTENT_TYPE
from api.schemas import Health
from api.spending_metrics import spending_text
from trends.domain.access import OPEN_TENANT
from trends.errors import StorageError

router = APIRouter(tags=["health"])

PARTS = {"parts": {"type": "object", "additionalProperties": {"type": "string"}}}


@router.get("/livez", operation_id="livez", summary="Does the process live?")
async def livez() -> Health:
    """Say that the process answers; looks at nothing else, so that a sick part does not get it restarted."""
    return Health(status="ok", parts={})


@router.get(
    "/readyz",
    operation_id="readyz",
    summary="Can it serve?",
    response_model=Health,
    responses={
        503: {
            "description": "A part is down; `parts` says which and why.",
            "content": {
                MEDIA_TYPE: {
                    "schema": {
                        "allOf": [
                            {"$ref": "#/components/schemas/Problem"},
                            {"type": "object", "required": ["parts"], "properties": PARTS},
                        ]
                    }
                }
            },
        }
    },
)
async def readyz(request: Request, served: ServedBy) -> Response:
    """Look at every part that a request needs."""
    found = await served.doors.ready()
    parts = {name: trouble or "ok" for name, trouble in sorted(found.items())}
    down = [name for name, trouble in sorted(found.items()) if trouble]
    if not down:
        return JSONResponse({"status": "ok", "parts": parts})
    return problem_response(
        "not-ready",
        " ".join(f"{name}: {parts[name]}" for name in down),
        instance=request.url.path,
        request_id=request_id_of(request),
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
        more={"parts": parts},
    )


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(who: ReadsMetrics, served: ServedBy) -> Response:
    """Write figures in the Prometheus text format: of this process, and of the ledger as it is now.

    What was spent is told of one's own tenant; of all tenants to the installation's own.
    """
    tenant = None if who.tenant == OPEN_TENANT else who.tenant
    try:
        read = await served.doors.spending.figures(who.tenant, tenant)
    except StorageError:
        # The process's own figures are wanted most when something is down.
        read = None
    text = served.metrics.text() + spending_text(read, [who.tenant])
    return Response(text, headers={"Content-Type": CONTENT_TYPE})
