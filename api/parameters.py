"""Query parameters that a route does not know are refused: a filter with a typing error would show everything."""

import difflib
from collections.abc import Iterator

from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection

# Links to pages are passed on with parameters of others' behind them; those of programs are not.
STRICT = "/v1/"
_NAMED = 10


async def known_parameters(request: HTTPConnection) -> None:
    """Refuse query parameters that the route of this request does not take.

    Raises:
        RequestValidationError: There are some; names each, and the near one.
    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute) or not request.url.path.startswith(STRICT):
        return
    known = frozenset(_names(route.dependant))
    unknown = [name for name in dict.fromkeys(request.query_params) if name not in known]
    if unknown:
        raise RequestValidationError(
            [
                {"type": "extra_forbidden", "loc": ("query", name[:80]), "msg": _told(name, known)}
                for name in unknown[:_NAMED]
            ]
        )


def _names(dependant: Dependant) -> Iterator[str]:
    """The parameters of a route, and of all that it depends on."""
    yield from (field.alias for field in dependant.query_params)
    for below in dependant.dependencies:
        yield from _names(below)


def _told(name: str, known: frozenset[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.5)
    if near:
        return f"There is no such parameter; did you mean '{near[0]}'?"
    if not known:
        return "There is no such parameter; this takes none."
    return f"There is no such parameter; there are {', '.join(sorted(known))}."
