"""From fields to items."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.sources.files.rows import BadRowError, FieldMapping, Place, make_item

PLACE = Place("a.jsonl", 3)


def _id(place: Place = PLACE, **fields: str | None) -> str:
    return make_item("file", {"title": "Rain", **fields}, place).item_id


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (("headline", "link", "pubDate", "publisher"), {"title": "headline", "url": "link", "published": "pubDate", "outlet": "publisher"}),
        (("Title", "Published At"), {"title": "Title", "published": "Published At"}),
        (("title", "name"), {"title": "title"}),
        (("published_at", "date"), {"published": "published_at"}),
        (("기사 제목", "언론사"), {"title": "기사 제목", "outlet": "언론사"}),
        (("body", "author"), {}),
    ],
)  # fmt: skip
def test_usual_names_are_recognised(columns: tuple[str, ...], found: dict[str, str]) -> None:
    assert FieldMapping({}).columns(columns) == found


def test_column_serves_one_field_only() -> None:
    assert FieldMapping({"outlet": "name"}).columns(("name",)) == {"outlet": "name"}


def test_nested_value_is_called_by_its_name() -> None:
    row = {"title": "a", "source": {"id": None, "name": "Echo"}}
    assert FieldMapping({}).fields(row)["outlet"] == "Echo"


@pytest.mark.parametrize("value", [True, ["a"], {"deep": {"er": 1}}])
def test_value_that_is_no_text_is_refused_or_missing(value: object) -> None:
    mapping = FieldMapping({})
    if isinstance(value, dict):
        assert mapping.fields({"title": value})["title"] is None
    else:
        with pytest.raises(BadRowError):
            mapping.fields({"title": value})


def test_id_is_the_given_one_where_it_can_be_told_from_others() -> None:
    assert _id(id="https://a.example/?p=1") == "https://a.example/?p=1"


def test_id_is_the_link_where_none_is_given() -> None:
    assert _id(url="https://a.example/1") == "https://a.example/1"


def test_running_numbers_of_two_files_do_not_collide() -> None:
    assert _id(id="1") != make_item("file", {"title": "Sun", "id": "1"}, PLACE).item_id


@given(st.text(min_size=1, max_size=50).filter(str.strip), st.text(max_size=20))
def test_id_depends_on_what_the_row_says_and_not_on_where_it_stands(
    title: str, outlet: str
) -> None:
    fields = {"title": title, "outlet": outlet}
    ids = {make_item("file", fields, Place(name, line)).item_id for name in "ab" for line in (1, 2)}
    assert len(ids) == 1


def test_rows_that_differ_in_time_have_different_ids() -> None:
    assert _id(published="2026-01-01") != _id(published="2026-01-02")


def test_place_is_cited_only_without_a_link() -> None:
    assert make_item("file", {"title": "a", "url": "https://a.example"}, PLACE).place is None
    assert make_item("file", {"title": "a"}, PLACE).place == "a.jsonl:3"


def test_long_summary_is_cut() -> None:
    assert len(make_item("file", {"title": "a", "summary": "x" * 9_000}, PLACE).summary) == 4_000
