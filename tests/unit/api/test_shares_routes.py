"""Shares: a link shows one report to whoever has it, and nothing to anybody else."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from tests.unit.api.fake_doors import NOW, REPORTS, FakeDoors, in_process, open_fake_doors

LINK = "/s/"


async def a_share(doors: FakeDoors, http: httpx.AsyncClient, **body: str) -> dict[str, str]:
    run_id = await doors.accept()
    await doors.complete(run_id)
    answer = await http.post(f"/v1/runs/{run_id}/share", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_link_shows_the_report_as_it_was_written(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    share = await a_share(doors, http)
    answer = await http.get(share["url"])
    assert (answer.status_code, answer.content) == (200, REPORTS["text/html"])
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("form", "media_type"), [("json", "application/json"), ("md", "text/markdown")]
)
async def test_link_shows_the_other_forms(
    doors: FakeDoors, http: httpx.AsyncClient, form: str, media_type: str
) -> None:
    share = await a_share(doors, http)
    answer = await http.get(share["url"], params={"format": form})
    assert (answer.status_code, answer.content) == (200, REPORTS[media_type])


async def test_link_needs_no_key_and_opens_nothing_else(tmp_path: Path) -> None:
    async with open_fake_doors(tmp_path) as free, in_process(free) as http:
        share = await a_share(free, http)
    async with (
        open_fake_doors(tmp_path, TRENDS_AUTH__MODE="required") as asked,
        in_process(asked) as http,
    ):
        assert (await http.get(share["url"])).content == REPORTS["text/html"]
        assert (await http.get(f"/v1/runs/{share['run_id']}/report")).status_code == 401
        assert (await http.get("/v1/shares")).status_code == 401
        assert (await http.get(f"{share['url']}/../v1/runs")).status_code in {401, 404}


async def test_views_are_counted_and_looking_whether_it_is_there_is_none(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    share = await a_share(doors, http)
    for _ in range(2):
        await http.get(share["url"])
    head = await http.head(share["url"])
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(REPORTS["text/html"])
    (listed,) = (await http.get(f"/v1/runs/{share['run_id']}/shares")).json()["items"]
    assert (listed["views"], listed["state"]) == (2, "open")
    assert listed["last_viewed_at"] is not None
    assert listed["url"] == share["url"]


async def test_link_that_was_taken_back_shows_nothing(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    share = await a_share(doors, http)
    revoked = await http.delete(f"/v1/shares/{share['id']}")
    assert (revoked.status_code, revoked.json()["state"]) == (200, "revoked")
    answer = await http.get(share["url"])
    assert answer.status_code == 410
    assert "shows nothing any more" in answer.text
    again = await http.delete(f"/v1/shares/{share['id']}")
    assert again.json()["revoked_at"] == revoked.json()["revoked_at"]


async def test_link_that_has_expired_shows_nothing(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    share = await a_share(doors, http, expires_in="1h")
    doors.clock.now = NOW + timedelta(minutes=59)
    assert (await http.get(share["url"])).status_code == 200
    doors.clock.now = NOW + timedelta(minutes=61)
    answer = await http.get(share["url"], headers={"Accept-Language": "ko"})
    assert answer.status_code == 410
    assert "더 이상 볼 수 없는" in answer.text
    problem = await http.get(share["url"], params={"format": "json"})
    assert (problem.status_code, problem.json()["slug"]) == (410, "share-gone")
    (listed,) = (await http.get("/v1/shares")).json()["items"]
    assert listed["state"] == "expired"


async def test_link_that_was_not_given_out_here_is_not_found(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    share = await a_share(doors, http)
    token = share["url"].removeprefix(LINK)
    share_id, _, signature = token.partition(".")
    other = "A" if signature[0] != "A" else "B"
    forged = [share_id, f"{share_id}.", f"{share_id}.{other}{signature[1:]}", f"x{token}", "%00"]
    forged += [f"{share_id}x.{signature}", "." * 150, "한", "a" * 5_000, f"{token}=", "🙂.🙂"]
    for text in forged:
        answer = await http.get(f"{LINK}{text}")
        assert answer.status_code == 404, text
        assert "no such link" in answer.text


async def test_link_is_not_written_into_the_log(doors: FakeDoors, http: httpx.AsyncClient) -> None:
    share = await a_share(doors, http)
    token = share["url"].removeprefix(LINK)
    with capture_logs() as logs:
        await http.get(share["url"])
        problem = await http.get(f"{LINK}{token}x", params={"format": "json"})
    assert token not in str(logs)
    assert token not in problem.text


async def test_report_that_is_not_there_is_not_shared(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    run_id = await doors.accept()
    answer = await http.post(f"/v1/runs/{run_id}/share")
    assert (answer.status_code, answer.json()["slug"]) == (404, "report-not-ready")
    answer = await http.post("/v1/runs/nothing/share")
    assert (answer.status_code, answer.json()["slug"]) == (404, "run-not-found")


@pytest.mark.parametrize("life", ["91d", "13w", "0d", "-1d", "7", "7y", "", "1h1h", "٣d", "99999w"])
async def test_life_that_cannot_be_is_refused(
    doors: FakeDoors, http: httpx.AsyncClient, life: str
) -> None:
    run_id = await doors.accept()
    await doors.complete(run_id)
    answer = await http.post(f"/v1/runs/{run_id}/share", json={"expires_in": life})
    assert (answer.status_code, answer.json()["slug"]) == (422, "invalid-window")
    assert (await http.get("/v1/shares")).json()["items"] == []


async def test_shares_are_listed_newest_first_in_pages(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    made = [await a_share(doors, http) for _ in range(3)]
    first = await http.get("/v1/shares", params={"limit": 2})
    second = await http.get(first.headers["Link"].partition(">")[0].removeprefix("<"))
    ids = [each["id"] for page in (first, second) for each in page.json()["items"]]
    assert ids == [each["id"] for each in reversed(made)]
    assert second.json()["next_cursor"] is None
