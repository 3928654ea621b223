"""What may become a link."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.reports.links import safe_link


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "java\nscript:alert(1)",
        " https://a.example/ b",
        "data:text/html,<script>",
        "file:///etc/passwd",
        "ftp://a.example/",
        "//a.example/x",
        "/x",
        "https://",
        "https:///x",
        "https://bank.example@evil.example/",
        "https://a.example\\@evil.example/",
        "https://[::1",
        "https://a.example/" + "a" * 2000,
    ],
)
def test_what_is_no_web_address_is_no_link(url: str | None) -> None:
    assert safe_link(url) is None


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/b?c=d&e=f#g", "https://a.example/b?c=d&e=f#g"),
        ("http://a.example/%ED%95%9C", "http://a.example/%ED%95%9C"),
        ("https://a.example/한", "https://a.example/%ED%95%9C"),
        ('https://a.example/(b)"<c>', "https://a.example/%28b%29%22%3Cc%3E"),
    ],
)
def test_a_web_address_is_kept_and_its_odd_signs_escaped(url: str, link: str) -> None:
    assert safe_link(url) == link


@given(st.text(max_size=60))
def test_a_link_is_plain_ascii_without_quotes_or_brackets(tail: str) -> None:
    link = safe_link(f"https://a.example/{tail}")
    assert link is None or re.fullmatch(r"https://a\.example/[!-~]*", link)
    assert link is None or not set(link) & set('<>"() ')
