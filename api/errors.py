"""Errors as HTTP tells them: RFC 9457 problems. One table from slug to status; nothing else decides a status."""

import json
import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple, cast

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from trends.errors import TokenRefusedError, TrendsError
from trends.telemetry import get_logger

MEDIA_TYPE = "application/problem+json"
REFERENCE = "/docs/errors"
RETRY_AFTER_SECONDS = 2

_log = get_logger(__name__)


class Kind(NamedTuple):
    """How a kind of error is told over HTTP."""

    status: int
    title: str


KINDS: dict[str, Kind] = {
    # of this door alone
    "validation": Kind(422, "The request has fields that do not fit"),
    "malformed-body": Kind(400, "The body cannot be read"),
    "method-not-allowed": Kind(405, "This address does not take this method"),
    "not-acceptable": Kind(406, "There is no such form of it"),
    "unsupported-media-type": Kind(415, "The body is of a type that is not read here"),
    "wrong-host": Kind(421, "This address is not served here"),
    "cross-site": Kind(403, "Another site's page may not do this"),
    "not-ready": Kind(503, "A part is down"),
    # of the product
    "internal": Kind(500, "Something unexpected happened"),
    "invalid-request": Kind(400, "The request cannot be"),
    "invalid-window": Kind(422, "The window cannot be"),
    "invalid-query": Kind(422, "The query cannot be read"),
    "invalid-watchlist": Kind(422, "The watchlist cannot be"),
    "unknown-name": Kind(422, "Unknown name"),
    "path-refused": Kind(422, "The path is not allowed"),
    "too-large": Kind(413, "Too large"),
    "too-many-streams": Kind(429, "Too many streams are open"),
    "not-authenticated": Kind(401, "Who asks is not known"),
    "token-refused": Kind(401, "The token does not hold"),
    "forbidden": Kind(403, "Not allowed"),
    "too-many-failures": Kind(429, "Too many credentials that do not hold"),
    "not-found": Kind(404, "Not found"),
    "run-not-found": Kind(404, "No such run"),
    "monitor-not-found": Kind(404, "No such monitor"),
    "trend-not-found": Kind(404, "No such trend"),
    "backfill-not-found": Kind(404, "No such backfill"),
    "decision-not-found": Kind(404, "No such decision"),
    "endpoint-not-found": Kind(404, "No such webhook endpoint"),
    "share-not-found": Kind(404, "No such share"),
    "report-not-ready": Kind(404, "There is no report, or not yet"),
    "share-gone": Kind(410, "The link shows nothing any more"),
    "rate-limited": Kind(429, "Too many requests"),
    "conflict": Kind(409, "The state of things says no"),
    "idempotency-conflict": Kind(422, "The Idempotency-Key was used for another request"),
    "monitor-exists": Kind(409, "The monitor's name or question is taken"),
    "monitor-changed": Kind(412, "The monitor was changed in between"),
    "decision-conflict": Kind(409, "Another decision in force says otherwise"),
    "endpoint-exists": Kind(409, "The webhook endpoint's name is taken"),
    "run-not-blocked": Kind(409, "The run is not parked"),
    "run-ended": Kind(409, "The run has ended"),
    "stage-not-skippable": Kind(409, "This stage cannot be skipped"),
    "settings-changed": Kind(412, "The settings were changed in between"),
    "state-held": Kind(409, "Another process holds the state folder"),
    "settings": Kind(500, "The settings are wrong"),
    "secret": Kind(500, "A secret cannot be read"),
    "secret-unavailable": Kind(503, "A store of secrets does not answer"),
    "restart-only": Kind(409, "A running process cannot take this setting over"),
    "model": Kind(502, "A model provider refused"),
    "model-unavailable": Kind(503, "A model provider does not answer"),
    "model-busy": Kind(503, "A model provider is busy"),
    "model-key": Kind(502, "A model provider does not take the key"),
    "model-quota": Kind(502, "The account at a model provider is used up"),
    "model-context": Kind(422, "More text than the model takes"),
    "model-refused": Kind(422, "A model declined to answer"),
    "model-answer": Kind(502, "A model's answer cannot be used"),
    "limit": Kind(429, "A limit says no"),
    "limit-reached": Kind(503, "A limit is reached for the moment"),
    "budget-spent": Kind(429, "The budget is spent"),
    "frozen": Kind(423, "Paid calls are stopped"),
    "price-unknown": Kind(422, "The price of a model is not known"),
    "source": Kind(502, "A source failed"),
    "source-unavailable": Kind(503, "A source does not answer"),
    "source-unreadable": Kind(422, "A source is not what it claims to be"),
    "source-gone": Kind(502, "A source was taken away"),
    "all-sources-failed": Kind(502, "No source gave anything"),
    "outbound": Kind(502, "Another host refused"),
    "address-refused": Kind(422, "The address is not allowed"),
    "outbound-unavailable": Kind(503, "Another host does not answer"),
    "storage": Kind(500, "Storage failed"),
    "storage-unavailable": Kind(503, "Storage cannot be used at the moment"),
    "storage-full": Kind(507, "No space left"),
    "artifact-missing": Kind(409, "A stored result is missing"),
    "artifact-corrupt": Kind(500, "A stored result is damaged"),
    "schema-mismatch": Kind(503, "The database is of another revision"),
    "engine": Kind(502, "The Temporal server failed"),
    "engine-not-found": Kind(503, "There is no Temporal server"),
    "engine-unreachable": Kind(503, "The Temporal server does not answer"),
    "stack": Kind(503, "A process does not start"),
    "port-taken": Kind(503, "The port is taken"),
    "delivery": Kind(502, "A notification was refused"),
    "delivery-unavailable": Kind(503, "A channel does not answer"),
    "delivery-uncertain": Kind(502, "Nobody can tell whether a notification arrived"),
}

