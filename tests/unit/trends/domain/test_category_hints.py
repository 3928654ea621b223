"""Sections and outlets."""

import pytest

from trends.domain.category_hints import outlet_subject, section_of
from trends.domain.models import Category


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://news.example/sports/2026/1", ("sports", Category.SPORT)),
        ("https://news.example/ko/Entertainment/1", ("entertainment", Category.ENTERTAINMENT)),
        ("https://news.example/2026/travel", None),
        ("https://news.example/", None),
        (None, None),
    ],
)
def test_a_folder_of_the_path_names_the_section(
    url: str | None, expected: tuple[str, Category] | None
) -> None:
    assert section_of(url) == expected


@pytest.mark.parametrize(
    ("outlet", "expected"),
    [("ESPN", Category.SPORT), ("The Courier", None), ("", None), (None, None)],
)
def test_an_outlet_of_one_subject_is_known(outlet: str | None, expected: Category | None) -> None:
    assert outlet_subject(outlet) is expected
