"""Webhook endpoints: addresses of a tenant's own that hear of reports, each a channel by name."""

from typing import Annotated, Literal
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter
from pydantic import AwareDatetime, ConfigDict, Field

from api.deps import ReadsMonitors, ServedBy, WritesMonitors
from api.errors import problems
from api.schemas import Out, TextOnly
from engine.endpoints import MadeEndpoint
from trends.domain.access import Principal, Scope
from trends.domain.delivery import DeliveryState
from trends.domain.endpoints import (
    LONGEST_DESCRIPTION,
    LONGEST_URL,
    Endpoint,
    EndpointState,
)
from trends.storage.endpoints import MAX_PAGE, Delivery

router = APIRouter(prefix="/v1/webhook-endpoints", tags=["webhooks"])

_BODY = ("malformed-body", "too-large", "unsupported-media-type", "validation")
_CHECKED = ("unknown-name", "address-refused", "settings", "storage-unavailable")

EndpointName = Annotated[
    str,
    PathParameter(max_length=80, description="Name of the endpoint.", examples=["desk-n8n"]),
]
Url = Annotated[str, Field(max_length=LONGEST_URL, description="Where messages go.")]
Events = Annotated[
    list[str],
    Field(
        max_length=40,
        description="What it hears of, such as `report.ready` or `run.failed`; empty: everything that runs which "
        "name it have to say. `source.down` belongs to no run: name it to hear of it.",
    ),
]
Description = Annotated[
    str, Field(max_length=LONGEST_DESCRIPTION, description="What people want to remember of it.")
]


class NewEndpointBody(TextOnly):
    """An address to register."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "desk-n8n",
                    "url": "https://n8n.example.org/webhook/trends",
                    "events": ["report.ready", "run.failed"],
                }
            ]
        },
    )

    name: str = Field(
        max_length=80,
        description="What it is called; monitors and runs name it as the channel `hook-<name>`.",
    )
    url: Url
    events: Events = Field(default_factory=list[str])
    description: Description = ""


class EndpointChangesBody(TextOnly):
    """What to change; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"events": ["report.ready"]}, {"enabled": True}]},
    )

    url: Url | None = None
    events: Events | None = None
    description: Description | None = None
    enabled: bool | None = Field(
        default=None, strict=True, description="Switch it off, or on again after a 410."
    )


class EndpointOut(Out):
    """One endpoint."""

    name: str
    channel: str = Field(description="What runs and monitors call it.")
    url: str = Field(description="Where messages go; its host alone for who may not change it.")
    events: list[str] = Field(description="What it hears of; empty: everything.")
    description: str
    state: EndpointState
    reason: str | None = Field(description="Why it is switched off; null while it is not.")
    secret_overlap_until: AwareDatetime | None = Field(
        description="Until when messages are signed with the secret before this one, too."
    )
    created_at: AwareDatetime
    created_by: str
    updated_at: AwareDatetime


class MadeEndpointOut(EndpointOut):
    """An endpoint with its secret."""

    secret: str = Field(description="Signs messages. Shown this once: keep it.")


class EndpointList(Out):
    """Every endpoint, by name."""

    items: list[EndpointOut]


class EndpointTest(Out):
    """What became of a test."""

    state: Literal["sent", "uncertain"] = Field(
        description="`uncertain`: the connection broke after the receiver had it."
    )
    remark: str | None


class DeliveryOut(Out):
    """A message to an endpoint."""

    id: str = Field(description="The `webhook-id` of every attempt.")
    event: str
    subject: str = Field(description="What it is about.")
    run_id: str | None
    state: DeliveryState
    attempts: int
    created_at: AwareDatetime
    updated_at: AwareDatetime
    sent_at: AwareDatetime | None = Field(description="When it was taken.")
    error: str | None = Field(description="Why its last attempt failed.")


class DeliveryList(Out):
    """One page of messages, newest first."""

    items: list[DeliveryOut]
    next_cursor: str | None = Field(description="Null on the last page.")


class Resent(Out):
    """How far a message came that was sent again."""

    id: str
    state: DeliveryState


@router.post(
    "",
    operation_id="add_webhook_endpoint",
    summary="Register a webhook endpoint",
    status_code=201,
    responses=problems(*_BODY, *_CHECKED, "invalid-request", "endpoint-exists"),
)
async def add_webhook_endpoint(
    who: WritesMonitors, body: NewEndpointBody, served: ServedBy, response: Response
) -> MadeEndpointOut:
    """Register an address. The answer holds its secret, which no later one does."""
    made = await served.doors.endpoints.add(
        who.tenant, body.name, body.url, body.events, body.description, who.name or who.subject
    )
    response.headers["Location"] = f"/v1/webhook-endpoints/{made.endpoint.name}"
    return _made(made, who)


@router.get(
    "",
    operation_id="list_webhook_endpoints",
    summary="List webhook endpoints",
    responses=problems("storage-unavailable"),
)
async def list_webhook_endpoints(who: ReadsMonitors, served: ServedBy) -> EndpointList:
    """Give every endpoint, by name. Secrets are not shown."""
    found = await served.doors.endpoints.all(who.tenant)
    return EndpointList(items=[_out(endpoint, who) for endpoint in found])


@router.get(
    "/{name}",
    operation_id="get_webhook_endpoint",
    summary="See a webhook endpoint",
    responses=problems("endpoint-not-found", "validation", "storage-unavailable"),
)
async def get_webhook_endpoint(
    who: ReadsMonitors, name: EndpointName, served: ServedBy
) -> EndpointOut:
    """Give one endpoint."""
    return _out(await served.doors.endpoints.get(who.tenant, name), who)


