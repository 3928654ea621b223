"""What the audit log has when a process ends in the middle of a request."""

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.asked import ACTS_OUTSIDE
from engine.access import NewKey
from tests.unit.api.access_cases import bearing, guarded, key_of
from tests.unit.api.fake_doors import TENANT, FakeDoors
from trends.domain.access import Principal, PrincipalKind, Scope

WHO = Principal(
    tenant=TENANT, subject="key:a", scopes=frozenset({Scope.ADMIN}), kind=PrincipalKind.KEY
)
WANTED = NewKey(name="board", scopes=frozenset({Scope.RUNS_READ}))


@pytest.fixture
async def api(tmp_path: Path) -> AsyncGenerator[tuple[FakeDoors, httpx.AsyncClient]]:
    async with guarded(tmp_path) as opened:
        yield opened


async def log_of(doors: FakeDoors) -> list[tuple[str, str, int]]:
    page = await doors.access.audited(TENANT, actor=None, action=None, cursor=None, limit=50)
    return [(row.action, row.outcome, row.status) for row in page.items]


async def test_change_whose_answer_never_left_is_there(
    api: tuple[FakeDoors, httpx.AsyncClient],
) -> None:
    doors, _ = api
    with doors.access.noting(WHO, lambda: ("create_key", "/v1/keys"), "r", ""):
        await doors.access.make(TENANT, WANTED, "test")
    assert await log_of(doors) == [("create_key", "done", 0)]


async def test_what_acts_outside_was_asked_for_before(
    api: tuple[FakeDoors, httpx.AsyncClient],
) -> None:
    doors, _ = api
    with doors.access.noting(WHO, lambda: ("cancel_run", "/v1/runs/r/cancel"), "r", "") as noted:
        await doors.access.ask(noted)
        assert await log_of(doors) == [("cancel_run", "asked", 0)]
        await doors.access.record(noted, "done", 202)
    assert await log_of(doors) == [("cancel_run", "done", 202)]


async def test_a_request_leaves_one_row_with_its_answer(
    api: tuple[FakeDoors, httpx.AsyncClient],
) -> None:
    doors, client = api
    headers = bearing(await key_of(doors, tenant=TENANT))
    run_id = await doors.accept()
    made = await client.post(
        "/v1/keys", json={"name": "board", "scopes": ["runs:read"]}, headers=headers
    )
    refused = await client.post("/v1/keys", json={}, headers=headers)
    cancelled = await client.post(f"/v1/runs/{run_id}/cancel", headers=headers)
    told = [(row[0], row[2]) for row in await log_of(doors)]
    assert told == [
        ("cancel_run", cancelled.status_code),
        ("create_key", refused.status_code),
        ("create_key", made.status_code),
    ]


def test_all_that_acts_outside_is_served() -> None:
    paths = create_app().openapi()["paths"].values()
    served = {each["operationId"] for item in paths for each in item.values()}
    assert served >= ACTS_OUTSIDE
