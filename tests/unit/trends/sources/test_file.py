"""Saved headlines, one file or a folder."""

import gzip
import json
import os
import tracemalloc
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from trends.domain.models import Language, RawItem, Window
from trends.errors import (
    InvalidRequestError,
    PathRefusedError,
    SettingsError,
    SourceUnreadableError,
    TooLargeError,
    TrendsError,
)
from trends.sources.base import ReadLog, SourceRequest
from trends.sources.file import FileSource

NOW = datetime(2026, 3, 2, tzinfo=UTC)
GOOD = '{"title": "Rain delays trains", "date": "2026-02-27", "source": "Northquay Courier"}\n'


def _request(argument: str) -> SourceRequest:
    return SourceRequest(
        window=Window(start=NOW - timedelta(days=7), end=NOW),
        history_start=NOW - timedelta(days=90),
        languages=tuple(Language),
        zone="Asia/Seoul",
        now=NOW,
        argument=argument,
    )


def _read(
    root: Path, argument: str, options: Mapping[str, object] | None = None
) -> tuple[list[RawItem], ReadLog]:
    log = ReadLog()
    source = FileSource.from_options({"roots": [str(root)], **(options or {})})
    return list(source.read(_request(argument), log)), log


def _open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def _titles(items: Iterable[RawItem]) -> list[str]:
    return [item.title for item in items]


