"""The Makefile's verbs explain themselves."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PHONY = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
VERBS = PHONY.group(1).split() if PHONY else []


@pytest.fixture(scope="module")
def help_text() -> str:
    """What plain `make` prints."""
    make = ["make", "--no-print-directory", "-C", str(ROOT)]
    return subprocess.run(make, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_explained(help_text: str, verb: str) -> None:
    assert re.search(rf"^  make {verb} +\w+", help_text, flags=re.MULTILINE)


def test_the_verbs_are_those_that_people_are_told_of() -> None:
    assert {"setup", "demo", "up", "test", "check", "fmt", "lock", "bench", "clean"} <= set(VERBS)
