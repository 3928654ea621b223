"""Every error has a status and a page in the reference."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.errors import KINDS
from trends.errors import TrendsError

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "errors.md"
HEADINGS = re.findall(r"^### (\S+)$", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE)


def kinds(error: type[TrendsError]) -> Iterator[type[TrendsError]]:
    yield error
    for each in error.__subclasses__():
        yield from kinds(each)


ERRORS = [each for each in kinds(TrendsError) if each.__module__ == "trends.errors"]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.slug)
def test_error_has_a_status(error: type[TrendsError]) -> None:
    assert error.slug in KINDS


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.slug)
def test_error_that_may_pass_is_told_as_such(error: type[TrendsError]) -> None:
    if error.retryable:
        assert KINDS[error.slug].status in {503, 507}


def test_reference_has_one_heading_for_each_slug() -> None:
    assert sorted(HEADINGS) == sorted(KINDS)


@pytest.mark.parametrize("slug", sorted(KINDS))
def test_reference_names_the_status(slug: str) -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    section = text.partition(f"\n### {slug}\n")[2].partition("\n### ")[0]
    assert f"HTTP {KINDS[slug].status}." in section
