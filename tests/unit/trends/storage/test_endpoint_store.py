"""Webhook endpoints and shares in storage, on each database."""

import asyncio
from datetime import timedelta

import pytest

from tests.unit.trends.storage.record_cases import NOON, TENANT, Clock, new_run
from trends.domain.endpoints import Endpoint, EndpointState
from trends.errors import (
    EndpointExistsError,
    EndpointNotFoundError,
    RunNotFoundError,
    ShareNotFoundError,
)
from trends.storage.database import Database
from trends.storage.endpoints import MOST_ENDPOINTS, EndpointStore
from trends.storage.outbox import Outbox
from trends.storage.runs import RunStore
from trends.storage.shares import Share, ShareStore

DESK = Endpoint(
    tenant=TENANT,
    name="desk",
    url="https://example.org/hook",
    events=("report.ready", "run.failed"),
    description="뉴스 데스크",
    state=EndpointState.ENABLED,
    reason="",
    secret="sealed one",
    previous_secret="",
    previous_until=None,
    created_at=NOON,
    created_by="kim",
    updated_at=NOON,
)
LATER = NOON + timedelta(hours=1)


def share(number: int = 1, **changes: object) -> Share:
    made = Share(
        tenant=TENANT,
        share_id=f"share-{number}",
        run_id="run-1",
        created_at=NOON + timedelta(minutes=number),
        created_by="kim",
        expires_at=NOON + timedelta(days=7),
    )
    return made.model_copy(update=changes)


@pytest.fixture
def endpoints(database: Database) -> EndpointStore:
    return EndpointStore(database)


@pytest.fixture
async def shares(database: Database) -> ShareStore:
    await RunStore(database, Clock()).insert(new_run())
    return ShareStore(database)


async def test_an_endpoint_is_read_as_it_was_given(endpoints: EndpointStore) -> None:
    await endpoints.add(DESK)
    assert await endpoints.get(TENANT, "desk") == DESK
    assert await endpoints.all(TENANT) == (DESK,)
    assert await endpoints.find("other", "desk") is None
    with pytest.raises(EndpointNotFoundError, match="trends webhooks list"):
        await endpoints.get("other", "desk")


async def test_a_name_is_taken_once_in_a_tenant(endpoints: EndpointStore) -> None:
    await endpoints.add(DESK)
    await endpoints.add(DESK.model_copy(update={"tenant": "other"}))
    with pytest.raises(EndpointExistsError):
        await endpoints.add(DESK)
    assert await endpoints.all(TENANT) == (DESK,)


async def test_of_two_at_once_one_gets_the_name(endpoints: EndpointStore) -> None:
    done = await asyncio.gather(*(endpoints.add(DESK) for _ in range(4)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["EndpointExistsError"] * 3 + [
        "NoneType"
    ]


async def test_a_tenant_has_no_more_than_may_be(endpoints: EndpointStore) -> None:
    for number in range(MOST_ENDPOINTS):
        await endpoints.add(DESK.model_copy(update={"name": f"desk-{number}"}))
    with pytest.raises(EndpointExistsError, match="which is the most"):
        await endpoints.add(DESK)


async def test_what_is_changed_stays_changed(endpoints: EndpointStore) -> None:
    await endpoints.add(DESK)
    changed = await endpoints.change(TENANT, "desk", events=("source.down",), updated_at=LATER)
    assert changed == DESK.model_copy(update={"events": ("source.down",), "updated_at": LATER})
    assert await endpoints.get(TENANT, "desk") == changed
    with pytest.raises(EndpointNotFoundError):
        await endpoints.change("other", "desk", description="x")


async def test_a_new_secret_keeps_the_one_before_beside_it(endpoints: EndpointStore) -> None:
    await endpoints.add(DESK)
    until = LATER + timedelta(hours=24)
    rotated = await endpoints.rotate(TENANT, "desk", "sealed two", now=LATER, until=until)
    assert (rotated.secret, rotated.previous_secret, rotated.previous_until) == (
        "sealed two",
        "sealed one",
        until,
    )
    again = await endpoints.rotate(TENANT, "desk", "sealed two", now=LATER, until=until)
    assert again == await endpoints.get(TENANT, "desk") == rotated


async def test_one_is_switched_off_once(endpoints: EndpointStore) -> None:
    await endpoints.add(DESK)
    assert await endpoints.disable(TENANT, "desk", "Gone.", LATER)
    assert not await endpoints.disable(TENANT, "desk", "Again.", LATER)
    assert not await endpoints.disable(TENANT, "nobody", "Gone.", LATER)
    found = await endpoints.get(TENANT, "desk")
    assert (found.state, found.reason) == (EndpointState.DISABLED, "Gone.")


async def test_what_is_removed_is_gone(endpoints: EndpointStore) -> None:
    await endpoints.add(DESK)
    await endpoints.remove(TENANT, "desk")
    with pytest.raises(EndpointNotFoundError):
        await endpoints.remove(TENANT, "desk")


async def test_deliveries_are_those_to_its_channel_since_it_is_there(
    endpoints: EndpointStore, database: Database
) -> None:
    outbox = Outbox(database, Clock())
    for number, channel in enumerate(["hook-desk", "log", "hook-desk"]):
        await outbox.enqueue(
            TENANT, f"s/{number}", channel, {"kind": "run.failed"}, message_id=f"m{number}"
        )
    first = (await endpoints.deliveries(DESK, limit=1)).next_cursor
    rest = await endpoints.deliveries(DESK, cursor=first, limit=1)
    ids = [each.id for each in (await endpoints.deliveries(DESK)).items]
    assert ids == ["m2", "m0"]
    assert ([each.id for each in rest.items], rest.next_cursor) == (["m0"], None)
    assert (await endpoints.deliveries(DESK)).items[0].event == "run.failed"
    new = DESK.model_copy(update={"created_at": NOON + timedelta(days=1)})
    assert (await endpoints.deliveries(new)).items == ()
    assert await endpoints.written(DESK, "m1") is None
    assert await endpoints.written(DESK.model_copy(update={"tenant": "other"}), "m0") is None


async def test_a_share_is_found_by_its_link_and_by_its_run(shares: ShareStore) -> None:
    made = [share(number) for number in (1, 2, 3)]
    for each in made:
        await shares.add(each)
    assert await shares.by_link("share-2") == made[1]
    assert await shares.by_link("share-9") is None
    page = await shares.page(TENANT, run_id="run-1", limit=2)
    rest = await shares.page(TENANT, cursor=page.next_cursor, limit=2)
    assert [*page.items, *rest.items] == list(reversed(made))
    assert (await shares.page("other")).items == ()


async def test_a_share_belongs_to_a_run_of_its_tenant(shares: ShareStore) -> None:
    with pytest.raises(RunNotFoundError):
        await shares.add(share(tenant="other"))


async def test_a_share_is_taken_back_once_and_by_its_tenant_alone(shares: ShareStore) -> None:
    await shares.add(share())
    with pytest.raises(ShareNotFoundError):
        await shares.revoke("other", "share-1", LATER)
    revoked = await shares.revoke(TENANT, "share-1", LATER)
    assert revoked.revoked_at == LATER
    assert await shares.revoke(TENANT, "share-1", LATER + timedelta(hours=1)) == revoked


async def test_every_view_is_counted(shares: ShareStore) -> None:
    await shares.add(share())
    await asyncio.gather(*(shares.viewed(share(), LATER) for _ in range(8)))
    found = await shares.by_link("share-1")
    assert found is not None
    assert (found.views, found.last_viewed_at) == (8, LATER)
