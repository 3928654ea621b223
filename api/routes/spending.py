"""Spending: what was spent, what is left, what something is going to cost, and stopping what costs money."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BeforeValidator

from api.deps import ReadsLimits, ServedBy, WritesLimits
from api.errors import problems
from api.spending_schemas import (
    BYS,
    EstimateBody,
    EstimateOut,
    FreezeBody,
    FreezeOut,
    FreezeState,
    LimitsOut,
    Thawed,
    UsageOut,
    estimate_out,
    freeze_out,
    limits_out,
    usage_out,
)

router = APIRouter(prefix="/v1", tags=["spending"])

MOST_ROWS = 500
MOST_FREEZES = 200


def _day(value: Any) -> Any:
    # A plain number would be taken for seconds since 1970.
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        message = "not a day such as 2026-11-28"
        raise ValueError(message)
    return value


Day = Annotated[date, BeforeValidator(_day)]


@router.get(
    "/usage",
    operation_id="get_usage",
    summary="See what was spent",
    responses=problems("invalid-request", "validation", "storage-unavailable"),
)
async def get_usage(
    who: ReadsLimits,
    served: ServedBy,
    by: Annotated[
        Literal["day", "provider", "model", "run", "monitor"], Query(description="Summed by.")
    ] = "day",
    first: Annotated[
        Day | None,
        Query(
            alias="from", description="First day; six days before the last where it is left out."
        ),
    ] = None,
    last: Annotated[
        Day | None, Query(alias="to", description="Last day; today where it is left out.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS, description="Rows at most.")] = 100,
) -> UsageOut:
    """Sum what was charged, by days of the limits' zone. A ranking without a cursor: what is beyond `limit` is in the total."""
    found = await served.doors.spending.usage(
        who.tenant, BYS[by], first=first, last=last, limit=limit
    )
    return usage_out(found, by)


@router.get(
    "/limits",
    operation_id="get_limits",
    summary="See what is left",
    responses=problems("storage-unavailable"),
)
async def get_limits(who: ReadsLimits, served: ServedBy) -> LimitsOut:
    """Give budgets and rates with what is left of them now, the pace, and what came to its warning or its end."""
    return limits_out(await served.doors.spending.limits(who.tenant))


@router.get(
    "/freeze",
    operation_id="get_freeze",
    summary="See whether paid calls are stopped",
    responses=problems("validation", "storage-unavailable"),
)
async def get_freeze(
    who: ReadsLimits,
    served: ServedBy,
    limit: Annotated[int, Query(ge=1, le=MOST_FREEZES, description="Of the past, at most.")] = 50,
) -> FreezeState:
    """Give the freeze in force, and each time there was one."""
    spending = served.doors.spending
    standing = await spending.standing(who.tenant)
    return FreezeState(
        frozen=standing is not None,
        standing=freeze_out(standing) if standing else None,
        history=[freeze_out(each) for each in await spending.freezes(who.tenant, limit)],
    )


@router.post(
    "/freeze",
    operation_id="freeze",
    summary="Stop paid calls and schedules",
    responses=problems(
        "malformed-body",
        "too-large",
        "unsupported-media-type",
        "validation",
        "storage-unavailable",
    ),
)
async def freeze(who: WritesLimits, served: ServedBy, body: FreezeBody | None = None) -> FreezeOut:
    """Stop the tenant's paid calls in every process, and its schedules: once this is answered, none is granted any more.

    Calls under way end and are booked. Runs go on without a model. Where they are stopped already, that freeze stands
    and is given.
    """
    reason = body.reason if body else ""
    return freeze_out(await served.doors.spending.freeze(who.tenant, who.subject, reason))


@router.post(
    "/thaw",
    operation_id="thaw",
    summary="Let paid calls and schedules go on",
    responses=problems("storage-unavailable"),
)
async def thaw(who: WritesLimits, served: ServedBy) -> Thawed:
    """Let them go on, and give the freeze that ended. Done again, it changes nothing."""
    ended = await served.doors.spending.thaw(who.tenant, who.subject)
    return Thawed(ended=freeze_out(ended) if ended else None)


@router.post(
    "/estimates",
    operation_id="estimate",
    summary="See what it is going to cost",
    responses=problems(
        "malformed-body",
        "invalid-request",
        "too-large",
        "unsupported-media-type",
        "validation",
        "unknown-name",
        "invalid-query",
        "invalid-window",
        "path-refused",
        "monitor-not-found",
        "run-not-found",
        "settings",
        "storage-unavailable",
    ),
)
async def estimate(who: ReadsLimits, body: EstimateBody, served: ServedBy) -> EstimateOut:
    """Give a range for a run, a monitor's run, or a monitor over a past span, before anything starts.

    Where no model would be asked, it is 0 and says why.
    """
    return estimate_out(await served.doors.estimates.estimate(who.tenant, body.wanted()))
