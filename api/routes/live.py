"""Events of several runs, live, over one WebSocket."""

from typing import cast

from fastapi import APIRouter, WebSocket

from api.auth import address_of
from api.deps import Served
from api.live import LiveSession
from trends.domain.access import Scope

router = APIRouter()


@router.websocket("/v1/live")
async def live(socket: WebSocket) -> None:
    """Follow several runs; docs/reference/live.md tells what is said."""
    served = cast("Served", socket.app.state.served)

    async def tenant_of(token: str) -> str:
        address = address_of(socket.scope)
        if token:
            who = await served.guard.admit(token, address)
        else:
            # A page has its cookie, and its site was looked at; it is asked as one that writes, to be sure.
            who = await served.guard.of_headers(socket.headers, address, writes=True)
        who.require([Scope.RUNS_READ])
        return who.tenant

    await LiveSession(socket, served, tenant_of).serve()
