"""Every route × scope × tenant, from the application's own routes: one that is added without a scope fails here."""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from activities.contracts import ReportResult
from tests.unit.api.access_cases import bearing, closed_routes, guarded, key_of, routes
from tests.unit.api.fake_doors import LINES, NOW, REPORTS, FakeDoors
from tests.unit.trends.domain.memory_cases import found
from tests.unit.trends.reports.report_cases import analysis
from trends.domain.access import Scope
from trends.domain.models import RunStatus, Window
from trends.domain.remember import remember

CLOSED = [
    pytest.param(method, path, scopes, id=f"{method} {path}")
    for method, path, scopes in closed_routes()
]
OPEN = {
    ("GET", "/livez"),
    ("GET", "/readyz"),
    ("GET", "/docs"),
    ("GET", "/docs/errors"),
    ("GET", "/openapi.json"),
    ("GET", "/login"),
    ("POST", "/login"),
    ("POST", "/logout"),
    ("GET", "/s/{token}"),
}
# What anybody who is known may see.
NO_SCOPE = {("GET", "/v1/me")}
# What holds for all tenants takes a credential of the installation's own.
OF_ALL = {
    ("PATCH", "/v1/settings"),
    ("GET", "/v1/settings/history"),
    ("POST", "/v1/settings/rollback"),
}

Api = tuple[FakeDoors, httpx.AsyncClient]


@pytest.fixture
async def api(tmp_path: Path) -> AsyncGenerator[Api]:
    """An API that asks, seen from elsewhere than its own machine."""
    async with guarded(tmp_path) as opened:
        yield opened


def filled(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "0" * 16, path)


async def ask(
    client: httpx.AsyncClient, method: str, path: str, key: str | None = None
) -> httpx.Response:
    # As a proxy hands it on: to programs of the machine itself, figures are free.
    headers = {"X-Forwarded-For": "203.0.113.9", **(bearing(key) if key else {})}
    if method == "GET":
        return await client.get(filled(path), headers=headers)
    headers["Content-Type"] = "application/json"
    return await client.request(method, filled(path), headers=headers, content=b"{}")


def test_what_everybody_may_see_is_listed_here() -> None:
    closed = {(method, path) for method, path, _ in closed_routes()}
    assert {(method, path) for method, path, _ in routes()} - closed == OPEN


@pytest.mark.parametrize(("method", "path", "scopes"), CLOSED)
def test_route_declares_its_scope(method: str, path: str, scopes: frozenset[str] | None) -> None:
    assert scopes is not None, "see api/auth.py"
    assert bool(scopes) != ((method, path) in NO_SCOPE)
    assert scopes <= set(Scope)


async def test_whoever_shows_nothing_is_asked_who_they_are(api: Api) -> None:
    wrong: list[str] = []
    for method, path, _ in closed_routes():
        answer = await ask(api[1], method, path)
        told = answer.status_code, answer.json()["slug"], answer.headers["WWW-Authenticate"]
        if told != (401, "not-authenticated", 'Bearer realm="trends"'):
            wrong.append(f"{method} {path}: {told}")
    assert wrong == []


async def test_all_other_scopes_are_not_enough(api: Api) -> None:
    doors, client = api
    wrong: list[str] = []
    for method, path, scopes in closed_routes():
        if not scopes:
            continue
        others = set(Scope) - scopes - {Scope.ADMIN}
        answer = await ask(client, method, path, await key_of(doors, others))
        told = answer.json()
        named = all(scope in told.get("detail", "") for scope in scopes)
        if (answer.status_code, told.get("slug"), named) != (403, "forbidden", True):
            wrong.append(f"{method} {path}: {answer.status_code} {told}")
    assert wrong == []


async def test_its_own_scope_is_enough(api: Api) -> None:
    doors, client = api
    wrong: list[str] = []
    for method, path, scopes in closed_routes():
        tenant = "local" if (method, path) in OF_ALL else "acme"
        key = await key_of(doors, scopes or {Scope.METRICS_READ}, tenant)
        answer = await ask(client, method, path, key)
        if answer.status_code in {401, 403, 405, 429, 500}:
            wrong.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []


# Things of a tenant, by the beginning of their address; what all tenants share; and what a body must say.
SHARED = ("/v1/markets/", "/v1/settings/", "/v1/channels/")
BODIES: Mapping[str, Mapping[str, Any]] = {
    "/v1/monitors/{name}/backfills": {"from": "2026-11-01", "to": "2026-11-03"},
    "/v1/runs/{run_id}/rerun": {"stage": "notify"},
    "/v1/trends/{trend_id}/decisions": {"verb": "follow", "author": "kim"},
}
CONTENT = {"/v1/monitors/{name}/watchlist": "name,alias_ko\nmatcha,말차\n"}
OWNED = [
    pytest.param(method, path, id=f"{method} {path}")
    for method, path, _ in closed_routes()
    if "{" in path and not path.startswith(SHARED)
]
ABSENT = {"/v1/sources/{source:path}": "rss:nothing"}


