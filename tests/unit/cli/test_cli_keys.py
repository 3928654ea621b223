"""`trends keys`: who may use the API."""

import json
import re
from pathlib import Path

import pytest

from cli.demo_show import demo_environ
from engine.listening import require_safe
from tests.unit.cli.conftest import Trends
from tests.unit.cli.fake_api import FakeApi
from trends.settings import load_settings
from trends.storage.migrate import migrate

KEY = {
    "id": "00112233aabbccdd",
    "name": "board",
    "scopes": ["runs:read"],
    "created_at": "2026-11-20T09:00:00Z",
    "created_by": "key:1",
    "expires_at": None,
    "last_used_at": None,
    "revoked_at": None,
}
SECRET = "trk_00112233aabbccdd_" + "a" * 64
HOLDS = re.compile(r"trk_[0-9a-f]{16}_[0-9a-f]{64}")


def test_a_new_key_is_the_only_data(trends: Trends, api: FakeApi) -> None:
    api.told["POST /v1/keys"] = {**KEY, "key": SECRET}
    said = trends("keys", "create", "board", "--scope", "runs:read,trends:read")
    assert (said.status, said.out) == (0, f"{SECRET}\n")
    assert "cannot be shown again" in said.err
    assert api.seen[-1].json == {"name": "board", "scopes": ["runs:read", "trends:read"]}


def test_short_words_stand_for_several_scopes(trends: Trends, api: FakeApi) -> None:
    api.told["POST /v1/keys"] = {**KEY, "key": SECRET}
    trends("keys", "create", "board", "--scope", "read", "--expires", "2027-01-01T00:00:00Z")
    assert api.seen[-1].json == {
        "name": "board",
        "scopes": [
            "limits:read",
            "monitors:read",
            "runs:read",
            "settings:read",
            "sources:read",
            "trends:read",
        ],
        "expires_at": "2027-01-01T00:00:00+00:00",
    }


def test_a_scope_that_is_none_is_named_with_the_near_one(trends: Trends, api: FakeApi) -> None:
    said = trends("keys", "create", "board", "--scope", "run:read")
    assert said.status == 2
    assert "Did you mean 'runs:read'?" in said.err
    assert api.seen == []


def test_keys_are_listed_without_secrets(trends: Trends, api: FakeApi) -> None:
    gone = {**KEY, "id": "b" * 16, "revoked_at": "2026-11-21T09:00:00Z"}
    api.told["GET /v1/keys"] = {"items": [KEY, gone], "next_cursor": None}
    lines = trends("keys", "list").out.splitlines()
    assert lines[0].split("\t")[:3] == ["00112233aabbccdd", "board", "runs:read"]
    assert lines[0].endswith("holds")
    assert lines[1].endswith("revoked 2026-11-21T09:00:00Z")


def test_of_a_pasted_key_the_secret_stays_here(trends: Trends, api: FakeApi) -> None:
    api.told["DELETE /v1/keys/00112233aabbccdd"] = b""
    assert trends("keys", "revoke", SECRET).status == 0
    assert api.seen[-1].path == "/v1/keys/00112233aabbccdd"


def test_the_log_says_who_did_what(trends: Trends, api: FakeApi) -> None:
    entry = {
        "id": "1",
        "at": "2026-11-20T09:00:00Z",
        "actor": "key:1",
        "action": "start_run",
        "target": "/v1/runs/2",
        "outcome": "done",
        "status": 202,
        "request_id": "r",
        "address": "::1",
    }
    api.told["GET /v1/audit"] = {"items": [entry], "next_cursor": None}
    said = trends("keys", "audit", "--action", "start_run")
    assert said.out.splitlines()[0].split("\t")[1:4] == ["key:1", "start_run", "/v1/runs/2"]
    assert api.seen[-1].query["action"] == "start_run"


def test_the_key_of_the_environment_is_sent(
    trends: Trends, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRENDS_API_KEY", SECRET)
    api.told["GET /v1/keys"] = {"items": [], "next_cursor": None}
    assert trends("keys", "list").status == 0
    assert api.seen[-1].headers["Authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    ("slug", "status", "left"),
    [("not-authenticated", 401, 4), ("forbidden", 403, 4), ("too-many-failures", 429, 6)],
)
def test_a_refusal_has_its_own_status(
    trends: Trends, api: FakeApi, slug: str, status: int, left: int
) -> None:
    api.problems["GET /v1/keys"] = (slug, status, "It takes a key.")
    said = trends("keys", "list")
    assert (said.status, said.err) == (left, "It takes a key.\n")


def test_the_first_key_is_made_in_the_database_itself(
    trends: Trends, api: FakeApi, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    migrate(f"sqlite:///{state}/trends.db")
    made = trends(
        "keys", "create", "first", "--scope", "admin", "--local", "--tenant", "acme",
        "--state", str(state), "--json",
    )  # fmt: skip
    told = json.loads(made.out)
    assert HOLDS.fullmatch(told["key"])
    assert (told["tenant"], told["scopes"], told["created_by"][:6]) == ("acme", ["admin"], "local:")
    assert api.seen == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--tenant", "acme"), "go with --local"),
        (("--local", "--tenant", "Acme Inc."), "tenant's name cannot be"),
        (("--local", "--expires", "2020-01-01"), "have expired already"),
        (("--expires", "soon"), "is no time"),
    ],
)
def test_what_cannot_be_is_said(
    trends: Trends, tmp_path: Path, words: tuple[str, ...], why: str
) -> None:
    state = tmp_path / ".trends"
    state.mkdir()
    migrate(f"sqlite:///{state}/trends.db")
    said = trends("keys", "create", "first", "--scope", "admin", *words)
    assert said.status == 2
    assert why in said.err


def test_up_does_not_serve_others_without_asking_them(
    trends: Trends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRENDS_API__HOST", "0.0.0.0")
    said = trends("up")
    assert said.status == 2
    assert "auth.mode" in said.err


def test_a_demo_serves_this_machine_alone_whatever_the_environment_says() -> None:
    environ = {"TRENDS_ENV": "production", "TRENDS_API__HOST": "0.0.0.0", "PATH": "/bin"}
    settings = load_settings(demo_environ(environ))
    require_safe(settings)
    assert (settings.auth.mode, settings.api.host) == ("off", "127.0.0.1")


def test_a_database_that_is_not_set_up_is_named(trends: Trends) -> None:
    said = trends("keys", "create", "first", "--scope", "admin", "--local")
    assert said.status != 0
    assert "Traceback" not in said.err
    assert "trends migrate" in said.err
