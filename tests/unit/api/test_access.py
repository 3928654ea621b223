"""Credentials at the API: which hold, how failures are answered, what is written down of it."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from api.errors import KINDS
from tests.unit.api.access_cases import bearing, guarded, key_of
from tests.unit.api.fake_doors import NOW, FakeDoors, in_process, open_fake_doors
from trends.domain.access import write_key

Api = tuple[FakeDoors, httpx.AsyncClient]
RUNS = "/v1/runs"
PAGE = {"Accept": "text/html,*/*", "Sec-Fetch-Mode": "navigate"}
OURS = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def api(tmp_path: Path) -> AsyncGenerator[Api]:
    """An API that asks who calls."""
    async with guarded(tmp_path) as opened:
        yield opened


async def test_a_key_shows_its_tenant_s_things_alone(api: Api) -> None:
    doors, client = api
    ours, theirs = bearing(await key_of(doors)), bearing(await key_of(doors, tenant="rival"))
    made = await client.post(RUNS, json={}, headers=ours)
    assert [run["id"] for run in (await client.get(RUNS, headers=ours)).json()["items"]] == [
        made.json()["id"]
    ]
    assert (await client.get(RUNS, headers=theirs)).json()["items"] == []


async def test_the_caller_is_told_who_it_is(api: Api) -> None:
    doors, client = api
    key = await key_of(doors, ["trends:read", "runs:read"])
    me = (await client.get("/v1/me", headers=bearing(key))).json()
    assert me == {
        "tenant": "acme",
        "subject": f"key:{key.split('_')[1]}",
        "name": "test",
        "scopes": ["runs:read", "trends:read"],
        "kind": "key",
        "expires_at": None,
    }


@pytest.mark.parametrize(
    "header",
    [
        "Bearer trk_0000000000000000_" + "0" * 64,
        "Bearer nonsense",
        "Bearer eyJhbGciOiJub25lIn0.e30.",
        "Bearer " + "x" * 20_000,
        "Bearer",
        "Bearer a b",
        "Basic a2V5OnNlY3JldA==",
        "한",
    ],
)
async def test_what_is_no_credential_is_not_authenticated(api: Api, header: str) -> None:
    answer = await api[1].get(RUNS, headers=[(b"Authorization", header.encode())])
    assert (answer.status_code, answer.json()["slug"]) == (401, "not-authenticated")


async def test_two_credentials_are_none(api: Api) -> None:
    doors, client = api
    key = await key_of(doors)
    twice = [("Authorization", f"Bearer {key}"), ("Authorization", "Bearer other")]
    assert (await client.get(RUNS, headers=twice)).status_code == 401


async def test_unknown_id_and_wrong_secret_are_told_alike(api: Api) -> None:
    doors, client = api
    key = await key_of(doors)
    wrong = key[:-1] + ("0" if key[-1] != "0" else "1")
    unknown = write_key(b"\0" * 8, b"\0" * 32)
    told = [
        {**(await client.get(RUNS, headers=bearing(each))).json(), "request_id": ""}
        for each in (wrong, unknown)
    ]
    assert told[0] == told[1]


async def test_an_expired_key_does_not_hold(api: Api) -> None:
    doors, client = api
    key = await key_of(doors, expires_at=NOW + timedelta(seconds=10))
    assert (await client.get("/v1/me", headers=bearing(key))).status_code == 200
    doors.clock.now = NOW + timedelta(seconds=10)
    assert (await client.get("/v1/me", headers=bearing(key))).status_code == 401


async def test_a_revoked_key_does_not_hold_from_then_on(api: Api) -> None:
    doors, client = api
    admin, key = await key_of(doors), await key_of(doors, ["runs:read"])
    assert (await client.get(RUNS, headers=bearing(key))).status_code == 200
    path = f"/v1/keys/{key.split('_')[1]}"
    assert (await client.delete(path, headers=bearing(admin))).status_code == 204
    assert (await client.get(RUNS, headers=bearing(key))).status_code == 401
    assert (await client.delete(path, headers=bearing(admin))).status_code == 204


async def test_a_new_key_is_shown_once_and_works(api: Api) -> None:
    doors, client = api
    admin = bearing(await key_of(doors))
    body = {"name": "board", "scopes": ["runs:read"], "expires_at": "2027-01-01T00:00:00Z"}
    made = await client.post("/v1/keys", json=body, headers=admin)
    assert made.status_code == 201
    key = made.json()["key"]
    assert made.headers["Location"] == f"/v1/keys/{made.json()['id']}"
    assert (await client.get(RUNS, headers=bearing(key))).status_code == 200
    listed = await client.get("/v1/keys", headers=admin)
    assert key not in listed.text
    assert key.split("_")[2] not in listed.text
    shown = next(row for row in listed.json()["items"] if row["name"] == "board")
    assert shown["last_used_at"] is not None
    assert "digest" not in shown


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["runs:everything"]},
        {"name": " ", "scopes": ["admin"]},
        {"name": "a\nb", "scopes": ["admin"]},
        {"name": "x", "scopes": ["admin"], "tenant": "rival"},
        {"name": "x", "scopes": ["admin"], "expires_at": "2027-01-01T00:00:00"},
        {"name": "x", "scopes": ["admin"], "expires_at": "2020-01-01T00:00:00Z"},
    ],
)
async def test_a_key_that_cannot_be_is_refused(api: Api, body: dict[str, object]) -> None:
    doors, client = api
    answer = await client.post("/v1/keys", json=body, headers=bearing(await key_of(doors)))
    assert answer.status_code in {400, 422}
    assert len((await doors.access.keys("acme", None, 50)).items) == 1


async def test_a_thousand_wrong_keys_are_slowed_down(api: Api) -> None:
    doors, client = api
    known, unseen = await key_of(doors), await key_of(doors)
    assert (await client.get("/v1/me", headers=bearing(known))).status_code == 200
    seen = [
        (
            await client.get("/v1/me", headers=bearing(write_key(n.to_bytes(8), b"\0" * 32)))
        ).status_code
        for n in range(1_000)
    ]
    assert seen == [401] * 20 + [429] * 980
    refused = await client.get("/v1/me", headers=bearing(unseen))
    assert (refused.status_code, refused.json()["slug"]) == (429, "too-many-failures")
    assert 0 < int(refused.headers["Retry-After"]) <= 15
    # A colleague behind the same address goes on working.
    assert (await client.get("/v1/me", headers=bearing(known))).status_code == 200


async def test_nobody_is_told_what_is_there_before_who_they_are(api: Api) -> None:
    client = api[1]
    broken = await client.post(RUNS, content=b"{", headers={"Content-Type": "application/json"})
    assert broken.status_code == 401
    assert (await client.get("/nowhere")).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 200), ({"X-Forwarded-For": "203.0.113.9"}, 401), ({"Via": "1.1 edge"}, 401)],
)
async def test_figures_are_free_on_the_machine_itself(
    api: Api, headers: dict[str, str], status: int
) -> None:
    assert (await api[1].get("/metrics", headers=headers)).status_code == status


async def test_figures_are_for_a_key_that_can_nothing_else(api: Api) -> None:
    doors, client = api
    headers = {"Via": "1.1 edge", **bearing(await key_of(doors, ["metrics:read"]))}
    assert (await client.get("/metrics", headers=headers)).status_code == 200
    assert (await client.get(RUNS, headers=headers)).status_code == 403


async def test_every_write_is_in_the_audit_log(api: Api) -> None:
    doors, client = api
    key = await key_of(doors)
    made = await client.post(RUNS, json={}, headers={**bearing(key), "X-Request-ID": "abc"})
    run = made.headers["Location"]
    await client.post(f"{run}/retry", headers=bearing(key))
    await client.get(run, headers=bearing(key))
    weak = await key_of(doors, ["runs:read"])
    await client.post(RUNS, json={}, headers=bearing(weak))
    page = (await client.get("/v1/audit", headers=bearing(key))).json()
    told = [
        (row["actor"], row["action"], row["target"], row["outcome"], row["status"])
        for row in page["items"]
    ]
    who, other = f"key:{key.split('_')[1]}", f"key:{weak.split('_')[1]}"
    assert told == [
        (other, "start_run", "/v1/runs", "refused", 403),
        (who, "retry_run", f"{run}/retry", "refused", 409),
        (who, "start_run", run, "done", 202),
    ]
    assert page["items"][-1]["request_id"] == "abc"
    assert page["items"][-1]["address"] == "127.0.0.1"


async def test_the_audit_log_is_read_page_by_page_and_by_who(api: Api) -> None:
    doors, client = api
    key, other = await key_of(doors), await key_of(doors)
    for credential in (key, other, key):
        await client.post(RUNS, json={}, headers=bearing(credential))
    first = await client.get("/v1/audit", params={"limit": 2}, headers=bearing(key))
    link = first.headers["Link"].partition(">")[0].removeprefix("<")
    second = (await client.get(link, headers=bearing(key))).json()
    assert (len(first.json()["items"]), len(second["items"])) == (2, 1)
    actor = {"actor": f"key:{other.split('_')[1]}"}
    mine = await client.get("/v1/audit", params=actor, headers=bearing(key))
    assert len(mine.json()["items"]) == 1
    rival = bearing(await key_of(doors, tenant="rival"))
    assert (await client.get("/v1/audit", headers=rival)).json()["items"] == []


@pytest.mark.parametrize("path", ["/v1/audit", "/v1/keys"])
async def test_a_forged_cursor_is_refused(api: Api, path: str) -> None:
    doors, client = api
    answer = await client.get(
        path, params={"cursor": "forged"}, headers=bearing(await key_of(doors))
    )
    assert (answer.status_code, answer.json()["slug"]) == (400, "invalid-request")


async def test_text_that_no_database_takes_is_written_all_the_same(api: Api) -> None:
    doors, client = api
    headers = bearing(await key_of(doors))
    await client.post("/v1/monitors/a%00b/pause", headers=headers)
    row = (await client.get("/v1/audit", headers=headers)).json()["items"][0]
    assert row["target"] == "/v1/monitors/a�b/pause"


async def test_where_nobody_is_asked_everybody_is_the_one_on_this_machine(tmp_path: Path) -> None:
    async with open_fake_doors(tmp_path) as doors, in_process(doors) as client:
        me = (await client.get("/v1/me", headers=bearing("nonsense"))).json()
        assert (me["tenant"], me["kind"], me["scopes"]) == ("local", "open", ["admin"])
        assert (await client.get("/login")).headers["Location"] == "/"


async def test_uploads_of_tenants_lie_apart(api: Api) -> None:
    doors, client = api
    for tenant in ("acme", "local"):
        key = bearing(await key_of(doors, tenant=tenant))
        await client.post("/v1/uploads?name=a.csv", content=b"title\n", headers=key)
    for tenant in ("acme", "local"):
        assert len(list(doors.uploads_of(tenant).rglob("*.csv"))) == 1


async def signed_in(api: Api, key: str, **fields: str) -> httpx.Response:
    form = {"credential": key, "next": "/", **fields}
    return await api[1].post("/login", data=form, headers=OURS)


async def test_a_browser_is_led_to_the_page_for_signing_in_and_back(api: Api) -> None:
    doors, client = api
    led = await client.get("/?a=1", headers=PAGE)
    assert led.status_code == 303
    to = urlsplit(led.headers["Location"])
    assert to.path == "/login"
    form = await client.get(led.headers["Location"], headers=PAGE)
    assert 'value="/?a=1"' in form.text
    assert "form-action 'self'" in form.headers["Content-Security-Policy"]
    back = await signed_in(api, await key_of(doors), next=parse_qs(to.query)["next"][0])
    assert (back.status_code, back.headers["Location"]) == (303, "/?a=1")
    page = await client.get("/", headers=PAGE)
    assert page.status_code == 200
    assert "test (acme)" in page.text


async def test_the_cookie_is_for_our_server_alone_and_for_some_hours(api: Api) -> None:
    cookie = (await signed_in(api, await key_of(api[0]))).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    assert "Max-Age=43200" in cookie


async def test_behind_https_the_cookie_is_never_sent_in_the_open(tmp_path: Path) -> None:
    async with guarded(tmp_path, "https://trends.example.org") as api:
        cookie = (await signed_in(api, await key_of(api[0]))).headers["Set-Cookie"]
    assert "Secure" in cookie


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "", "/login", "/\n"]
)
async def test_signing_in_leads_nowhere_else(api: Api, target: str) -> None:
    answer = await signed_in(api, await key_of(api[0]), next=target)
    assert answer.headers["Location"] == "/"


async def test_a_wrong_key_is_said_on_the_page(api: Api) -> None:
    answer = await signed_in(api, "trk_wrong")
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert "Set-Cookie" not in answer.headers


async def test_guessing_on_the_page_is_slowed_down_too(api: Api) -> None:
    seen = [(await signed_in(api, f"wrong {n}")) for n in range(21)]
    assert [answer.status_code for answer in seen] == [401] * 20 + [429]
    assert int(seen[-1].headers["Retry-After"]) > 0


async def test_a_browser_changes_things_from_our_pages_alone(api: Api) -> None:
    doors, client = api
    await signed_in(api, await key_of(doors))
    assert (await client.post(RUNS, json={}, headers=OURS)).status_code == 202
    for elsewhere in (
        {},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ):
        assert (await client.post(RUNS, json={}, headers=elsewhere)).status_code == 403
    assert len((await doors.store.page("acme")).items) == 1


async def test_signing_out_ends_the_session_everywhere(api: Api) -> None:
    doors, client = api
    await signed_in(api, await key_of(doors))
    cookie = {"Cookie": f"trends_session={client.cookies['trends_session']}"}
    out = await client.post("/logout", headers=OURS)
    assert (out.status_code, out.headers["Location"]) == (303, "/login")
    assert "trends_session" not in client.cookies
    assert (await client.get(RUNS, headers=cookie)).status_code == 401


async def test_revoking_the_key_signs_its_browsers_out(api: Api) -> None:
    doors, client = api
    admin, key = await key_of(doors), await key_of(doors, ["runs:read"])
    await signed_in(api, key)
    assert (await client.get(RUNS)).status_code == 200
    await client.delete(f"/v1/keys/{key.split('_')[1]}", headers=bearing(admin))
    assert (await client.get(RUNS)).status_code == 401


async def test_a_session_ends_with_its_hours_and_never_outlives_its_key(api: Api) -> None:
    doors, client = api
    await signed_in(api, await key_of(doors, expires_at=NOW + timedelta(hours=1)))
    me = (await client.get("/v1/me")).json()
    assert (me["kind"], me["expires_at"]) == ("session", "2026-11-20T10:00:00Z")
    doors.clock.now = NOW + timedelta(hours=1)
    assert (await client.get("/v1/me")).status_code == 401


async def test_signing_in_and_out_is_in_the_audit_log(api: Api) -> None:
    doors, client = api
    key = await key_of(doors)
    await signed_in(api, key)
    await client.post("/logout", headers=OURS)
    rows = (await client.get("/v1/audit", headers=bearing(key))).json()["items"]
    assert [row["action"] for row in rows] == ["sign_out", "sign_in"]


async def test_refusals_are_declared_for_every_closed_operation(api: Api) -> None:
    document = (await api[1].get("/openapi.json")).json()
    for path, item in document["paths"].items():
        for operation in item.values():
            if "security" in operation:
                assert {"401", "403", "429", "503"} <= set(operation["responses"]), path
    assert set(document["components"]["securitySchemes"]) == {"bearer", "session"}
    assert KINDS["not-authenticated"].status == 401