async def report(doors: FakeDoors, tenant: str, run_id: str) -> None:
    """Let a run end with a report."""
    refs = {kind: await doors.artifacts.put(text, kind) for kind, text in REPORTS.items()}
    result = ReportResult(
        json_report=refs["application/json"],
        markdown=refs["text/markdown"],
        html=refs["text/html"],
        lines=LINES,
        announced=1,
    ).model_dump(mode="json")
    rows = doors.store
    await rows.stage_started(tenant, run_id, "report", "", 1)
    await rows.stage_completed(tenant, run_id, "report", "", 1, result, (), {})
    await rows.finish(tenant, run_id, RunStatus.COMPLETED, "notify", "", "")


@dataclass(frozen=True)
class Acme:
    """A tenant that has things."""

    doors: FakeDoors
    client: httpx.AsyncClient
    key: str

    async def add(self, path: str, **body: Any) -> dict[str, Any]:
        """Make something through the API."""
        answer = await self.client.post(path, json=body, headers=bearing(self.key))
        assert answer.is_success, answer.text
        return answer.json()

    async def run(self) -> str:
        """Make a run that has ended."""
        run_id = str((await self.add("/v1/runs"))["id"])
        await report(self.doors, "acme", run_id)
        return run_id

    async def monitor(self) -> str:
        """Make a monitor."""
        return str((await self.add("/v1/monitors", name="coffee"))["name"])

    async def source(self) -> str:
        """Register a feed."""
        await self.add("/v1/sources", name="hani", url="https://example.org/rss.xml")
        return "rss:hani"

    async def trend(self) -> str:
        """Let a run find a trend."""
        run_id = str((await self.add("/v1/runs"))["id"])
        window = Window(start=NOW - timedelta(days=7), end=NOW)
        store, made = self.doors.trends.store, analysis(found("m", "말차", "라테"))
        memory = remember(made, await store.recall("acme", run_id, NOW), NOW)
        also = store.remembering("acme", run_id, window, made, memory)
        rows = self.doors.store
        await rows.stage_started("acme", run_id, "analyze", "", 1)
        await rows.stage_completed("acme", run_id, "analyze", "", 1, {}, (), {}, also)
        return memory.topics[0].trend_id

    async def another_key(self) -> str:
        """Make a key."""
        return str((await self.add("/v1/keys", name="b", scopes=["runs:read"]))["id"])

    async def endpoint(self) -> str:
        """Register a webhook endpoint."""
        made = await self.add("/v1/webhook-endpoints", name="n8n", url="https://93.184.216.34/hook")
        return str(made["name"])

    async def share(self) -> str:
        """Share a report."""
        return str((await self.add(f"/v1/runs/{await self.run()}/share"))["id"])

    async def scheduled(self) -> str:
        """Make a monitor that runs by itself."""
        await self.add("/v1/monitors", name="coffee", cadence="1d")
        return "coffee"

    async def backfill(self) -> str:
        """Begin a backfill of a monitor."""
        path = f"/v1/monitors/{await self.monitor()}/backfills"
        span = {"from": "2026-11-01", "to": "2026-11-03", "step": "1d"}
        return str((await self.add(path, **span))["id"])


MAKERS: Mapping[str, Callable[[Acme], Awaitable[str]]] = {
    "/v1/runs/{run_id}": Acme.run,
    "/v1/monitors/{name}": Acme.monitor,
    "/v1/sources/{source:path}": Acme.source,
    "/v1/trends/{trend_id}": Acme.trend,
    "/v1/keys/{key_id}": Acme.another_key,
    "/v1/webhook-endpoints/{name}": Acme.endpoint,
    "/v1/shares/{share_id}": Acme.share,
    "/v1/schedules/{monitor}": Acme.scheduled,
    "/v1/backfills/{backfill_id}": Acme.backfill,
}


@pytest.mark.parametrize(("method", "path"), OWNED)
async def test_what_another_tenant_has_is_as_what_is_not_there(
    api: Api, method: str, path: str
) -> None:
    doors, client = api
    of = next((each for each in MAKERS if path.startswith(each)), None)
    assert of, f"say in MAKERS how to make what {path} is about"
    acme = Acme(doors, client, await key_of(doors))
    thing, rival = await MAKERS[of](acme), await key_of(doors, tenant="rival")

    async def look(key: str, this: str) -> tuple[int, str]:
        where = of.partition("{")[0] + this + filled(path.removeprefix(of))
        body: dict[str, Any] = {} if method == "GET" else {"json": BODIES.get(path, {})}
        if method != "GET" and path in CONTENT:
            body = {"content": CONTENT[path]}
        headers = {**bearing(key), "If-Match": "*"}
        answer = await client.request(method, where, headers=headers, **body)
        return answer.status_code, "" if answer.is_success else answer.json()["slug"]

    seen = await look(rival, thing)
    assert seen == await look(acme.key, ABSENT.get(of, "0" * 16))
    assert seen[0] in {404, 422}
    # Else the two would be alike because nothing is there.
    assert await look(acme.key, thing) != seen
