"""`trends migrate` and `trends doctor` on a PostgreSQL database, as people type them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.postgres_server import PostgresServer
from trends.storage.revisions import HEAD

ROOT = Path(__file__).parents[2]


def trends(folder: Path, url: str, *words: str) -> "subprocess.CompletedProcess[str]":
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "TRENDS_STATE": str(folder),
        "TRENDS_DATABASE_URL": url,
    }
    command = [sys.executable, "-m", "cli", *words]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=env)


def test_migrate_sets_a_database_up_and_then_finds_it_so(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.create("typed")
    try:
        asked = trends(tmp_path, url, "migrate", "--check", "--json")
        first = trends(tmp_path, url, "migrate", "--json")
        again = trends(tmp_path, url, "migrate", "--json")
        examined = json.loads(trends(tmp_path, url, "doctor", "--json").stdout)
    finally:
        postgres.drop("typed")

    assert (asked.returncode, json.loads(asked.stdout)["before"]) == (1, None)
    assert json.loads(first.stdout) == {
        "before": None,
        "revision": HEAD,
        "head": HEAD,
        "current": True,
    }
    assert json.loads(again.stdout)["before"] == HEAD
    (storage,) = [check for check in examined["checks"] if check["name"] == "storage"]
    assert storage["verdict"] == "ok"
    assert postgres.password not in json.dumps(examined)
    assert not (tmp_path / "trends.db").exists()


@pytest.mark.parametrize("words", [("migrate",), ("migrate", "--debug"), ("doctor",)])
def test_password_is_never_printed(
    postgres: PostgresServer, tmp_path: Path, words: tuple[str, ...]
) -> None:
    url = sa.make_url(postgres.url("postgres")).set(password="geheim-geheim")

    done = trends(tmp_path, url.render_as_string(hide_password=False), *words)

    assert done.returncode != 0
    assert "password authentication failed" in done.stdout + done.stderr
    assert "geheim" not in done.stdout + done.stderr