def test_json_lines_become_items(tmp_path: Path) -> None:
    row = {
        "headline": "Cold brew wins",
        "url": "https://a.example/1",
        "ts": 1772000000,
        "lang": "en",
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n")
    items, _ = _read(tmp_path, "a.jsonl")
    assert items == [
        RawItem(
            source="file",
            item_id="https://a.example/1",
            title="Cold brew wins",
            url="https://a.example/1",
            published="1772000000",
            language="en",
        )
    ]


def test_bad_lines_are_reported_by_number_and_the_rest_is_kept(tmp_path: Path) -> None:
    bad = ["{not json", "[1, 2]", '{"date": "2026-02-27"}', '{"title": ["a"]}', "", '"text"']
    (tmp_path / "a.jsonl").write_text(GOOD + "\n".join(bad) + "\n" + GOOD)
    items, log = _read(tmp_path, "a.jsonl")
    assert len(items) == 2
    assert log.bad_row_count == 5
    assert log.bad_rows == [
        "a.jsonl:2: not JSON (Expecting property name enclosed in double quotes)",
        "a.jsonl:3: not a JSON object",
        "a.jsonl:4: no title",
        "a.jsonl:5: the title is a list, not text",
        "a.jsonl:7: not a JSON object",
    ]


def test_bad_rows_are_all_counted_and_a_hundred_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("x\n" * 250 + GOOD)
    _, log = _read(tmp_path, "a.jsonl")
    assert (log.bad_row_count, len(log.bad_rows)) == (250, 100)


@pytest.mark.parametrize(
    "line",
    [
        '{"title": ' + "[" * 100_000,
        '{"title": "half a \\ud83d"}',
        '{"title": "a", "id": ' + "9" * 5_000 + "}",
        '{"title": "' + "a" * 3_000 + '"}',
    ],
)
def test_hostile_line_is_a_bad_row(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.jsonl").write_text(line + "\n" + GOOD)
    items, log = _read(tmp_path, "a.jsonl")
    assert _titles(items) == ["Rain delays trains"]
    assert log.bad_row_count == 1


def test_endless_line_is_a_bad_row_and_the_rest_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("a" * 3_000_000 + "\n" + GOOD)
    items, log = _read(tmp_path, "a.jsonl")
    assert len(items) == 1
    assert log.bad_rows == ["a.jsonl:1: longer than 1,048,576 bytes"]


def test_item_without_link_cites_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.jsonl").write_text("\n" + GOOD)
    items, _ = _read(tmp_path, "sub/a.jsonl")
    assert items[0].place == "sub/a.jsonl:2"


def test_csv_becomes_items(tmp_path: Path) -> None:
    text = '제목;날짜;언론사\n"비, 열차 지연";2026-02-27;달무리일보\n'
    (tmp_path / "a.csv").write_text(text)
    items, _ = _read(tmp_path, "a.csv")
    assert [(item.title, item.published, item.outlet) for item in items] == [
        ("비, 열차 지연", "2026-02-27", "달무리일보")
    ]


def test_quoted_csv_field_may_span_lines(tmp_path: Path) -> None:
    text = 'title,summary\n"One","first\nsecond"\nTwo,x\n'
    (tmp_path / "a.csv").write_text(text)
    items, _ = _read(tmp_path, "a.csv")
    assert [(item.title, item.summary, item.place) for item in items] == [
        ("One", "first\nsecond", "a.csv:2"),
        ("Two", "x", "a.csv:4"),
    ]


def test_quote_that_never_closes_costs_one_row(tmp_path: Path) -> None:
    rows = [f"Headline {number},x" for number in range(300)]
    rows[10] = '"Headline 10,x'
    (tmp_path / "a.csv").write_text("title,summary\n" + "\n".join(rows))
    items, log = _read(tmp_path, "a.csv")
    assert len(items) == 299
    assert log.bad_rows == ["a.csv:12: a quote that is never closed"]


def test_quotes_within_a_csv_field_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('title,date\nThe 5" phone,2026-02-27\n"So "quoted" it,x\n')
    items, _ = _read(tmp_path, "a.csv")
    assert items[0].title == 'The 5" phone'


def test_row_with_more_fields_than_the_header_is_bad(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("title,date\nRain, in Leeds,2026-02-27\nSun,2026-02-27\n")
    items, log = _read(tmp_path, "a.csv")
    assert _titles(items) == ["Sun"]
    assert log.bad_rows == ["a.csv:2: 3 fields where the header has 2"]


def test_csv_without_title_column_is_refused_with_its_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("when,what\n2026-02-27,Rain\n")
    with pytest.raises(SourceUnreadableError, match="columns are: when, what"):
        _read(tmp_path, "a.csv")


def test_chosen_fields_go_before_the_usual_names(tmp_path: Path) -> None:
    row = {"title": "wrong", "data": {"text": "right"}, "paper": {"name": "Echo"}}
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    fields = {"title": "data.text", "outlet": "paper"}
    items, _ = _read(tmp_path, "a.jsonl", {"fields": fields})
    assert [(item.title, item.outlet) for item in items] == [("right", "Echo")]


def test_unknown_field_in_the_settings_names_the_near_one() -> None:
    with pytest.raises(SettingsError, match=r"'titel'.*Did you mean 'title'"):
        FileSource.from_options({"fields": {"titel": "a"}})


def test_unknown_option_is_an_error() -> None:
    with pytest.raises(SettingsError, match=r"sources\.file\.rots"):
        FileSource.from_options({"rots": []})


RSS = """<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel><title>달무리일보</title>
<item><title>비로 열차 지연</title><link>https://a.example/1</link>
<pubDate>Fri, 27 Feb 2026 09:00:00 +0900</pubDate><description>출근길</description></item>
<item><title>이름 없는 기사</title><source url="https://b.example">너울경제</source>
<pubDate>2026-02-27</pubDate></item></channel></rss>"""


@pytest.mark.parametrize("encoding", ["utf-8", "euc-kr"])
def test_feed_becomes_items(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.xml").write_bytes(RSS.format(encoding=encoding).encode(encoding))
    items, _ = _read(tmp_path, "a.xml")
    assert [(item.title, item.outlet, item.published, item.place) for item in items] == [
        ("비로 열차 지연", "달무리일보", "Fri, 27 Feb 2026 09:00:00 +0900", None),
        ("이름 없는 기사", "너울경제", "2026-02-27", "a.xml:2"),
    ]


def test_atom_feed_becomes_items(tmp_path: Path) -> None:
    feed = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Echo</title>
    <entry><id>tag:a.example,2026:1</id><title>Rain</title><updated>2026-02-27T09:00:00Z</updated>
    <link href="https://a.example/1"/></entry></feed>"""
    (tmp_path / "a.atom").write_text(feed)
    items, _ = _read(tmp_path, "a.atom")
    assert [(item.item_id, item.language) for item in items] == [("tag:a.example,2026:1", "en")]


def test_web_page_is_no_feed(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<html><body><h1>News</h1></body></html>")
    with pytest.raises(SourceUnreadableError, match="is not a feed"):
        _read(tmp_path, "a.xml")


def test_feed_does_not_read_other_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    doctype = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    feed = "<rss version='2.0'><channel><item><title>a &x; b</title></item></channel></rss>"
    (tmp_path / "a.xml").write_text(f'<?xml version="1.0"?>{doctype}{feed}')
    items, _ = _read(tmp_path, "a.xml")
    assert all("secret" not in title for title in _titles(items))


def test_file_without_suffix_is_told_by_its_beginning(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(GOOD)
    (tmp_path / "b").write_text("title\nSun\n")
    (tmp_path / "c").write_text(RSS.format(encoding="utf-8"))
    assert [len(_read(tmp_path, name)[0]) for name in "abc"] == [1, 1, 2]


def test_json_array_is_refused_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"title": "a"}]')
    with pytest.raises(SourceUnreadableError, match="one object a line"):
        _read(tmp_path, "a.json")


def test_packed_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(GOOD.encode() * 3))
    items, _ = _read(tmp_path, "a.jsonl.gz")
    assert len(items) == 3


def test_damaged_packed_file_keeps_what_came_before(tmp_path: Path) -> None:
    rows = "".join(
        json.dumps({"title": f"Headline {n} {os.urandom(40).hex()}"}) + "\n" for n in range(20_000)
    )
    packed = gzip.compress(rows.encode())
    (tmp_path / "a.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    items, log = _read(tmp_path, "a.jsonl.gz")
    assert len(items) > 1_000
    assert any("damaged" in row for row in log.bad_rows)


def test_packed_file_that_unpacks_beyond_the_limit_is_too_large(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(GOOD.encode() * 20_000))
    with pytest.raises(TooLargeError, match="100,000 bytes"):
        _read(tmp_path, "a.jsonl.gz", {"max_bytes": 100_000})


def test_file_beyond_the_limit_is_too_large_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "a.jsonl").open("wb") as sparse:
        sparse.truncate(3 * 1024**3)
    with pytest.raises(TooLargeError, match="2,147,483,648 bytes"):
        _read(tmp_path, "a.jsonl")


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    line = json.dumps({"title": "Rain", "date": "2026-02-27", "summary": "x" * 2_000}) + "\n"
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(line.encode() * 5_000, 1))
    source = FileSource.from_options({"roots": [str(tmp_path)]})
    tracemalloc.start()
    count = sum(1 for _ in source.read(_request("a.jsonl.gz"), ReadLog()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 5_000
    assert peak < 4_000_000


def test_empty_file_gives_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("")
    items, log = _read(tmp_path, "a.jsonl")
    assert items == []
    assert log.notes == ["The file a.jsonl is empty."]


def test_file_of_which_nothing_can_be_read_fails_with_the_first_reason(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"headlin": "a", "day": 1}\n' * 3)
    with pytest.raises(SourceUnreadableError, match=r"3 rows.*no title among headlin, day"):
        _read(tmp_path, "a.jsonl")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp949", "euc-kr"])
def test_usual_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    row = json.dumps({"title": "햇볕 좋은 날", "outlet": "너울경제"}, ensure_ascii=False)
    (tmp_path / "a.jsonl").write_bytes((row + "\n" + row + "\n").encode(encoding))
    items, log = _read(tmp_path, "a.jsonl")
    assert _titles(items) == ["햇볕 좋은 날"] * 2
    assert log.bad_rows == []


def test_line_in_another_encoding_is_a_bad_row(tmp_path: Path) -> None:
    rows = [json.dumps({"title": f"비 {number}"}, ensure_ascii=False) for number in range(5)]
    lines = [row.encode() for row in rows]
    lines[2] = rows[2].encode("cp949")
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines))
    items, log = _read(tmp_path, "a.jsonl")
    assert _titles(items) == ["비 0", "비 1", "비 3", "비 4"]
    assert log.bad_rows == ["a.jsonl:3: not UTF-8 text"]


def test_file_in_no_known_encoding_is_a_named_failure(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"title": "\xff\xff\x80"}\n' * 4)
    with pytest.raises(SourceUnreadableError, match=r"a\.jsonl.*not UTF-8 text"):
        _read(tmp_path, "a.jsonl")


def test_unknown_outlets_switch_the_outlet_rules_off(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"title": "a"}\n{"title": "b"}\n')
    _, log = _read(tmp_path, "a.jsonl")
    assert log.outlets_known is False
    assert log.notes == ["2 of 2 items name no outlet: outlet rules are off."]


def test_few_unknown_outlets_do_not(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(GOOD * 30 + '{"title": "a"}\n')
    _, log = _read(tmp_path, "a.jsonl")
    assert log.outlets_known is True


def _titled(count: int) -> str:
    outlets = ("Northquay Courier", "Tidewell Times", "Echo")
    rows = ({"title": f"Story - number {n} - {outlets[n % 3]}"} for n in range(count))
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_outlet_is_taken_from_titles_that_end_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(_titled(300))
    items, log = _read(tmp_path, "a.jsonl")
    assert (items[250].title, items[250].outlet) == ("Story - number 250", "Tidewell Times")
    assert log.outlets_known is True
    assert log.notes == ["Outlets of a.jsonl were taken from the ends of its titles."]


def test_title_endings_that_hardly_recur_are_no_outlets(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        "".join(json.dumps({"title": f"Story - part {n}"}) + "\n" for n in range(50))
    )
    items, _ = _read(tmp_path, "a.jsonl")
    assert items[0].title == "Story - part 0"


@pytest.mark.parametrize(("chosen", "outlet"), [(True, "Tidewell Times"), (False, None)])
def test_settings_decide_on_outlets_in_titles(
    tmp_path: Path, chosen: bool, outlet: str | None
) -> None:
    (tmp_path / "a.jsonl").write_text(_titled(40) if not chosen else _titled(2))
    items, _ = _read(tmp_path, "a.jsonl", {"title_outlet": chosen})
    assert items[1].outlet == outlet


def test_items_outside_the_span_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = ["2025-01-01", "2026-02-27", "", "2026-03-02T00:00:00Z"]
    (tmp_path / "a.jsonl").write_text(
        "".join(json.dumps({"title": day or "none", "date": day}) + "\n" for day in rows)
    )
    items, log = _read(tmp_path, "a.jsonl")
    assert _titles(items) == ["2026-02-27", "none", "2026-03-02T00:00:00Z"]
    assert "1 items lie outside the span that the run reads." in log.notes


def test_folder_is_read_in_order_with_what_lies_below(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("c.jsonl", "a.csv", "b/d.jsonl", ".hidden.jsonl", "b/notes.txt"):
        title = "title\n" if name.endswith("csv") else ""
        row = name if title else json.dumps({"title": name})
        (tmp_path / name).write_text(title + row)
    items, log = _read(tmp_path, str(tmp_path))
    assert _titles(items) == ["a.csv", "b/d.jsonl", "c.jsonl"]
    assert "1 files of other kinds were passed over." in log.notes


def test_file_that_fails_in_a_folder_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("when,what\n1,2\n")
    (tmp_path / "b.jsonl").write_text(GOOD)
    items, log = _read(tmp_path, str(tmp_path))
    assert len(items) == 1
    assert any("a.csv" in note for note in log.notes)


def test_folder_without_a_readable_file_fails(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("when,what\n1,2\n")
    with pytest.raises(SourceUnreadableError, match=r"holds no file.*no column for the title"):
        _read(tmp_path, str(tmp_path))


def test_links_and_pipes_in_a_folder_are_named_and_passed_over(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "x.jsonl").write_text(GOOD)
    (root / "a.jsonl").symlink_to(outside / "x.jsonl")
    (root / "b").symlink_to(root)
    os.mkfifo(root / "c.jsonl")
    (root / "d.jsonl").write_text(GOOD)
    items, log = _read(root, str(root))
    assert len(items) == 1
    assert log.bad_rows == [
        "root/a.jsonl: a link out of the folders that may be read",
        "root/b: a link to a folder is not followed",
        "root/c.jsonl: neither a file nor a folder",
    ]


def test_file_that_changes_while_it_is_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(GOOD * 3)
    log = ReadLog()
    items = FileSource.from_options({"roots": [str(tmp_path)]}).read(_request("a.jsonl"), log)
    next(items)
    with path.open("a") as more:
        more.write(GOOD)
    list(items)
    assert any("a.jsonl changed while it was read" in note for note in log.notes)


def test_upload_is_found_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(GOOD)
    source = FileSource.from_options({"uploads": str(tmp_path)})
    assert len(list(source.read(_request("uploads/a.jsonl"), ReadLog()))) == 1


def test_path_from_the_settings_is_read_where_the_run_names_none(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(GOOD)
    items, _ = _read(tmp_path, "", {"path": str(tmp_path / "a.jsonl")})
    assert len(items) == 1


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="does not say what to read"):
        _read(tmp_path, "")


def test_check_refuses_before_anything_is_read(tmp_path: Path) -> None:
    source = FileSource.from_options({"roots": [str(tmp_path)]})
    with pytest.raises(PathRefusedError, match=r"no file 'missing\.jsonl'"):
        source.check("missing.jsonl")


def test_stopping_early_closes_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(GOOD * 10)
    items = FileSource.from_options({"roots": [str(tmp_path)]}).read(_request("a.jsonl"), ReadLog())
    before = _open_files()
    next(items)
    assert _open_files() == before + 1
    items.close()
    assert _open_files() == before


def test_errors_are_final_but_for_the_passing_ones(tmp_path: Path) -> None:
    with pytest.raises(TrendsError) as caught:
        _read(tmp_path, "missing.jsonl")
    assert caught.value.retryable is False
