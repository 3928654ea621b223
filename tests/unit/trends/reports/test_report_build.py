"""Putting a report together."""

import os
import subprocess
import sys
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from tests.unit.trends.reports import showcase
from tests.unit.trends.reports.report_cases import (
    COUNTS,
    END,
    PRESS,
    SAMPLE,
    analysis,
    evidence,
    report,
    topic,
)
from trends.domain.models import (
    Confidence,
    Language,
    Quote,
    SourceOutcome,
    Summary,
    TopicSummary,
    Window,
)
from trends.domain.report import ChangeKind, NotClaimed, NoteCode, Report
from trends.reports.html import to_html
from trends.reports.json import to_json
from trends.reports.markdown import to_markdown

FAILED = SourceOutcome(
    source="feed:kitchen",
    ok=False,
    items=0,
    reason="The source did not answer within 30 s.",
    slug="source-unavailable",
)


def _codes(made: Report) -> list[NoteCode]:
    return [note.code for note in made.notes]


def test_two_builds_of_the_same_inputs_are_equal_to_the_byte() -> None:
    first, second = report(showcase.full()), report(showcase.full())
    assert to_json(first) == to_json(second)
    assert to_markdown(first) == to_markdown(second)
    assert to_html(first) == to_html(second)


_DIGEST = """
import hashlib
from tests.unit.trends.reports import showcase
from tests.unit.trends.reports.report_cases import analysis, report, topic
from trends.reports.html import to_html
from trends.reports.json import to_json
from trends.reports.markdown import to_markdown
made = report(showcase.full(), previous=report(analysis(topic()), days_earlier=1))
data = to_json(made) + to_markdown(made).encode() + to_html(made).encode()
print(hashlib.sha256(data).hexdigest())
"""


def test_another_process_with_another_hash_seed_writes_the_same_bytes() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", _DIGEST],
            cwd=Path(__file__).parents[4],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_the_order_in_which_sources_ended_changes_nothing() -> None:
    outcomes = (FAILED, PRESS, SAMPLE)
    made = {to_json(report(showcase.full(), outcomes=order)) for order in permutations(outcomes)}
    assert len(made) == 1


def test_announced_topics_and_watched_ones_are_apart_and_ranked() -> None:
    made = report(showcase.full())
    assert [one.rank for one in made.topics] == [1, 2, 3, 4, 5]
    assert [one.rank for one in made.watching] == [1, 2, 3]


@pytest.mark.parametrize(
    ("outlets", "reason"),
    [
        (("한강일보",), NotClaimed.SINGLE_OUTLET),
        (("남산경제", "한강일보"), NotClaimed.BELOW_ERROR_RATE),
    ],
)
def test_a_watched_topic_says_why_it_is_not_claimed(
    outlets: tuple[str, ...], reason: NotClaimed
) -> None:
    made = report(analysis(topic(outlets=outlets, announced=False)))
    assert made.watching[0].not_claimed is reason


def test_a_topic_that_rests_on_one_outlet_is_never_announced() -> None:
    assert not report(analysis(topic(outlets=("한강일보",), announced=True))).topics


def test_with_too_short_a_past_nothing_is_announced() -> None:
    made = report(analysis(topic(announced=True), confidence=Confidence.TOO_SHORT))
    assert not made.topics
    assert made.watching[0].not_claimed is NotClaimed.PAST_TOO_SHORT


def test_every_quote_is_found_in_the_evidence_it_names() -> None:
    quoted = 0
    for one in report(showcase.full()).topics:
        stories = {piece.story_id: piece for piece in one.evidence}
        for quote in one.quotes:
            piece = stories[quote.story_id]
            assert quote.text in piece.title or quote.text in piece.summary
            quoted += 1
    assert quoted >= 5


def test_a_quote_whose_story_is_not_evidence_is_left_out() -> None:
    stray = Summary(
        method="extractive",
        topics=(TopicSummary(topic_id="t-matcha", quotes=(Quote(text="?", story_id="no"),)),),
    )
    assert report(analysis(topic()), summary=stray).topics[0].quotes == ()


def test_the_expected_line_sums_to_the_test_over_the_window() -> None:
    (one,) = report(analysis(topic(expected=7.5, window_days=7))).topics
    over_window = sum(day.expected or 0.0 for day in one.series[-7:])
    assert over_window == pytest.approx(7.5, abs=0.05)


def test_a_day_nobody_observed_is_missing_and_not_zero() -> None:
    made = report(analysis(topic(missing=(3,))))
    assert [day.observed for day in made.topics[0].series[-4:]] == [False, True, True, True]
    assert NoteCode.DAYS_UNOBSERVED in _codes(made)


def test_a_source_that_was_watched_for_less_time_than_the_others_is_named() -> None:
    day = timedelta(days=1)
    late = PRESS.model_copy(
        update={"source": "rss:late", "observed": (Window(start=END - 9 * day, end=END),)}
    )
    early = PRESS.model_copy(
        update={"source": "rss:early", "observed": (Window(start=END - 90 * day, end=END),)}
    )
    notes = report(analysis(topic()), outcomes=(late, early)).notes
    (said,) = [note.text for note in notes if note.code is NoteCode.SOURCE_OBSERVED]
    assert "rss:late was watched for 9 days only" in said


def test_a_topic_without_a_test_has_no_expected_line() -> None:
    (one,) = report(analysis(topic(expected=None))).topics
    assert one.expected is None
    assert {day.expected for day in one.series} == {None}


