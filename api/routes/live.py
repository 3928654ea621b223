"""Events of several runs, live, over one WebSocket."""

from typing import cast

from fastapi import APIRouter, WebSocket

from api.auth import Credential, address_of, credential_of
from api.deps import Served
from api.live import Admitted, LiveSession
from trends.domain.access import Scope

router = APIRouter()


@router.websocket("/v1/live")
async def live(socket: WebSocket) -> None:
    """Follow several runs; docs/reference/live.md tells what is said."""
    served = cast("Served", socket.app.state.served)

    async def admitted(token: str) -> Admitted:
        address = address_of(socket.scope)
        if token:
            who = await served.guard.admit(token, address)
            shown: Credential | None = Credential(token)
        else:
            # A page has its cookie, and its site was looked at; it is asked as one that writes, to be sure.
            who = await served.guard.of_headers(socket.headers, address, writes=True)
            shown = credential_of(socket.headers)
        who.require([Scope.RUNS_READ])
        return Admitted(who.tenant, shown if served.guard.required else None)

    await LiveSession(socket, served, admitted).serve()