# What the framework raises by status.
_SLUG_OF_STATUS = {
    400: "malformed-body",
    403: "cross-site",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "unsupported-media-type",
    421: "wrong-host",
}

_UNEXPECTED = (
    "The API made a mistake; nothing is wrong with the request. Its log knows it by the request id."
)


class ProblemError(BaseModel):
    """One thing that is wrong with a request; exactly one of the three says where."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"pointer": "#/window"}]})

    detail: str = Field(description="What is wrong.")
    pointer: str | None = Field(
        default=None, description="JSON pointer into the body, as a URI fragment."
    )
    parameter: str | None = Field(default=None, description="Name of the query or path parameter.")
    header: str | None = Field(default=None, description="Name of the header.")


class Problem(BaseModel):
    """Problem details, RFC 9457."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": f"{REFERENCE}#run-not-found",
                    "slug": "run-not-found",
                    "title": "No such run",
                    "status": 404,
                    "detail": "There is no run 'x' in the tenant 'local'. List them: trends runs list",
                    "instance": "/v1/runs/x",
                    "request_id": "5f0c2a8e",
                }
            ]
        }
    )

    type: str = Field(description="Where this kind of problem is explained.")
    slug: str = Field(description="Stable short name of the kind.")
    title: str = Field(description="The kind in words; always the same for a slug.")
    status: int = Field(description="HTTP status.")
    detail: str = Field(description="What happened, why, and what to do next.")
    instance: str = Field(description="Path of the request.")
    request_id: str = Field(description="By which the log knows the request.")
    errors: list[ProblemError] | None = Field(
        default=None, description="What is wrong with which field, for problems of validation."
    )


class ProblemResponse(Response):
    """A problem on its way out."""

    media_type = MEDIA_TYPE


