"""The report as Markdown, read back with a CommonMark parser."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.unit.trends.reports import showcase
from tests.unit.trends.reports.report_cases import SAMPLE, analysis, evidence, report, topic
from trends.domain.models import Language
from trends.domain.report import Report
from trends.reports.markdown import escape, to_markdown
from trends.reports.voice import visible

_READER = MarkdownIt("commonmark", {"html": True}).enable("table")


def _kinds(text: str) -> list[str]:
    kinds: list[str] = []
    for token in _READER.parse(text):
        kinds.append(token.type)
        kinds += [child.type for child in token.children or () if child.type != "text"]
    return kinds


def _with_title(title: str, url: str | None = "https://news.example/a") -> str:
    return to_markdown(report(analysis(topic(pieces=(evidence("s:1", title, url=url),)))))


@settings(max_examples=120)
@given(st.text(alphabet=st.sampled_from(list("a가 <>*_`[]()!#&;|~\\\n\"'-+.1:/")), max_size=40))
def test_no_text_can_act_as_markdown_or_html(text: str) -> None:
    # Behind a word, as every foreign text stands in a report.
    (block,) = [token for token in _READER.parse(f"x {escape(text)}") if token.type == "inline"]
    assert {child.type for child in block.children or ()} <= {"text", "text_special"}
    shown = "".join(child.content for child in block.children or ())
    assert visible(shown) == visible(f"x {text}")


@pytest.mark.parametrize(
    "title",
    [
        "<script>alert(1)</script>",
        "[a](javascript:alert(1))",
        "*b* _i_ `c` ~s~ | p",
        "![x](https://evil.example/x.png)",
        "# heading",
        "one\n\n# two",
    ],
)
def test_a_title_leaves_the_shape_of_the_report_alone(title: str) -> None:
    assert _kinds(_with_title(title)) == _kinds(_with_title("plain"))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", None])
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert "link_open" in _kinds(_with_title("plain"))
    assert "link_open" not in _kinds(_with_title("plain", url))


def test_an_address_cannot_break_out_of_its_link() -> None:
    text = _with_title("plain", 'https://news.example/a)>b<c "d')
    assert "](<" not in text or "https://news.example/a%29%3Eb%3Cc" in text
    assert _kinds(text).count("link_open") <= 1


def test_evidence_without_a_link_cites_its_place() -> None:
    made = report(
        analysis(topic(pieces=(evidence("s:1", "말차", url=None, place="press.jsonl:12"),)))
    )
    assert "press.jsonl:12" in to_markdown(made)


def test_the_five_lines_come_first_and_in_order() -> None:
    made = report(showcase.full())
    text = to_markdown(made)
    places = [text.index(f"{number}. ") for number in range(1, 6)]
    assert places == sorted(places)
    assert places[-1] < text.index("## Topics that stand out")


@pytest.mark.parametrize("language", list(Language))
def test_a_sample_report_says_so_before_anything_else(language: Language) -> None:
    text = to_markdown(report(showcase.full(), language=language, outcomes=(SAMPLE,)))
    assert text.startswith("> **⚠ ")


def _told(made: Report) -> str:
    return to_markdown(made)


def test_watched_topics_say_why_they_are_not_claimed() -> None:
    text = _told(report(showcase.full()))
    assert "Rests on one outlet" in text
    assert "Could be chance" in text


def test_tables_are_tables() -> None:
    assert _kinds(_told(report(showcase.full()))).count("table_open") == 3


def test_a_sentence_is_quoted_with_a_link_to_its_story() -> None:
    assert (
        "> “Run clubs in Seoul and Busan say membership has doubled since August.” — "
        "[Harbor Post · 21 Nov 2026](<https://news.example/a>)"
    ) in _told(report(showcase.full()))


def test_a_long_list_of_watched_topics_is_cut_and_says_so() -> None:
    watched = [topic(f"t{at:02}", f"토픽 {at}", announced=False) for at in range(14)]
    text = _told(report(analysis(*watched)))
    assert "\n+4 more\n" in text
    assert "토픽 12" not in text
