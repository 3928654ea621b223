"""The OpenAPI document: committed, complete, and without loose ends."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from api.app import create_app
from api.errors import KINDS

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "docs" / "reference" / "openapi.json"
DOCUMENT = create_app().openapi()
OPERATIONS = [
    pytest.param(method, path, operation, id=operation["operationId"])
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
]


def refs(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, member in cast("dict[str, object]", value).items():
            if name == "$ref":
                yield str(member)
            else:
                yield from refs(member)
    elif isinstance(value, list):
        for member in cast("list[object]", value):
            yield from refs(member)


def test_committed_document_is_the_one_that_is_served() -> None:
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == DOCUMENT, (
        "Run: python -m api.document > docs/reference/openapi.json"
    )


def test_every_reference_leads_somewhere() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    loose = {ref for ref in refs(DOCUMENT) if ref.rpartition("/")[2] not in schemas}
    assert loose == set()


def test_operation_ids_are_the_names_of_the_functions() -> None:
    ids = [cast("dict[str, Any]", each.values[2])["operationId"] for each in OPERATIONS]
    assert len(ids) == len(set(ids))
    assert {
        "start_run", "list_runs", "get_run", "cancel_run", "retry_run", "skip_stage", "abort_run",
        "rerun_run", "watch_run", "get_report", "upload_file",
        "search_items", "count_items", "list_sources", "add_source", "import_sources", "export_sources",
        "check_source", "poll_source", "pause_source", "resume_source", "remove_source",
        "list_monitors", "add_monitor", "get_monitor", "edit_monitor", "remove_monitor", "pause_monitor",
        "resume_monitor", "run_monitor", "import_monitors", "export_monitors", "list_monitor_revisions",
        "import_watchlist", "export_watchlist", "look_back", "list_markets", "get_market", "list_channels", "test_channel",
        "list_trends", "compare_trends", "get_trend", "decide_trend",
        "get_me", "list_keys", "create_key", "revoke_key", "list_audit", "livez", "readyz", "metrics",
        "list_run_evidence", "list_trend_evidence", "list_settings", "get_setting",
        "change_settings", "list_setting_changes", "roll_back_settings",
        "share_report", "list_run_shares", "list_shares", "revoke_share",
        "add_webhook_endpoint", "list_webhook_endpoints", "get_webhook_endpoint", "edit_webhook_endpoint",
        "remove_webhook_endpoint", "test_webhook_endpoint", "rotate_webhook_secret", "list_webhook_deliveries",
        "resend_webhook_delivery",
        "cancel_backfill", "get_backfill", "get_schedule", "list_backfills", "list_schedules", "pause_backfill",
        "pause_run", "pause_schedule", "resume_backfill", "resume_run", "resume_schedule",
        "retry_failed_windows", "start_backfill", "trigger_schedule",
        "estimate", "freeze", "get_freeze", "get_limits", "get_usage", "thaw",
    } == set(ids)  # fmt: skip


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_operation_is_told_in_words(method: str, path: str, operation: dict[str, Any]) -> None:
    assert operation["summary"], (method, path)
    assert operation["description"], (method, path)
    assert len(operation["tags"]) == 1


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_errors_are_problems(method: str, path: str, operation: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        if status >= "400":
            assert list(response["content"]) == ["application/problem+json"], (method, path, status)


@pytest.mark.parametrize(
    "name",
    [
        "StartRunBody",
        "RerunBody",
        "StageBody",
        "DecisionBody",
        "ShareBody",
        "NewEndpointBody",
        "EndpointChangesBody",
    ],
)
def test_bodies_have_examples_and_take_no_unknown_field(name: str) -> None:
    schema = DOCUMENT["components"]["schemas"][name]
    assert schema["examples"]
    assert schema["additionalProperties"] is False


def test_every_declared_slug_is_known() -> None:
    text = json.dumps(DOCUMENT, ensure_ascii=False)
    assert "HTTPValidationError" not in text
    assert all(kind.status >= 400 for kind in KINDS.values())
