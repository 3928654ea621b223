"""Trends as CSV and as RSS."""

import csv
import io
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib import import_module
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from trends.domain.decisions import Said, Verb
from trends.domain.trend import Trend
from trends.reports.trend_export import BOM, CSV_COLUMNS, to_csv, to_rss

END = datetime(2026, 11, 22, tzinfo=UTC)
MUTED = Said(decision_id="d1", verb=Verb.MUTE, author="kim", until=None, reason="")


def trend(label: str = "말차 라테", **more: Any) -> Trend:
    values: dict[str, Any] = {
        "trend_id": "10d3c3b7-6e7d-53f4-a5fd-9c458b6de605",
        "monitor": "q1",
        "label": label,
        "found_label": label,
        "terms": ("말차", "라테"),
        "languages": ("ko",),
        "category": "food",
        "status": "rising",
        "announced": True,
        "stories": 25,
        "growth": 3.24,
        "growth_low": 2.15,
        "growth_high": 4.61,
        "since": END,
        "last_seen": END,
        "last_announced": END,
        "windows": 3,
        "live": True,
        "hidden": None,
        "followed": None,
        "merged_into": None,
        **more,
    }
    return Trend.model_validate(values)


def parsed(text: bytes) -> Any:
    """What a feed reader makes of a feed."""
    reader: Any = import_module("feedparser")  # it has no types
    return reader.parse(text)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM))))


def feed(*trends: Trend) -> str:
    return to_rss(
        trends,
        title="Trends",
        link="https://trends.example/v1/trends",
        here="https://trends.example/v1/trends?format=rss",
        of=lambda one: f"https://trends.example/v1/trends/{one.trend_id}",
    )


def test_csv_begins_with_the_mark_that_excel_needs_and_ends_lines_as_it_expects() -> None:
    text = to_csv([trend()])
    assert text.encode().startswith(b"\xef\xbb\xbf")
    assert text.count("\r\n") == 2


def test_csv_has_one_line_a_trend_with_its_numbers() -> None:
    (row,) = rows(to_csv([trend(hidden=MUTED)]))
    assert tuple(row) == CSV_COLUMNS
    assert (row["label"], row["terms"], row["growth"]) == ("말차 라테", "말차, 라테", "3.24")
    assert (row["last_seen"], row["announced"], row["hidden"]) == (
        "2026-11-22T00:00:00Z",
        "yes",
        "mute",
    )


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "＝", "＠"])
def test_a_headline_is_no_formula_in_a_spreadsheet(first: str) -> None:
    evil = f"{first}HYPERLINK(1)"
    (row,) = rows(to_csv([trend(evil, terms=(evil, "말차"))]))
    assert row["label"] == f"'{evil}"
    assert row["terms"].startswith("'")


def test_commas_quotes_and_line_breaks_stay_in_their_cell() -> None:
    label = 'a, "b"\nc'
    assert rows(to_csv([trend(label)]))[0]["label"] == label


def test_a_feed_is_read_by_a_feed_reader() -> None:
    read = parsed(feed(trend(), trend("R&D <b>")).encode())
    assert not read.bozo
    assert read.version == "rss20"
    assert [entry.title for entry in read.entries] == ["말차 라테", "R&D <b>"]
    assert read.entries[0].link.endswith("/10d3c3b7-6e7d-53f4-a5fd-9c458b6de605")


def test_a_trend_keeps_its_guid_and_its_date_while_its_numbers_move() -> None:
    later = datetime(2026, 12, 1, tzinfo=UTC)
    now, then = feed(trend(stories=99, last_seen=later)), feed(trend())
    for text in (now, then):
        item = ET.fromstring(text).find("channel/item")  # noqa: S314  # our own text
        assert item is not None
        assert item.findtext("guid") == "urn:uuid:10d3c3b7-6e7d-53f4-a5fd-9c458b6de605"
        assert parsedate_to_datetime(item.findtext("pubDate") or "") == END


def test_a_feed_of_nothing_is_a_feed() -> None:
    assert not parsed(feed().encode()).bozo


def test_what_xml_cannot_hold_is_left_out() -> None:
    assert parsed(feed(trend("a\x00\x08b\ufffe")).encode()).entries[0].title == "ab"
