"""What people are told, and that each thing has one subject."""

from datetime import timedelta

import pytest

from tests.unit.trends.notify.notice_cases import LINES, NOON, facts, notice
from trends.domain.delivery_policy import Urgency
from trends.domain.models import Edition, Language
from trends.notify.alerts import (
    RunFacts,
    channel_test,
    report_late,
    report_ready,
    run_blocked,
    run_failed,
    schedule_missed,
    source_down,
)
from trends.notify.base import Notice, NoticeKind

LANGUAGES = list(Language)


def blocked(run: RunFacts, *, park: int = 1, may_skip: bool = False) -> Notice:
    return run_blocked(
        run,
        stage="collect",
        slug="source-unavailable",
        reason="It is down.",
        park=park,
        may_skip=may_skip,
        at=NOON,
    )


def failed(run: RunFacts, reason: str = "Full.") -> Notice:
    return run_failed(run, stage="report", slug="storage", reason=reason, at=NOON)


def down(since_days_ago: int = 1, language: Language = Language.EN) -> Notice:
    return source_down(
        "local",
        "rss:hani",
        since=NOON - timedelta(days=since_days_ago),
        slug="source-unavailable",
        reason="It does not answer.",
        language=language,
        at=NOON,
    )


def test_report_is_told_in_its_own_lines() -> None:
    told = notice()

    assert (told.kind, told.lines, told.title) == (
        NoticeKind.REPORT_READY,
        LINES,
        "뉴스 트렌드: 비건 간식 (KR)",
    )


def test_report_that_announces_nothing_is_told_in_one_line() -> None:
    told = report_ready(facts(), lines=LINES, announced=0, at=NOON)

    assert told.kind is NoticeKind.NOTHING_NEW
    assert told.lines == (f"{LINES[1]} {LINES[4]}",)  # what was looked at, and how far to trust it
    assert told.title == "새로운 것 없음 – 뉴스 트렌드: 비건 간식 (KR)"
    assert told.subject == notice().subject


def test_link_leads_to_the_page_where_the_address_is_known() -> None:
    base = "https://trends.example.org"
    told = report_ready(facts(), lines=LINES, announced=1, at=NOON, public_url=base)

    assert told.link == f"{base}/v1/runs/run-1/report?format=html"
    assert notice().link == "/v1/runs/run-1/report"


def test_monitor_s_name_goes_before_its_query() -> None:
    told = report_ready(facts(monitor="snacks"), lines=LINES, announced=1, at=NOON)

    assert told.title == "snacks (KR)"


def test_run_that_reads_everything_has_a_title_too() -> None:
    run = facts(query="", language=Language.EN)

    assert report_ready(run, lines=LINES, announced=1, at=NOON).title == "News trends (KR)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_park_says_where_why_and_how_to_decide(language: Language) -> None:
    told = blocked(facts(language=language))

    assert "collect" in told.lines[0]
    assert told.lines[1] == "It is down."
    assert "trends runs retry run-1" in told.lines[2]
    assert told.facts == {
        "stage": "collect",
        "slug": "source-unavailable",
        "reason": "It is down.",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_skipping_is_offered_only_where_it_can_be(language: Language) -> None:
    run = facts(language=language)

    assert "skip" in blocked(run, may_skip=True).lines[2]
    assert "skip" not in blocked(run).lines[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_failure_says_how_to_run_again(language: Language) -> None:
    told = failed(facts(language=language))

    assert told.kind is NoticeKind.RUN_FAILED
    assert "trends runs rerun run-1 --from report" in told.lines[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_silent_source_says_since_when(language: Language) -> None:
    told = down(language=language)

    assert "2026-01-08 12:00 UTC" in told.lines[0]
    assert (told.run_id, told.facts["since"]) == (None, "2026-01-08T12:00:00Z")


def test_every_park_and_every_silence_has_a_subject_of_its_own() -> None:
    told = [
        notice(),
        notice("run-2"),
        blocked(facts(), park=1),
        blocked(facts(), park=2),
        failed(facts()),
        down(1),
        down(2),
        channel_test("local", "log", language=Language.EN, at=NOON, nonce="a"),
        channel_test("local", "log", language=Language.EN, at=NOON, nonce="b"),
    ]

    assert len({each.subject for each in told}) == len(told)


def test_the_same_thing_told_later_has_the_same_subject() -> None:
    later = source_down(
        "local",
        "rss:hani",
        since=NOON - timedelta(days=1),
        slug="source-unreadable",
        reason="Now it is a web page.",
        language=Language.KO,
        at=NOON + timedelta(days=3),
    )

    assert later.subject == down(1).subject


def test_long_reason_with_line_breaks_becomes_one_short_line() -> None:
    (_, line, _) = failed(facts(), reason="first\r\nsecond\x00 " + "x" * 5000).lines

    assert line.startswith("first second x")
    assert (len(line), line[-1]) == (600, "…")


def test_no_language_leaves_a_blank_unfilled() -> None:
    for language in LANGUAGES:
        run = facts(language=language)
        for told in (blocked(run), blocked(run, may_skip=True), failed(run), down(1, language)):
            assert "{" not in " ".join((told.title, *told.lines))


def test_partial_edition_says_what_is_missing_and_the_next_that_it_corrects() -> None:
    run = facts(language=Language.EN)
    partial = report_ready(
        run, lines=LINES, announced=1, at=NOON, edition=Edition.PARTIAL, missing=("rss:a", "rss:b")
    )
    assert partial.title.startswith("Partial edition – ")
    assert partial.lines == ("Not in it: rss:a, rss:b. A corrected edition follows.", *LINES)
    corrected = report_ready(run, lines=LINES, announced=1, at=NOON, edition=Edition.CORRECTED)
    assert corrected.title.startswith("Corrected edition – ")
    assert (corrected.lines, corrected.facts["edition"]) == (LINES, "corrected")
    assert "edition" not in notice().facts


@pytest.mark.parametrize("language", LANGUAGES)
def test_late_report_says_where_it_is_and_why(language: Language) -> None:
    late = report_late(
        facts(language=language), stage="analyze", slug="late", reason="It takes long.", at=NOON
    )
    assert late.subject == "run/run-1/late"
    assert "analyze" in late.lines[0]
    assert late.lines[1] == "It takes long."


@pytest.mark.parametrize("language", LANGUAGES)
def test_missed_times_are_told_on_the_monitor_s_clock_and_by_the_first_of_them(
    language: Language,
) -> None:
    times = [NOON + timedelta(days=day) for day in range(3)]

    def missed(count: int) -> Notice:
        return schedule_missed(
            "local",
            "daily",
            times=times[:count],
            zone="Asia/Seoul",
            reason="Down.",
            language=language,
            at=NOON,
        )

    assert "2026-01-09 21:00 (Asia/Seoul)" in missed(1).lines[0]
    assert "2026-01-11 21:00 (Asia/Seoul)" in missed(3).lines[0]
    assert missed(1).subject == missed(3).subject == "schedule/daily/missed/2026-01-09T12:00:00Z"
    assert missed(3).facts["count"] == "3"


def test_word_of_a_report_is_no_alert() -> None:
    reports = {kind for kind in NoticeKind if kind.urgency is Urgency.REPORT}
    assert reports == {NoticeKind.REPORT_READY, NoticeKind.NOTHING_NEW, NoticeKind.DIGEST}