def problem_response(
    slug: str,
    detail: str,
    *,
    instance: str,
    request_id: str,
    errors: Sequence[ProblemError] | None = None,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> ProblemResponse:
    """Make the answer for one kind of error; `more` are members beyond those of `Problem`."""
    kind = KINDS[slug]
    problem = Problem(
        type=f"{REFERENCE}#{slug}",
        slug=slug,
        title=kind.title,
        status=kind.status,
        detail=detail,
        instance=instance,
        request_id=request_id,
        errors=list(errors) if errors is not None else None,
    )
    # Text may quote what came in, which need not be encodable.
    members = {**problem.model_dump(exclude_none=True), **(more or {})}
    content = json.dumps(members, ensure_ascii=False)
    return ProblemResponse(
        content.encode("utf-8", "replace"),
        status_code=kind.status,
        headers=dict(headers) if headers else None,
    )


def problem_for(error: Exception, *, instance: str, request_id: str) -> ProblemResponse:
    """Make the answer for any exception. What is not ours is logged with its trace, and told without."""
    if isinstance(error, TrendsError) and error.slug in KINDS:
        headers = _headers_of(error)
        detail, slug = str(error), error.slug
        if KINDS[slug].status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.warning("http.failed", slug=slug, reason=detail, request_id=request_id)
    else:
        _log.error("http.unexpected", exc_info=error, request_id=request_id)
        slug, detail, headers = "internal", _UNEXPECTED, None
    return problem_response(slug, detail, instance=instance, request_id=request_id, headers=headers)


def _headers_of(error: TrendsError) -> dict[str, str] | None:
    if error.retry_after is not None and KINDS[error.slug].status == HTTPStatus.TOO_MANY_REQUESTS:
        return {"Retry-After": str(max(1, math.ceil(error.retry_after.total_seconds())))}
    if error.retryable:
        return {"Retry-After": str(RETRY_AFTER_SECONDS)}
    if KINDS[error.slug].status == HTTPStatus.UNAUTHORIZED:
        # RFC 6750: without a credential no error is named, or clients would take a first call for a failed one.
        said = ' error="invalid_token"' if isinstance(error, TokenRefusedError) else ""
        return {"WWW-Authenticate": f'Bearer realm="trends"{"," if said else ""}{said}'}
    return None


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem."""
    app.add_exception_handler(TrendsError, _ours)
    app.add_exception_handler(HTTPException, _of_framework)
    app.add_exception_handler(RequestValidationError, _of_validation)


async def _ours(request: Request, error: Exception) -> Response:
    return problem_for(error, instance=request.url.path, request_id=request_id_of(request))


async def _of_framework(request: Request, error: Exception) -> Response:
    raised = cast("HTTPException", error)
    slug = _SLUG_OF_STATUS.get(raised.status_code)
    if slug is None:
        return problem_for(error, instance=request.url.path, request_id=request_id_of(request))
    headers = dict(raised.headers or {})
    if slug == "method-not-allowed":
        headers["Allow"] = ", ".join(_methods_at(request))
    return problem_response(
        slug,
        _detail(slug, raised, request, headers.get("Allow", "")),
        instance=request.url.path,
        request_id=request_id_of(request),
        headers=headers,
    )


def _methods_at(request: Request) -> list[str]:
    """Every method that the address takes; the framework names those of the first route it finds."""
    routes = list(iter_route_contexts(request.app.routes))
    fits = (
        each.path
        for each in routes
        if each.original_route.matches(request.scope)[0] is not Match.NONE
    )
    # The first that fits is the one that is meant: `/export` is no name, though a name fits there as well.
    path = next(fits, None)
    found = {name for each in routes if each.path == path for name in each.methods or ()}
    return sorted(found | ({"HEAD"} if "GET" in found else set()))


def _detail(slug: str, raised: HTTPException, request: Request, allowed: str) -> str:
    if slug == "not-found":
        return f"There is nothing at {request.url.path[:200]}. What there is: /docs"
    if slug == "method-not-allowed":
        return f"{request.method[:20]} is not taken here; {allowed or 'see /docs'} is."
    if slug == "malformed-body" and raised.detail == "There was an error parsing the body":
        return "The body is not JSON that can be read. Send one JSON object in UTF-8."
    return str(raised.detail)


async def _of_validation(request: Request, error: Exception) -> Response:
    raised = cast("RequestValidationError", error)
    found = [cast("Mapping[str, Any]", each) for each in raised.errors()]
    broken = next((each for each in found if each["type"] == "json_invalid"), None)
    if broken is not None:
        return problem_response(
            "malformed-body",
            f"The body is not JSON: {broken['ctx']['error']} at character {broken['loc'][-1]}.",
            instance=request.url.path,
            request_id=request_id_of(request),
        )
    errors = [_field_error(each, raised.body) for each in found[:50]]
    return problem_response(
        "validation",
        f"{len(found)} {'field does' if len(found) == 1 else 'fields do'} not fit; see errors. Nothing was done.",
        instance=request.url.path,
        request_id=request_id_of(request),
        errors=errors,
    )


def _field_error(found: Mapping[str, Any], body: object) -> ProblemError:
    place, *path = cast("Sequence[str | int]", found["loc"])
    detail = str(found["msg"])
    if place == "body":
        return ProblemError(detail=detail, pointer=_pointer(path, body, found["type"]))
    name = ".".join(str(part) for part in path)
    if place == "header":
        return ProblemError(detail=detail, header=name)
    return ProblemError(detail=detail, parameter=name)


def _pointer(path: Sequence[str | int], body: object, kind: str) -> str:
    """Write where in the body an error is. Validators also name the branch of a union that they were in: left out."""
    pointer, at = "#", body
    for place, part in enumerate(path):
        if isinstance(at, dict) and part in at:
            at = cast("dict[str | int, object]", at)[part]
        elif isinstance(at, list) and isinstance(part, int):
            at = cast("list[object]", at)[part]
        elif place < len(path) - 1 or kind not in {"missing", "extra_forbidden"}:
            continue
        pointer += "/" + str(part).replace("~", "~0").replace("/", "~1")
    return pointer


def declare_common(document: dict[str, Any]) -> None:
    """Write into an OpenAPI document what every operation may answer: unknown parameters, bodies, too many requests."""
    for path, item in document["paths"].items():
        if not path.startswith("/v1/"):
            continue
        for operation in item.values():
            slugs = ["validation", "rate-limited"]
            body = operation.get("requestBody", {}).get("content", {})
            slugs += ["too-large", "unsupported-media-type"] if body else []
            slugs += ["malformed-body"] if "application/json" in body else []
            _declare(operation["responses"], problems(*slugs))
            operation["responses"] = dict(sorted(operation["responses"].items()))


def _declare(said: dict[str, Any], common: Mapping[int | str, dict[str, Any]]) -> None:
    """Add problems to those that an operation declares, each once."""
    for status, response in common.items():
        before = said.get(str(status), response)["description"]
        missing = [each for each in response["description"].split("; ") if each not in before]
        said[str(status)] = {**response, "description": "; ".join([before, *missing])}


def request_id_of(request: Request) -> str:
    """Name the request as the log knows it."""
    return str(getattr(request.state, "request_id", ""))


def problems(*slugs: str) -> dict[int | str, dict[str, Any]]:
    """Declare, for OpenAPI, the problems that a route answers with."""
    by_status: dict[int, list[str]] = {}
    for slug in slugs:
        by_status.setdefault(KINDS[slug].status, []).append(slug)
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {
            "description": "; ".join(f"`{slug}`: {KINDS[slug].title}" for slug in named),
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status, named in sorted(by_status.items())
    }
