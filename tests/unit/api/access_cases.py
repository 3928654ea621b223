"""An API that asks who calls, and credentials for it."""

from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import httpx
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from api.app import create_app
from api.auth import is_open, principal
from engine.access import NewKey
from tests.unit.api.fake_doors import FakeDoors, in_process, open_fake_doors
from trends.domain.access import Scope


@asynccontextmanager
async def guarded(
    folder: Path, public_url: str = ""
) -> AsyncGenerator[tuple[FakeDoors, httpx.AsyncClient]]:
    """Serve in this process, to whoever has a credential."""
    async with (
        open_fake_doors(
            folder, TRENDS_AUTH__MODE="required", TRENDS_API__PUBLIC_URL=public_url
        ) as doors,
        in_process(doors) as client,
    ):
        yield doors, client


async def key_of(
    doors: FakeDoors,
    scopes: Iterable[str] = ("admin",),
    tenant: str = "acme",
    expires_at: datetime | None = None,
) -> str:
    """Make a key."""
    wanted = NewKey(name="test", scopes=frozenset(map(Scope, scopes)), expires_at=expires_at)
    return (await doors.access.make(tenant, wanted, "test")).text


def bearing(credential: str) -> dict[str, str]:
    """Headers of a caller with this credential."""
    return {"Authorization": f"Bearer {credential}"}


def routes() -> Iterator[tuple[str, str, frozenset[str] | None]]:
    """Every method and path that the application serves, with the scopes it takes; None where it asks for nobody."""
    for found in iter_route_contexts(create_app().routes):
        route = found.original_route
        for method in sorted(found.methods or ()):
            if isinstance(route, APIRoute):
                yield method, str(found.path), _scopes(route.dependant)
            elif method == "GET":
                yield method, str(found.path), None


def closed_routes() -> list[tuple[str, str, frozenset[str] | None]]:
    """The routes that are not for everybody."""
    return [each for each in routes() if not is_open(each[1])]


def _scopes(dependant: Dependant) -> frozenset[str] | None:
    found: set[str] | None = None
    for each in dependant.dependencies:
        below = _scopes(each) if each.call is not principal else each.own_oauth_scopes or ()
        if below is not None:
            found = {*(found or ()), *below}
    return None if found is None else frozenset(found)