@pytest.mark.parametrize("value", [float("inf"), 1e12])
def test_a_growth_beyond_measure_is_still_a_number_in_json(value: float) -> None:
    made = report(analysis(topic(growth=value, growth_high=value)))
    assert Report.model_validate_json(to_json(made)).topics[0].growth == 9999.0


def test_changes_are_marked_against_the_run_before_and_not_the_week() -> None:
    week_ago = report(analysis(topic()), days_earlier=7)
    before = report(analysis(), days_earlier=1)
    made = report(analysis(topic()), previous=before, week_ago=week_ago)
    assert made.topics[0].change is ChangeKind.NEW


def test_a_first_report_marks_nothing_as_new() -> None:
    assert report(analysis(topic())).topics[0].change is None


def test_one_earlier_report_for_both_is_told_once() -> None:
    earlier = report(analysis(topic()), days_earlier=7)
    made = report(analysis(topic()), previous=earlier, week_ago=earlier)
    assert len(made.comparisons) == 1


@pytest.mark.parametrize(
    ("outcomes", "made_up"), [((PRESS,), False), ((SAMPLE,), True), ((PRESS, SAMPLE), True)]
)
def test_generated_data_is_flagged_even_when_mixed(
    outcomes: tuple[SourceOutcome, ...], made_up: bool
) -> None:
    made = report(showcase.full(), outcomes=outcomes)
    assert (made.made_up, NoteCode.MADE_UP in _codes(made)) == (made_up, made_up)


def test_a_failed_source_is_named_with_its_reason() -> None:
    made = report(showcase.full(), outcomes=(PRESS, FAILED))
    assert FAILED in made.sources
    assert "feed:kitchen" in next(
        note.text for note in made.notes if note.code is NoteCode.SOURCES_MISSING
    )


def test_a_skipped_summary_is_said() -> None:
    made = report(showcase.full(), skip_summary=True)
    assert made.summary_method is None
    assert NoteCode.SUMMARY_SKIPPED in _codes(made)


def test_unreadable_rows_are_counted_and_named() -> None:
    source = PRESS.model_copy(update={"bad_rows": ("press.jsonl:12",), "bad_row_count": 1})
    made = report(showcase.full(), outcomes=(source,))
    (note,) = [note for note in made.notes if note.code is NoteCode.ROWS_UNREADABLE]
    assert note.text == "1 row of file:press could not be read: press.jsonl:12"


@pytest.mark.parametrize("field", ["date_only", "missing_time", "future_time"])
def test_assumed_dates_are_said(field: str) -> None:
    made = report(showcase.full(), counts=COUNTS.model_copy(update={field: 4}))
    assert NoteCode.DATES_ASSUMED in _codes(made)


def test_outlet_rules_that_are_off_are_said() -> None:
    source = PRESS.model_copy(update={"outlets_known": False})
    assert NoteCode.OUTLETS_UNKNOWN in _codes(report(showcase.full(), outcomes=(source,)))


def test_other_sources_than_last_time_are_said() -> None:
    earlier = report(showcase.full(), outcomes=(PRESS, FAILED.model_copy(update={"ok": True})))
    made = report(showcase.full(), outcomes=(PRESS, FAILED), previous=earlier)
    assert NoteCode.SOURCES_CHANGED in _codes(made)


def test_a_comparison_that_cannot_be_made_is_said() -> None:
    earlier = report(analysis(confidence=Confidence.TOO_SHORT), days_earlier=1)
    assert NoteCode.NOT_COMPARABLE in _codes(report(showcase.full(), previous=earlier))


def test_what_a_source_says_is_passed_on() -> None:
    source = PRESS.model_copy(update={"notes": ("Outlets were taken from titles.",)})
    made = report(showcase.full(), outcomes=(source,))
    assert made.notes[-1].text == "file:press: Outlets were taken from titles."


def test_a_clean_report_has_no_notes() -> None:
    assert report(analysis(topic())).notes == ()


@pytest.mark.parametrize(
    ("confidence", "says"),
    [
        (Confidence.CALIBRATED, "no more than 5 in 100"),
        (Confidence.TOO_SHORT, "none is claimed"),
        (Confidence.NO_DATA, "can neither say"),
    ],
)
def test_the_claim_is_no_stronger_than_the_data(confidence: Confidence, says: str) -> None:
    topics = (topic(),) if confidence is Confidence.CALIBRATED else ()
    assert says in report(analysis(*topics, confidence=confidence)).claim.sentence


def test_the_language_changes_words_and_no_number() -> None:
    english = report(showcase.full(), language=Language.EN)
    korean = report(showcase.full(), language=Language.KO)
    assert english.topics == korean.topics
    assert english.title != korean.title


def test_evidence_ids_that_changes_refer_to_exist() -> None:
    earlier = report(analysis(topic("x", "LP 바"), topic()), days_earlier=1)
    made = report(showcase.full(), previous=earlier)
    now = {one.topic_id for one in (*made.topics, *made.watching)}
    then = {one.topic_id for one in (*earlier.topics, *earlier.watching)}
    for change in made.comparisons[0].changes:
        assert change.topic_id is None or change.topic_id in now
        assert change.earlier_topic_id is None or change.earlier_topic_id in then


def test_a_long_query_is_shortened_in_the_title_alone() -> None:
    made = report(analysis(), query="비건 " * 200)
    assert len(made.title) < 140
    assert len(made.question.query) == 600


def test_titles_are_kept_to_the_letter() -> None:
    title = "“A\u202egnp.exe” <b>*"
    made = report(analysis(topic(pieces=(evidence("s:1", title),))))
    assert Report.model_validate_json(to_json(made)).topics[0].evidence[0].title == title
