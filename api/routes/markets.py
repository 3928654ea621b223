"""Markets: whose clock and holidays there are."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path

from api.auth import needs
from api.errors import problems
from api.monitor_schemas import MarketList, MarketOut, market_out
from trends.domain.access import Scope
from trends.markets import load_market, market_names

router = APIRouter(
    prefix="/v1/markets", tags=["markets"], dependencies=[needs(Scope.MONITORS_READ)]
)


@router.get("", operation_id="list_markets", summary="List markets", responses=problems("settings"))
async def list_markets() -> MarketList:
    """Give every market with its holidays."""
    return await asyncio.to_thread(_markets)


@router.get(
    "/{name}",
    operation_id="get_market",
    summary="See a market",
    responses=problems("unknown-name", "settings"),
)
async def get_market(
    name: Annotated[str, Path(max_length=40, description="Name of the market.", examples=["KR"])],
) -> MarketOut:
    """Give one market."""
    return market_out(await asyncio.to_thread(load_market, name))


def _markets() -> MarketList:
    return MarketList(items=[market_out(load_market(name)) for name in market_names()])
