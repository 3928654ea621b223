"""Reading reports over HTTP."""

import hashlib

import httpx
import pytest

from tests.unit.api.fake_doors import REPORTS, TENANT, FakeDoors
from trends.domain.models import RunStatus


@pytest.mark.parametrize("media_type", sorted(REPORTS))
async def test_report_comes_in_the_form_that_is_accepted(
    http: httpx.AsyncClient, doors: FakeDoors, media_type: str
) -> None:
    run_id = await doors.accept()
    await doors.complete(run_id)
    answer = await http.get(f"/v1/runs/{run_id}/report", headers={"Accept": media_type})
    assert answer.content == REPORTS[media_type]
    assert answer.headers["Content-Type"].startswith(media_type)


async def test_format_goes_before_accept(http: httpx.AsyncClient, doors: FakeDoors) -> None:
    run_id = await doors.accept()
    await doors.complete(run_id)
    path = f"/v1/runs/{run_id}/report?format=markdown"
    answer = await http.get(path, headers={"Accept": "text/html"})
    assert answer.content == REPORTS["text/markdown"]


async def test_form_that_is_not_there_is_a_problem(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    await doors.complete(run_id)
    answer = await http.get(f"/v1/runs/{run_id}/report", headers={"Accept": "image/png"})
    assert (answer.status_code, answer.json()["slug"]) == (406, "not-acceptable")


async def test_run_under_way_has_no_report_yet(http: httpx.AsyncClient, doors: FakeDoors) -> None:
    run_id = await doors.accept()
    answer = await http.get(f"/v1/runs/{run_id}/report")
    assert (answer.status_code, answer.json()["slug"]) == (404, "report-not-ready")
    assert "starting" in answer.json()["detail"]


async def test_failed_run_says_why_it_has_no_report(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    await doors.store.finish(TENANT, run_id, RunStatus.FAILED, "collect", "source", "All down.")
    answer = await http.get(f"/v1/runs/{run_id}/report")
    assert "failed at collect: All down." in answer.json()["detail"]


async def test_report_that_one_has_is_not_sent_again(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    await doors.complete(run_id)
    path = f"/v1/runs/{run_id}/report"
    first = await http.get(path)
    again = await http.get(path, headers={"If-None-Match": first.headers["ETag"]})
    digest = hashlib.sha256(REPORTS["application/json"]).hexdigest()
    assert first.headers["ETag"] == f'"{digest}"'
    assert (again.status_code, again.content) == (304, b"")


async def test_tag_of_one_form_is_not_that_of_another(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    await doors.complete(run_id)
    path = f"/v1/runs/{run_id}/report"
    tag = (await http.get(path)).headers["ETag"]
    headers = {"If-None-Match": tag, "Accept": "text/html"}
    assert (await http.get(path, headers=headers)).status_code == 200


async def test_html_report_may_run_nothing(http: httpx.AsyncClient, doors: FakeDoors) -> None:
    run_id = await doors.accept()
    await doors.complete(run_id)
    answer = await http.get(f"/v1/runs/{run_id}/report?format=html")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy


async def test_report_whose_bytes_are_gone_is_a_problem(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    await doors.complete(run_id)
    for file in (doors.uploads_dir.parent / "artifacts" / "sha256").glob("*/*"):
        file.unlink()
    answer = await http.get(f"/v1/runs/{run_id}/report")
    assert answer.json()["slug"] == "artifact-missing"