@router.patch(
    "/{name}",
    operation_id="edit_webhook_endpoint",
    summary="Change a webhook endpoint",
    responses=problems(*_BODY, *_CHECKED, "endpoint-not-found"),
)
async def edit_webhook_endpoint(
    who: WritesMonitors, name: EndpointName, body: EndpointChangesBody, served: ServedBy
) -> EndpointOut:
    """Change what is given. What is on its way goes where the endpoint then leads."""
    changed = await served.doors.endpoints.change(
        who.tenant,
        name,
        url=body.url,
        events=body.events,
        description=body.description,
        enabled=body.enabled,
    )
    return _out(changed, who)


@router.delete(
    "/{name}",
    operation_id="remove_webhook_endpoint",
    summary="Remove a webhook endpoint",
    status_code=204,
    responses=problems("endpoint-not-found", "validation", "storage-unavailable"),
)
async def remove_webhook_endpoint(
    who: WritesMonitors, name: EndpointName, served: ServedBy
) -> None:
    """Take an endpoint out. A run that names it goes on, and its message to it is marked as failed."""
    await served.doors.endpoints.remove(who.tenant, name)


@router.post(
    "/{name}/test",
    operation_id="test_webhook_endpoint",
    summary="Send a test to a webhook endpoint",
    responses=problems(
        "endpoint-not-found",
        "conflict",
        "settings",
        "delivery",
        "delivery-unavailable",
        "validation",
        "storage-unavailable",
    ),
)
async def test_webhook_endpoint(
    who: WritesMonitors, name: EndpointName, served: ServedBy
) -> EndpointTest:
    """Send one signed `channel.test` now, and say what became of it. It is not tried again by itself."""
    language = served.doors.settings.runs.report_language
    state, remark = await served.doors.endpoints.test(who.tenant, name, language=language)
    return EndpointTest(
        state="sent" if state == DeliveryState.SENT else "uncertain", remark=remark or None
    )


@router.post(
    "/{name}/rotate-secret",
    operation_id="rotate_webhook_secret",
    summary="Give a webhook endpoint a new secret",
    responses=problems("endpoint-not-found", "settings", "validation", "storage-unavailable"),
)
async def rotate_webhook_secret(
    who: WritesMonitors, name: EndpointName, served: ServedBy
) -> MadeEndpointOut:
    """Make a new secret. For 24 hours messages carry a signature of each, so that receivers change over in peace."""
    return _made(await served.doors.endpoints.rotate(who.tenant, name), who)


@router.get(
    "/{name}/deliveries",
    operation_id="list_webhook_deliveries",
    summary="List what went to a webhook endpoint",
    responses=problems(
        "endpoint-not-found", "invalid-request", "validation", "storage-unavailable"
    ),
)
async def list_webhook_deliveries(
    who: ReadsMonitors,
    name: EndpointName,
    served: ServedBy,
    request: Request,
    response: Response,
    state: Annotated[
        DeliveryState | None, Query(description="Only those that came so far.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="Messages on a page.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=500, description="`next_cursor` of the page before.")
    ] = None,
) -> DeliveryList:
    """Give one page of messages, newest first, with how far each came. `Link: rel="next"` leads to the next."""
    page = await served.doors.endpoints.deliveries(
        who.tenant, name, state=state, cursor=cursor, limit=limit
    )
    if page.next_cursor is not None:
        asked = {"state": state, "limit": limit, "cursor": page.next_cursor}
        query = urlencode({key: value for key, value in asked.items() if value is not None})
        response.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    return DeliveryList(
        items=[_delivery(each) for each in page.items], next_cursor=page.next_cursor
    )


@router.post(
    "/{name}/deliveries/{message_id}/resend",
    operation_id="resend_webhook_delivery",
    summary="Send a message again",
    responses=problems(
        "endpoint-not-found",
        "not-found",
        "conflict",
        "settings",
        "delivery",
        "delivery-unavailable",
        "validation",
        "storage-unavailable",
    ),
)
async def resend_webhook_delivery(
    who: WritesMonitors,
    name: EndpointName,
    message_id: Annotated[str, PathParameter(max_length=80, description="Id of the message.")],
    served: ServedBy,
) -> Resent:
    """Send a message that failed once more, under the id that it has."""
    state = await served.doors.endpoints.resend(who.tenant, name, message_id)
    return Resent(id=message_id, state=state)


def _out(endpoint: Endpoint, who: Principal) -> EndpointOut:
    return EndpointOut.model_validate(_fields(endpoint, who))


def _made(made: MadeEndpoint, who: Principal) -> MadeEndpointOut:
    return MadeEndpointOut.model_validate({**_fields(made.endpoint, who), "secret": made.secret})


def _fields(endpoint: Endpoint, who: Principal) -> dict[str, object]:
    # The path of an address is often what opens it.
    whole = who.may(Scope.MONITORS_WRITE)
    parts = urlsplit(endpoint.url)
    return {
        "name": endpoint.name,
        "channel": endpoint.channel,
        "url": endpoint.url if whole else f"{parts.scheme}://{parts.netloc}",
        "events": list(endpoint.events),
        "description": endpoint.description,
        "state": endpoint.state,
        "reason": endpoint.reason or None,
        "secret_overlap_until": endpoint.previous_until,
        "created_at": endpoint.created_at,
        "created_by": endpoint.created_by,
        "updated_at": endpoint.updated_at,
    }


def _delivery(delivery: Delivery) -> DeliveryOut:
    return DeliveryOut.model_validate({**dict(delivery), "error": delivery.error or None})
