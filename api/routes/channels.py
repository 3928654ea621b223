"""Channels: where word of reports goes. Addresses and secrets are never shown."""

import asyncio
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import APIRouter, Path
from pydantic import Field

from api.auth import needs
from api.deps import ServedBy, WritesMonitors
from api.errors import problems
from api.schemas import Out
from trends.domain.access import Scope
from trends.errors import DeliveryUncertainError

router = APIRouter(prefix="/v1/channels", tags=["channels"])


class Channel(Out):
    """One channel."""

    name: str = Field(description="What runs and monitors call it.")
    type: str = Field(description="`log`, `slack`, `email` or `webhook`.")
    trouble: str | None = Field(
        description="Why nothing can be sent to it; null when all is there."
    )


class ChannelList(Out):
    """Every channel, by name."""

    items: list[Channel]


class ChannelTest(Out):
    """What became of a test."""

    channel: str
    state: Literal["sent", "uncertain"] = Field(
        description="`uncertain`: the connection broke after the channel had it; look whether it arrived."
    )
    remark: str | None = Field(
        description="What the channel had to say of it, such as recipients that were refused."
    )


@router.get(
    "",
    operation_id="list_channels",
    summary="List channels",
    dependencies=[needs(Scope.SETTINGS_READ)],
)
async def list_channels(served: ServedBy) -> ChannelList:
    """Give every channel of the settings, and whether all that it needs is there. Nothing is sent."""
    # On a thread: secrets may stand in files.
    states = await asyncio.to_thread(served.doors.channels.states)
    return ChannelList(
        items=[
            Channel(name=state.name, type=state.type, trouble=state.trouble or None)
            for state in states
        ]
    )


@router.post(
    "/{name}/test",
    operation_id="test_channel",
    summary="Send a test to a channel",
    responses=problems("unknown-name", "settings", "delivery", "delivery-unavailable"),
)
async def test_channel(
    who: WritesMonitors,
    served: ServedBy,
    name: Annotated[str, Path(max_length=40, description="Name of the channel.")],
) -> ChannelTest:
    """Send one message now, and say what became of it. It is not tried again by itself."""
    language = served.doors.settings.runs.report_language
    try:
        remark = await served.doors.channels.test(
            who.tenant, name, language=language, nonce=uuid4().hex
        )
    except DeliveryUncertainError as error:
        return ChannelTest(channel=name, state="uncertain", remark=str(error))
    return ChannelTest(channel=name, state="sent", remark=remark or None)
