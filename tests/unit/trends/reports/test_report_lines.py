"""The five lines."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.trends.reports import showcase
from tests.unit.trends.reports.report_cases import PRESS, SAMPLE, analysis, report, topic
from trends.domain.models import Confidence, Language, SourceOutcome, TopicStatus
from trends.domain.report import Report
from trends.reports.lines import LONGEST
from trends.reports.voice import Voice

FAILED = tuple(
    SourceOutcome(source=name, ok=False, items=0, reason="No.", slug=slug)
    for name, slug in (("feed:kitchen", "source-unavailable"), ("feed:style", "source-unreadable"))
)


def _situation(name: str, language: Language) -> Report:
    before = report(analysis(topic("x", "LP 바"), topic()), language=language, days_earlier=1)
    week = report(analysis(topic("y", "비건 빵")), language=language, days_earlier=7)
    many = tuple(topic(f"t{at:02}", f"토픽 {at}") for at in range(50))
    return {
        "everything": lambda: report(
            showcase.full(), language=language, previous=before, week_ago=week
        ),
        "first run": lambda: report(showcase.full(), language=language),
        "nothing rises": lambda: report(analysis(*showcase.watched()), language=language),
        "nothing at all": lambda: report(analysis(), language=language, previous=before),
        "no data": lambda: report(
            analysis(confidence=Confidence.NO_DATA, stories=0, outlets=0), language=language
        ),
        "too short": lambda: report(
            analysis(topic(), confidence=Confidence.TOO_SHORT, days_observed=9), language=language
        ),
        "too short and empty": lambda: report(
            analysis(confidence=Confidence.TOO_SHORT, days_observed=1), language=language
        ),
        "all but one failed": lambda: report(
            showcase.full(), language=language, outcomes=(PRESS, *FAILED)
        ),
        "made up": lambda: report(showcase.full(), language=language, outcomes=(SAMPLE,)),
        "partly made up": lambda: report(
            showcase.full(), language=language, outcomes=(PRESS, SAMPLE)
        ),
        "fifty topics": lambda: report(analysis(*many), language=language, previous=before),
        "long names": lambda: report(
            analysis(topic(label="아주 " * 90)), language=language, query="아주 긴 질문 " * 60
        ),
    }[name]()


SITUATIONS = (
    "everything",
    "first run",
    "nothing rises",
    "nothing at all",
    "no data",
    "too short",
    "too short and empty",
    "all but one failed",
    "made up",
    "partly made up",
    "fifty topics",
    "long names",
)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", SITUATIONS)
def test_there_are_five_short_lines_whatever_happened(name: str, language: Language) -> None:
    lines = _situation(name, language).lines
    assert len(lines) == 5
    for line in lines:
        assert 0 < len(line) <= LONGEST
        assert "\n" not in line
        assert "{" not in line


@pytest.mark.parametrize(
    ("name", "at", "says"),
    [
        (
            "first run",
            0,
            "News trends (KR) · 7 days to 22 Nov 2026, 09:00 · 412 stories from 38 outlets",
        ),
        ("made up", 0, "[MADE-UP SAMPLE DATA] News trends"),
        ("partly made up", 0, "[PARTLY MADE-UP DATA] News trends"),
        ("no data", 0, "0 stories from 1 source"),
        (
            "first run",
            1,
            "5 topics rose above noise (× usual level): 말차 라테 5.4× (≥3.9×)",
        ),
        ("first run", 1, "+1 more"),
        ("nothing rises", 1, "Nothing rose above noise: 1,214 tests, none passed"),
        ("no data", 1, "No data: no story in this window matched"),
        ("too short", 1, "Only 9 days of data, too few to tell a trend from chance."),
        ("too short", 1, "not claimed: 말차 라테"),
        ("everything", 2, "Since the last run (21 Nov): new 4"),
        ("everything", 2, "gone 1 (LP 바)"),
        ("everything", 3, "Since the same weekday last week (15 Nov): new 5"),
        ("first run", 2, "First run of this question"),
        ("first run", 3, "Watched, not claimed: 스마트 도마, portable lamp, 소금빵"),
        ("no data", 3, "Read 5,812 headlines"),
        ("first run", 4, "Error rate 5%: of 100 topics named, up to 5 may be chance."),
        ("nothing rises", 4, "Nothing is claimed."),
        ("all but one failed", 4, "Missing: feed:kitchen, feed:style"),
        ("all but one failed", 4, "(1 of 3 sources answered)"),
    ],
)
def test_each_line_says_what_it_is_for(name: str, at: int, says: str) -> None:
    assert says in _situation(name, Language.EN).lines[at]


@pytest.mark.parametrize(
    ("name", "at", "says"),
    [
        (
            "first run",
            0,
            "뉴스 트렌드(KR) · 2026년 11월 22일 09:00까지 7일간 · 매체 38곳, 기사 412건",
        ),
        ("made up", 0, "[가상 데이터]"),
        ("first run", 1, "평소보다 뚜렷하게 늘어난 토픽 5개: 말차 라테 5.4배(최소 3.9배)"),
        ("nothing rises", 1, "평소보다 뚜렷하게 늘어난 토픽이 없습니다."),
        ("everything", 2, "지난 실행(11월 21일) 대비: 신규 4개("),
        ("all but one failed", 4, "수집 실패: feed:kitchen – 응답 없음, feed:style – 읽을 수 없음"),
    ],
)
def test_korean_lines_say_the_same(name: str, at: int, says: str) -> None:
    assert says in _situation(name, Language.KO).lines[at]


def test_an_unchanged_list_is_said_to_be_unchanged() -> None:
    earlier = report(analysis(topic()), days_earlier=1)
    made = report(analysis(topic()), previous=earlier)
    assert made.lines[2] == "Since the last run (21 Nov): no marked change."


def test_a_fading_topic_is_not_passed_off_as_rising() -> None:
    made = report(analysis(topic(status=TopicStatus.FADING)))
    assert made.lines[1].endswith("말차 라테 3.2× (≥2.1×, fading)")


def test_one_failed_source_is_named_with_its_reason() -> None:
    made = report(showcase.full(), outcomes=(PRESS, FAILED[0]))
    assert "Missing: feed:kitchen – did not answer (1 of 2 sources answered)." in made.lines[4]


def test_a_comparison_that_cannot_be_made_says_so() -> None:
    earlier = report(analysis(confidence=Confidence.TOO_SHORT), days_earlier=1)
    made = report(analysis(topic()), previous=earlier)
    assert "cannot be compared" in made.lines[2]


def test_a_window_that_ends_at_midnight_is_named_by_its_last_day() -> None:
    made = report(analysis(topic()))
    window = made.window.model_copy(update={"end": made.window.end.replace(hour=15)})
    assert Voice(Language.EN, "Asia/Seoul").ending(window) == "22 Nov 2026"


@settings(max_examples=80)
@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_in_a_label_or_query_can_act_in_a_chat(label: str, query: str) -> None:
    made = report(analysis(topic(label=label)), query=query)
    for line in made.lines:
        assert len(line) <= LONGEST
        # Mentions, mark-up and links of the chat clients begin with these.
        assert not set(line) & set("<>*_~`|@")
        assert not any(unicodedata.category(char) in {"Cc", "Zl", "Zp"} for char in line)
