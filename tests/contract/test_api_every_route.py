"""What holds for every route, read from the application's own routes: a new one is in the table by itself."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from api.app import create_app
from api.edge import DOCUMENTS, MAX_JSON_BYTES, UPLOADS
from tests.unit.api.fake_doors import in_process, open_fake_doors

JSON = {"Content-Type": "application/json"}
# Of each kind of parameter in a path, something that is not there.
NAMES = {"trend_id": "00000000-0000-0000-0000-000000000000"}


def routes() -> Iterator[tuple[str, str, APIRoute]]:
    """Method, path and route of everything below /v1."""
    for found in iter_route_contexts(create_app().routes):
        route = found.original_route
        if isinstance(route, APIRoute) and str(found.path).startswith("/v1/"):
            for method in sorted(found.methods or ()):
                yield method, str(found.path), route


def has_body(route: APIRoute) -> bool:
    return bool(route.dependant.body_params)


def has_cursor(route: APIRoute) -> bool:
    return any(field.alias == "cursor" for field in route.dependant.query_params)


def table(*those: tuple[str, str, APIRoute]) -> pytest.MarkDecorator:
    """A test for each of these routes."""
    names = [f"{method} {path}" for method, path, _ in those]
    return pytest.mark.parametrize(("method", "path", "route"), those, ids=names)


ROUTES = list(routes())
GETS = [each for each in ROUTES if each[0] == "GET"]
BODIES = [each for each in ROUTES if has_body(each[2])]
LISTS = [each for each in GETS if has_cursor(each[2])]
METHODS: dict[str, set[str]] = defaultdict(set[str])
for _method, _path, _ in ROUTES:
    METHODS[_path].add(_method)


@pytest.fixture(scope="module")
async def http(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[httpx.AsyncClient]:
    folder: Path = tmp_path_factory.mktemp("routes")
    async with open_fake_doors(folder) as doors, in_process(doors) as client:
        yield client


def filled(path: str) -> str:
    """Put something into a path that is not there."""
    parts = path.split("/")
    return "/".join(
        NAMES.get(part.strip("{}"), "nothing") if part.startswith("{") else part for part in parts
    )


def is_problem(answer: httpx.Response, status: int, slug: str) -> bool:
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["request_id"] == answer.headers["X-Request-ID"]
    assert problem["type"] == f"/docs/errors#{problem['slug']}"
    return (answer.status_code, problem["slug"]) == (status, slug)


@table(*ROUTES)
async def test_unknown_parameter_is_refused_and_named(
    http: httpx.AsyncClient, method: str, path: str, route: APIRoute
) -> None:
    answer = await http.request(
        method, filled(path), params={"nonsense": "1"}, headers={"X-Request-ID": "mine-1"}
    )
    assert is_problem(answer, 422, "validation"), (route.name, answer.text)
    assert answer.headers["X-Request-ID"] == "mine-1"
    assert "nonsense" in [error.get("parameter") for error in answer.json()["errors"]]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["RateLimit"]
    assert answer.headers["RateLimit-Policy"]


@table(*GETS)
async def test_head_is_answered_as_get_without_a_body(
    http: httpx.AsyncClient, method: str, path: str, route: APIRoute
) -> None:
    got = await http.request(method, filled(path))
    head = await http.head(filled(path))
    assert (head.status_code, head.content) == (got.status_code, b""), route.name
    assert head.headers["Content-Type"] == got.headers["Content-Type"]


@pytest.mark.parametrize("path", sorted(METHODS))
async def test_wrong_method_is_told_the_right_ones(http: httpx.AsyncClient, path: str) -> None:
    heads: set[str] = {"HEAD"} if "GET" in METHODS[path] else set()
    methods = METHODS[path] | heads
    for wrong in sorted({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - methods):
        answer = await http.request(wrong, filled(path))
        if answer.status_code == 405:
            assert is_problem(answer, 405, "method-not-allowed")
            assert set(answer.headers["Allow"].split(", ")) == methods
        else:
            # A word such as `export` is a name for the route that takes names.
            assert "{" in "".join(each for each in METHODS if each != path and fits(path, each))


def fits(path: str, template: str) -> bool:
    parts, names = path.split("/"), template.split("/")
    return len(parts) >= len(names) and all(
        name.startswith("{") or name == part for part, name in zip(parts, names, strict=False)
    )


@table(*BODIES)
async def test_body_that_does_not_fit_is_refused(
    http: httpx.AsyncClient, method: str, path: str, route: APIRoute
) -> None:
    async def send(content: bytes, headers: dict[str, str]) -> httpx.Response:
        return await http.request(method, filled(path), content=content, headers=headers)

    typed = await send(b"{}", {"Content-Type": "text/plain"})
    assert is_problem(typed, 415, "unsupported-media-type"), route.name
    packed = await send(b"\x1f\x8b", {**JSON, "Content-Encoding": "gzip"})
    assert is_problem(packed, 415, "unsupported-media-type")
    large = await send(b" " * (MAX_JSON_BYTES + 1), JSON)
    assert is_problem(large, 413, "too-large")
    assert is_problem(await send(b"{", JSON), 400, "malformed-body")
    strange = await send(b'{"no_such_field": 1}', {**JSON, "If-Match": "*"})
    assert is_problem(strange, 422, "validation"), strange.text
    pointers = [error.get("pointer") for error in strange.json()["errors"]]
    assert "#/no_such_field" in pointers


@pytest.mark.parametrize("path", sorted(DOCUMENTS | {UPLOADS}))
async def test_packed_documents_are_refused(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.post(path, content=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    assert is_problem(answer, 415, "unsupported-media-type")


@table(*LISTS)
async def test_forged_cursor_is_refused(
    http: httpx.AsyncClient, method: str, path: str, route: APIRoute
) -> None:
    for cursor in ("x", "=", "한", "e30", "W10", "bnVsbA", "A" * 400, "eyJhdCI6MSwiaWQiOjF9"):
        answer = await http.request(method, filled(path), params={"cursor": cursor})
        slug = answer.json()["slug"]
        # Below what is not there, that may be said first.
        hidden = "{" in path and slug.endswith("not-found")
        assert hidden or is_problem(answer, 400, "invalid-request"), (route.name, cursor)
