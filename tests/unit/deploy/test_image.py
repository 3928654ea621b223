"""The Dockerfile: what goes into the image, and who runs in it. `deploy/check_image.py` runs its steps."""

import re
import tomllib
from pathlib import Path

import pytest

from deploy.check_image import Stage, parse, read_ignore
from engine.fetch import CLI_VERSION, GO_PACKAGE

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "deploy/Dockerfile").read_text()
STAGES = parse(TEXT)
FINAL = STAGES[-1]
IGNORE = (ROOT / ".dockerignore").read_text()
LOCK = (ROOT / "deploy/requirements-container.lock").read_text()


def steps(stage: Stage, word: str) -> list[str]:
    """What a stage says under a word."""
    return [rest for each, rest in stage.steps if each == word]


def pinned(name: str) -> str:
    """The release that a lock file names."""
    found = re.search(
        rf"^{name}==(\S+)", (ROOT / "requirements-dev.lock").read_text(), re.MULTILINE
    )
    assert found
    return found[1]


def test_the_temporal_server_is_the_one_that_everybody_else_gets() -> None:
    assert f"ARG TEMPORAL_CLI={CLI_VERSION}\n" in TEXT
    assert f"{GO_PACKAGE}@${{TEMPORAL_CLI}}" in steps(STAGES[0], "RUN")[0]


def test_packages_are_installed_by_their_digests_alone() -> None:
    installs = [
        x for stage in STAGES for x in steps(stage, "RUN") if "pip install" in x or "pip sync" in x
    ]
    assert len(installs) == 3
    assert all("--require-hashes" in x or "--no-deps" in x for x in installs)


def test_every_package_of_the_image_has_a_digest() -> None:
    entries = re.split(r"^(?=[a-z0-9][\w.-]*==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) > 60
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(
    "name", ["psycopg", "psycopg-binary", "hatchling", "temporalio", "fastapi"]
)
def test_the_image_has_the_releases_that_are_tested(name: str) -> None:
    assert re.search(rf"^{name}=={re.escape(pinned(name))}\b", LOCK, flags=re.MULTILINE)


def test_all_of_the_package_is_copied() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    shipped = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"])
    copied = {name for rest in steps(STAGES[1], "COPY") for name in rest.split()[:-1]}
    assert shipped <= copied


def test_the_context_holds_what_is_copied_and_nothing_else() -> None:
    copied = {
        name
        for stage in STAGES
        for rest in steps(stage, "COPY")
        if not rest.startswith("--from")
        for name in rest.split()[:-1]
    }
    assert read_ignore(IGNORE) == copied


def test_it_does_not_run_as_root() -> None:
    words = [word for word, _ in FINAL.steps]
    assert steps(FINAL, "USER") == ["10001:10001"]
    # Nothing is written by root behind it.
    assert "RUN" not in words[words.index("USER") :]
    assert "COPY" not in words[words.index("USER") :]


def test_whoever_looks_finds_how_to_stop_and_ask_it() -> None:
    assert steps(FINAL, "STOPSIGNAL") == ["SIGTERM"]
    assert steps(FINAL, "ENTRYPOINT") == ['["tini", "--", "trends"]']
    assert steps(FINAL, "CMD") == ['["up"]']
    assert len(steps(FINAL, "HEALTHCHECK")) == 1
    assert "org.opencontainers.image.licenses" in steps(FINAL, "LABEL")[0]


def test_what_others_can_reach_asks_for_a_key() -> None:
    environ = dict(pair.split("=", 1) for pair in re.findall(r"TRENDS_\w+=\S+", TEXT))
    assert environ["TRENDS_API__HOST"] == "0.0.0.0"
    assert environ["TRENDS_ENV"] == "production"


def test_continued_lines_and_arguments_are_read_as_docker_does() -> None:
    stages = parse(
        "# a\nARG V=1\nFROM golang:2 AS a\nARG V\nRUN x \\\n  y\nFROM python:3\nUSER 5\n"
    )
    assert [(s.base, s.name) for s in stages] == [("golang:2", "a"), ("python:3", "1")]
    assert stages[0].steps == [("ARG", "V=1"), ("RUN", "x    y")]
