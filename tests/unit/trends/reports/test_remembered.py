"""What a report says of memory and of decisions."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.trends.domain.memory_cases import History, day, found
from tests.unit.trends.reports.report_cases import (
    COUNTS,
    PRESS,
    QUESTION,
    SEOUL,
    analysis,
)
from trends.domain.decisions import Verb
from trends.domain.memory import Memory, Standing
from trends.domain.models import Language, Topic, Window
from trends.domain.report import ChangeKind, NoteCode, Report
from trends.domain.summarize import summarize
from trends.reports.build import build_report
from trends.reports.html import to_html
from trends.reports.json import to_json
from trends.reports.markdown import to_markdown

MATCHA = ("말차", "라테", "카페")
SHOES = ("러닝화", "마라톤", "기록")
LANGUAGES = pytest.mark.parametrize("language", list(Language))


def write(
    number: int,
    *topics: Topic,
    memory: Memory | None,
    previous: Report | None = None,
    language: Language = Language.EN,
) -> Report:
    """The report of the window of a day."""
    made = analysis(*topics)
    return build_report(
        question=QUESTION,
        window=Window(start=day(number) - timedelta(days=7), end=day(number)),
        time_zone=SEOUL,
        report_language=language,
        settings_revision="9f1c2ab4",
        outcomes=(PRESS,),
        counts=COUNTS,
        analysis=made,
        summary=summarize(made),
        previous=previous,
        memory=memory,
    )


def matcha(**more: Any) -> Topic:
    return found("m", *MATCHA, **more)


def shoes(**more: Any) -> Topic:
    return found("s", *SHOES, **more)


def muted(language: Language = Language.EN, *, everything: bool = False) -> Report:
    """A report in which 말차 is muted, and the shoes too if everything is."""
    history = History()
    first, second = history.run(0, matcha(), shoes()).topics
    history.decide(Verb.MUTE, first, until=day(20))
    if everything:
        history.decide(Verb.REJECT, second)
    topics = (matcha(), shoes())
    return write(1, *topics, memory=history.run(1, *topics), language=language)


def test_without_memory_a_report_says_nothing_of_trends() -> None:
    (topic,) = write(0, matcha(), memory=None).topics
    assert (topic.trend_id, topic.since, topic.standing, topic.merged) == (None, None, None, ())


def test_a_first_report_differs_by_the_added_fields_alone() -> None:
    plain = write(0, matcha(), shoes(announced=False), memory=None)
    first = write(
        0,
        matcha(),
        shoes(announced=False),
        memory=History().run(0, matcha(), shoes(announced=False)),
    )
    blank = {"trend_id": None, "since": None, "seen_windows": None, "standing": None}
    assert plain == first.model_copy(
        update={
            "topics": tuple(one.model_copy(update=blank) for one in first.topics),
            "watching": tuple(one.model_copy(update=blank) for one in first.watching),
        }
    )
    assert to_markdown(plain) == to_markdown(first)
    assert to_html(plain) == to_html(first)


def test_every_topic_says_which_trend_it_is_and_since_when() -> None:
    history = History()
    history.run(0, matcha())
    (topic,) = write(1, matcha(), memory=history.run(1, matcha())).topics
    assert (topic.since, topic.seen_windows, topic.standing) == (day(0), 2, Standing.THERE)
    assert topic.trend_id is not None


@LANGUAGES
def test_a_topic_that_is_back_says_after_how_many_days(language: Language) -> None:
    history = History()
    history.run(0, matcha())
    previous = write(6, shoes(), memory=history.run(6, shoes()))
    report = write(
        9, matcha(), memory=history.run(9, matcha()), previous=previous, language=language
    )
    change = report.comparisons[0].changes[0]
    assert (change.kind, change.back_after_days, change.since) == (ChangeKind.BACK, 9, day(0))
    assert report.topics[0].change is ChangeKind.BACK
    assert ("Back after 9 days" if language is Language.EN else "9일 만에 재등장") in to_markdown(
        report
    )
    assert ("back 1" if language is Language.EN else "재등장 1개") in report.lines[2]
    assert 'class="badge back"' in to_html(report)


def test_a_topic_that_is_gone_says_since_when_it_was_told() -> None:
    history = History()
    history.run(0, matcha())
    previous = write(1, matcha(), memory=history.run(1, matcha()))
    report = write(2, shoes(), memory=history.run(2, shoes()), previous=previous)
    gone = next(one for one in report.comparisons[0].changes if one.kind is ChangeKind.GONE)
    assert (gone.label, gone.since, gone.seen_windows) == ("말차", day(0), 2)
    assert "in 2 reports from" in to_markdown(report)


@LANGUAGES
def test_a_report_names_what_it_hides_by_whom_and_until_when(language: Language) -> None:
    report = muted(language)
    assert [one.label for one in report.topics] == ["러닝화"]
    assert [(one.label, one.announced) for one in report.hidden] == [("말차", True)]
    (note,) = (one for one in report.notes if one.code is NoteCode.HIDDEN)
    until = "12 Dec 2026" if language is Language.EN else "2026년 12월 12일"
    assert all(word in note.text for word in ("말차", "kim", until)), note.text
    assert "말차" in to_markdown(report)
    assert "말차" in to_html(report)


def test_what_is_shown_is_ranked_anew_and_keeps_its_numbers() -> None:
    history = History()
    history.run(0, matcha(), shoes())
    plain = write(1, matcha(), shoes(), memory=history.run(1, matcha(), shoes()))
    hiding = muted()
    whole, (shown,) = plain.topics[1], hiding.topics
    assert shown == whole.model_copy(update={"rank": 1})
    assert hiding.claim == plain.claim
    assert (hiding.volume, hiding.counts) == (plain.volume, plain.counts)


@LANGUAGES
def test_a_report_of_which_everything_is_hidden_does_not_say_that_nothing_rose(
    language: Language,
) -> None:
    report = muted(language, everything=True)
    assert report.topics == ()
    assert report.lines[1] != muted(language).lines[1]
    assert "decision" in report.lines[1] or "결정" in report.lines[1]
    assert "error rate" in report.claim.sentence or "오류율" in report.claim.sentence
    assert "Nothing rose" not in to_markdown(report)
    assert "늘어난 토픽은 없습니다" not in to_markdown(report)


def test_what_is_hidden_now_is_not_told_as_gone() -> None:
    history = History()
    memory = history.run(0, matcha(), shoes())
    previous = write(0, matcha(), shoes(), memory=memory)
    history.decide(Verb.MUTE, memory.topics[0])
    report = write(
        1, matcha(), shoes(), memory=history.run(1, matcha(), shoes()), previous=previous
    )
    assert [(one.kind, one.label) for one in report.comparisons[0].changes] == [
        (ChangeKind.STEADY, "러닝화")
    ]


def test_what_is_shown_again_after_hiding_is_not_new() -> None:
    history = History()
    made = history.decide(Verb.MUTE, history.run(0, matcha()).topics[0])
    memory = history.run(1, matcha())
    previous = write(1, matcha(), memory=memory)
    history.decide(Verb.UNDO, memory.topics[0], other=made.decision_id)
    report = write(2, matcha(), memory=history.run(2, matcha()), previous=previous)
    assert [one.kind for one in report.comparisons[0].changes] == [ChangeKind.STEADY]


@LANGUAGES
def test_a_named_topic_says_what_its_headlines_call_it(language: Language) -> None:
    history = History()
    history.decide(Verb.RENAME, history.run(0, matcha()).topics[0], name="초록 열풍")
    report = write(1, matcha(), memory=history.run(1, matcha()), language=language)
    (topic,) = report.topics
    assert (topic.label, topic.found_label) == ("초록 열풍", "말차")
    assert "초록 열풍" in report.lines[1]
    assert ": 말차" in to_markdown(report)


@LANGUAGES
def test_merged_topics_are_one_with_the_numbers_of_each(language: Language) -> None:
    history = History()
    one, other = history.run(0, matcha(), shoes()).topics
    history.decide(Verb.MERGE, other, other=one.found_as)
    report = write(
        1, matcha(), shoes(), memory=history.run(1, matcha(), shoes()), language=language
    )
    (topic,) = report.topics
    assert topic.label == "말차"
    assert [(part.label, part.stories) for part in topic.merged] == [("러닝화", shoes().stories)]
    assert "러닝화" in to_markdown(report)
    assert "러닝화" in to_html(report)


def test_a_followed_topic_is_marked() -> None:
    history = History()
    history.decide(Verb.FOLLOW, history.run(0, matcha()).topics[0])
    report = write(1, matcha(), memory=history.run(1, matcha()))
    assert report.topics[0].followed
    assert "Followed" in to_markdown(report)


def test_a_report_with_memory_survives_the_round_trip() -> None:
    report = muted()
    assert Report.model_validate_json(to_json(report)) == report
