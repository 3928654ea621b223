"""Health, figures, and the pages that people open."""

import json
import re

import httpx
import pytest

from api.errors import KINDS
from api.pages import prose
from engine.listening import require_safe
from tests.unit.api.fake_doors import FakeDoors
from trends.errors import SettingsError
from trends.settings import load_settings


async def test_process_lives_whatever_is_down(http: httpx.AsyncClient, doors: FakeDoors) -> None:
    doors.down["temporal"] = "It does not answer."
    assert (await http.get("/livez")).status_code == 200


async def test_ready_names_every_part(http: httpx.AsyncClient) -> None:
    answer = await http.get("/readyz")
    assert answer.json() == {"status": "ok", "parts": {"storage": "ok", "temporal": "ok"}}


async def test_not_ready_is_a_problem_that_names_what_is_down(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    doors.down["temporal"] = "It does not answer."
    answer = await http.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == "temporal: It does not answer."
    assert answer.json()["parts"] == {"storage": "ok", "temporal": "It does not answer."}


async def test_figures_count_by_pattern_and_never_by_path(http: httpx.AsyncClient) -> None:
    await http.get("/v1/runs/abc")
    await http.get("/v1/runs/def")
    await http.get("/nowhere/1")
    figures = (await http.get("/metrics")).text
    line = 'trends_http_requests_total{method="GET",route="/v1/runs/{run_id}",status="404"} 2.0'
    assert line in figures
    assert "nowhere" not in figures
    assert 'trends_event_streams_open{transport="sse"} 0.0' in figures


async def test_first_page_lists_runs_with_links_to_reports(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept(query="<b>")
    await doors.complete(run_id)
    page = (await http.get("/")).text
    assert f'href="/v1/runs/{run_id}/report?format=html"' in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("accept", "language", "word"), [("ko-KR", "ko", "완료"), ("en", "en", "completed")]
)
async def test_first_page_speaks_the_reader_s_language(
    http: httpx.AsyncClient, doors: FakeDoors, accept: str, language: str, word: str
) -> None:
    await doors.complete(await doors.accept())
    page = (await http.get("/", headers={"Accept-Language": accept})).text
    assert f'<html lang="{language}">' in page
    assert word in page


async def test_first_page_without_runs_says_how_to_start_one(http: httpx.AsyncClient) -> None:
    assert "trends run" in (await http.get("/")).text


@pytest.mark.parametrize("path", ["/", "/docs", "/docs/errors"])
async def test_pages_load_nothing_and_run_nothing(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not re.search(r"<(script|link|img|iframe)|style=|(src|href)=\"https?:", answer.text)


async def test_reference_names_every_operation(http: httpx.AsyncClient) -> None:
    document = (await http.get("/openapi.json")).json()
    page = (await http.get("/docs")).text
    for path, item in document["paths"].items():
        for method in item:
            assert f"<code>{method.upper()} {path}</code>" in page


async def test_kinds_of_problems_are_explained_where_their_type_leads(
    http: httpx.AsyncClient,
) -> None:
    page = (await http.get("/docs/errors")).text
    assert all(f'id="{slug}"' in page for slug in KINDS)


def test_prose_is_escaped() -> None:
    assert prose("a `<b>` c\n\nd") == "<p>a <code>&lt;b&gt;</code> c</p><p>d</p>"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_own_addresses_are_listened_on(host: str) -> None:
    require_safe(load_settings({"TRENDS_API__HOST": host}))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.2", "example.org", ""])
def test_addresses_that_others_reach_are_refused(host: str) -> None:
    settings = load_settings({})
    there = settings.model_copy(update={"api": settings.api.model_copy(update={"host": host})})
    with pytest.raises(SettingsError, match="no authentication"):
        require_safe(there)


def test_others_may_reach_an_api_that_asks_who_they_are() -> None:
    require_safe(load_settings({"TRENDS_API__HOST": "0.0.0.0", "TRENDS_AUTH__MODE": "required"}))


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_nobody_is_served_unasked_but_in_development(environment: str) -> None:
    settings = load_settings({"TRENDS_ENV": environment, "TRENDS_AUTH__MODE": "off"})
    with pytest.raises(SettingsError, match=f"without authentication in {environment}"):
        require_safe(settings)


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_beyond_development_authentication_is_the_default(environment: str) -> None:
    assert load_settings({"TRENDS_ENV": environment}).auth.mode == "required"


async def test_openapi_is_json_that_a_page_can_read(http: httpx.AsyncClient) -> None:
    assert json.loads((await http.get("/openapi.json")).text)["openapi"].startswith("3.1")
