"""The report as one HTML file."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.trends.reports import showcase
from tests.unit.trends.reports.report_cases import (
    PRESS,
    SAMPLE,
    analysis,
    evidence,
    report,
    topic,
)
from trends.domain.models import Confidence, Language, SourceOutcome
from trends.domain.report import Report
from trends.reports.html import to_html

HOSTILE = "<script>alert(1)</script> \"q\" 'q' &amp; <img src=x onerror=y> \u202egnp.exe"
VOID = {"meta", "link", "br", "img", "input"}


class _Page(HTMLParser):
    """Collects what a page is made of; checks that its tags balance."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(text)
        self.close()
        self.unbalanced += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every such tag."""
        return [attrs for name, attrs in self.tags if name == tag]


def _hostile() -> Report:
    pieces = tuple(
        evidence(f"s:{at}", HOSTILE, summary=HOSTILE, outlet=HOSTILE, url=url, place=HOSTILE)
        for at, url in enumerate(
            (
                "javascript:alert(1)",
                "data:text/html,x",
                "//evil.example",
                "https://news.example/a?b=<c>\"'",
            )
        )
    )
    failed = SourceOutcome(source=HOSTILE, ok=False, items=0, reason=HOSTILE, slug=HOSTILE)
    noisy = PRESS.model_copy(
        update={"notes": (HOSTILE,), "bad_rows": (HOSTILE,), "bad_row_count": 1}
    )
    found = analysis(
        topic(label=HOSTILE, terms=(HOSTILE, "b"), pieces=pieces, outlets=(HOSTILE, "z")),
        topic("w", HOSTILE, outlets=(HOSTILE,), announced=False),
    )
    earlier = report(analysis(topic("g", HOSTILE + "!")), days_earlier=1)
    return report(found, outcomes=(noisy, failed), query=HOSTILE, previous=earlier)


REPORTS = {
    "full": lambda: report(showcase.full(), previous=report(analysis(topic()), days_earlier=1)),
    "korean": lambda: report(showcase.full(), language=Language.KO, outcomes=(SAMPLE,)),
    "empty": lambda: report(analysis()),
    "no data": lambda: report(analysis(confidence=Confidence.NO_DATA, stories=0, outlets=0)),
    "too short": lambda: report(analysis(topic(), confidence=Confidence.TOO_SHORT)),
    "untested": lambda: report(analysis(topic(expected=None, pieces=())), skip_summary=True),
    "hostile": _hostile,
    "fifty": lambda: report(analysis(*(topic(f"t{at:02}", f"토픽 {at}") for at in range(50)))),
}


@pytest.fixture(scope="module", params=sorted(REPORTS))
def page(request: pytest.FixtureRequest) -> _Page:
    return _Page(to_html(REPORTS[request.param]()))


def test_tags_balance(page: _Page) -> None:
    assert page.unbalanced == []


def test_ids_are_unique_and_every_reference_has_its_target(page: _Page) -> None:
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    wanted = {attrs["href"] for attrs in page.named("a")}
    wanted = {href[1:] for href in wanted if href and href.startswith("#")}
    for _, attrs in page.tags:
        wanted |= set((attrs.get("aria-labelledby") or "").split())
    assert wanted <= set(ids)


def test_nothing_is_fetched_and_nothing_runs(page: _Page) -> None:
    names = {name for name, _ in page.tags}
    assert not names & {
        "script",
        "img",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "use",
        "image",
    }
    for name, attrs in page.tags:
        assert not any(key.startswith("on") or key in {"src", "style"} for key in attrs), name
    assert [attrs["href"] for attrs in page.named("link")] == ["data:,"]


def test_links_lead_to_the_web_alone_and_tell_nobody(page: _Page) -> None:
    for attrs in page.named("a"):
        href = attrs["href"] or ""
        if not href.startswith("#"):
            assert re.match(r"https?://[^/@]+", href)
            assert attrs["rel"] == "noopener noreferrer nofollow"


def test_every_chart_is_an_image_with_a_sentence(page: _Page) -> None:
    for attrs in page.named("svg"):
        drawn = attrs.get("role") == "img" and ("aria-label" in attrs or "aria-labelledby" in attrs)
        within = "x" in attrs and "y" in attrs
        assert drawn or within or attrs.get("aria-hidden") == "true"


def test_no_value_is_left_unfilled(page: _Page) -> None:
    # The style sheet is the one place where braces belong.
    text = " ".join(part for part in page.words if "--paper" not in part)
    assert not re.search(r"\{\w*\}|None|Undefined", text)


def test_the_policy_allows_the_one_style_sheet_and_nothing_else() -> None:
    html = to_html(REPORTS["full"]())
    (style,) = re.findall(r"<style>(.*?)</style>", html, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy.replace("&#39;", "'").startswith(
        f"default-src 'none'; style-src 'sha256-{digest}'"
    )
    assert "unsafe" not in policy


def test_hostile_text_is_shown_and_does_not_act() -> None:
    page = _Page(to_html(_hostile()))
    assert any("<script>alert(1)</script>" in part for part in page.words)
    assert not any("\u202e" in part for part in page.words)


@settings(max_examples=40)
@given(st.text(max_size=80))
def test_no_title_can_add_a_tag(title: str) -> None:
    plain = _Page(to_html(report(analysis(topic(pieces=(evidence("s:1", "x"),))))))
    made = _Page(to_html(report(analysis(topic(pieces=(evidence("s:1", title),))))))
    assert [name for name, _ in made.tags] == [name for name, _ in plain.tags]


@pytest.mark.parametrize(
    ("language", "banner"),
    [
        (Language.EN, "Sample report on made-up data."),
        (Language.KO, "가상 데이터로 만든 예시 리포트입니다."),
    ],
)
def test_a_sample_report_says_so_at_the_top_on_every_card_and_on_every_printed_page(
    language: Language, banner: str
) -> None:
    html = to_html(report(showcase.full(), language=language, outcomes=(SAMPLE,)))
    assert html.index(banner) < html.index("<h1")
    tag = "MADE-UP SAMPLE DATA" if language is Language.EN else "가상 데이터"
    assert html.count(f'<span class="tag">{tag}</span>') == 5
    assert f'@top-center {{ content: "{tag}"' in html


def test_a_report_on_real_data_carries_no_such_mark() -> None:
    html = to_html(report(showcase.full()))
    assert 'class="banner"' not in html
    assert 'class="tag"' not in html
    assert "@top-center" not in html


def test_status_is_a_word_and_a_symbol_beside_its_colour() -> None:
    html = to_html(report(showcase.full()))
    for word in ("Emerging", "Rising", "Peaking", "Fading"):
        assert re.search(rf'class="status \w+"><svg[^>]*>.*?</svg>{word}</span>', html, re.DOTALL)


def test_the_numbers_of_a_topic_are_told_in_words() -> None:
    html = to_html(report(showcase.full()))
    for text in (
        "39 stories in the last 7 days, 8.2 expected",
        "above its usual level on 8 of 28 days",
        "90% interval 3.9× to 7.3×",
        "carried by 5 outlets",
        "press.jsonl:2214",
    ):
        assert text in html


def test_dates_are_local_to_the_market() -> None:
    # 20 hours before midnight UTC is already 13:00 in Seoul; 5 hours before is the next day there.
    late = evidence("s:1", "x", hours_back=5)
    assert "22 Nov 2026" in to_html(report(analysis(topic(pieces=(late,)))))
    early = evidence("s:1", "x", hours_back=20)
    assert "한강일보</span><span>21 Nov 2026" in to_html(report(analysis(topic(pieces=(early,)))))


def test_the_table_beside_a_chart_holds_the_same_days() -> None:
    html = to_html(report(analysis(topic(missing=(2,)))))
    assert '<th scope="row">2026-11-22</th><td>6</td>' in html
    assert '<th scope="row">2026-11-20</th><td colspan="2">no data</td>' in html


def test_the_page_names_its_language_and_foreign_titles_name_theirs() -> None:
    html = to_html(report(showcase.full(), language=Language.KO))
    assert '<html lang="ko">' in html
    assert 'lang="en">Why everyone you know has joined a run club' in html


def test_headlines_are_not_quoted_a_second_time() -> None:
    title = "말차 라테가 커피를 앞질렀다"
    html = to_html(report(analysis(topic(pieces=(evidence("s:1", title),)))))
    assert "<blockquote>" not in html


def test_a_long_list_of_watched_topics_is_folded() -> None:
    watched = [topic(f"t{at:02}", f"토픽 {at}", announced=False) for at in range(14)]
    html = to_html(report(analysis(*watched)))
    assert "<summary>4 more topics</summary>" in html
    assert html.count('<table class="watched">') == 2
