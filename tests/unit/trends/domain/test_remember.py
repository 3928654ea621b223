"""New, back, still there, gone; and what decisions make of it."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.trends.domain.memory_cases import History, day, found
from trends.domain.decisions import Verb
from trends.domain.memory import Standing, TopicMemory
from trends.domain.models import Confidence, Topic

MATCHA = ("말차", "라테", "카페")
SHOES = ("러닝화", "마라톤", "기록")


def matcha(topic_id: str = "m", **more: Any) -> Topic:
    return found(topic_id, *MATCHA, **more)


def shoes(topic_id: str = "s", **more: Any) -> Topic:
    return found(topic_id, *SHOES, **more)


def only(topics: tuple[TopicMemory, ...]) -> TopicMemory:
    (one,) = topics
    return one


def test_a_topic_is_new_once_and_then_there() -> None:
    history = History()
    standings = [only(history.run(number, matcha()).topics).standing for number in range(3)]
    assert standings == [Standing.NEW, Standing.THERE, Standing.THERE]


def test_a_topic_that_is_only_watched_has_no_standing_and_is_new_when_it_is_announced() -> None:
    history = History()
    watched = only(history.run(0, matcha(announced=False)).topics)
    announced = only(history.run(1, matcha()).topics)
    assert (watched.standing, announced.standing) == (None, Standing.NEW)
    assert (announced.since, announced.seen_windows) == (day(0), 2)


def test_a_topic_that_returns_is_back_and_says_after_how_many_days() -> None:
    history = History()
    history.run(0, matcha())
    history.run(1, shoes())
    history.run(5, shoes())
    back = only(history.run(9, matcha()).topics)
    assert (back.standing, back.back_after_days) == (Standing.BACK, 9)
    assert (back.since, back.seen_windows) == (day(0), 2)


def test_a_topic_that_is_not_announced_any_more_is_gone_once() -> None:
    history = History()
    history.run(0, matcha(), shoes())
    gone = history.run(1, shoes()).gone
    assert [(one.label, one.since, one.last_announced) for one in gone] == [
        ("말차", day(0), day(0))
    ]
    assert history.run(2, shoes()).gone == ()


def test_a_window_that_could_claim_nothing_says_neither_gone_nor_new_and_counts_as_none() -> None:
    history = History()
    history.run(0, matcha())
    short = history.run(1, shoes(), confidence=Confidence.TOO_SHORT)
    assert (only(short.topics).standing, short.gone) == (None, ())
    assert only(history.run(2, matcha()).topics).standing is Standing.THERE


def test_a_muted_topic_is_hidden_and_nothing_else_of_it_changes() -> None:
    history, plain = History(), History()
    history.decide(Verb.MUTE, only(history.run(0, matcha()).topics), reason="광고")
    plain.run(0, matcha())
    muted, as_found = only(history.run(1, matcha()).topics), only(plain.run(1, matcha()).topics)
    assert muted.hidden is not None
    assert (muted.hidden.verb, muted.hidden.author, muted.hidden.reason) == ("mute", "kim", "광고")
    assert muted.model_copy(update={"hidden": None}) == as_found


def test_a_hidden_topic_is_not_told_as_gone() -> None:
    history = History()
    memory = history.run(0, matcha(), shoes())
    history.decide(Verb.REJECT, memory.topics[0])
    assert history.run(1, shoes()).gone == ()


def test_a_muted_topic_that_splits_stays_muted_in_all_its_parts_and_says_of_what() -> None:
    history = History()
    whole = found("w", "두쫀쿠", "쿠키", "카페", "편의점")
    history.decide(Verb.MUTE, only(history.run(0, whole).topics))
    parts = (
        found("p1", "두쫀쿠", "쿠키", "카페"),
        found("p2", "두쫀쿠", "편의점", label="편의점 두쫀쿠"),
    )
    for number in (1, 2):
        first, second = history.run(number, *parts).topics
        assert first.found_as != second.found_as
        assert first.hidden is not None
        assert first.hidden.of == ""
        assert second.hidden is not None
        assert second.hidden.of == "두쫀쿠"


def test_a_part_s_own_decision_goes_before_what_it_inherits() -> None:
    history = History()
    history.decide(
        Verb.MUTE, only(history.run(0, found("w", "두쫀쿠", "쿠키", "카페", "편의점")).topics)
    )
    parts = (
        found("p1", "두쫀쿠", "쿠키", "카페"),
        found("p2", "두쫀쿠", "편의점", label="편의점 두쫀쿠"),
    )
    history.decide(Verb.FOLLOW, history.run(1, *parts).topics[1], 1)
    first, second = history.run(2, *parts).topics
    assert (first.hidden is None, second.hidden is None) == (False, True)
    assert second.followed is not None


def test_a_decision_expires_by_the_end_of_the_window() -> None:
    history = History()
    history.decide(Verb.MUTE, only(history.run(0, matcha()).topics), until=day(2))
    hidden = [only(history.run(number, matcha()).topics).hidden for number in (1, 2, 3)]
    assert [one is None for one in hidden] == [False, True, True]


def test_a_decision_that_is_taken_back_holds_no_more() -> None:
    history = History()
    made = history.decide(Verb.MUTE, only(history.run(0, matcha()).topics))
    muted = only(history.run(1, matcha()).topics)
    history.decide(Verb.UNDO, muted, other=made.decision_id)
    shown = only(history.run(2, matcha()).topics)
    assert shown.hidden is None
    assert shown.standing is Standing.THERE


def test_a_renamed_trend_keeps_its_name_while_its_terms_drift_away() -> None:
    history = History()
    history.decide(
        Verb.RENAME, only(history.run(0, found("a", "말차", "라테")).topics), name="말차 열풍"
    )
    drift = [
        ("말차", "빙수"),
        ("말차", "빙수", "팥"),
        ("빙수", "말차", "팥"),
        ("빙수", "팥", "호텔"),
    ]
    names = [
        only(history.run(number, found(f"d{number}", *terms, label=terms[0])).topics).name
        for number, terms in enumerate(drift, 1)
    ]
    assert names == ["말차 열풍"] * 4


def test_a_decision_holds_a_trend_long_after_it_would_have_been_forgotten() -> None:
    history = History()
    trend = only(history.run(0, matcha()).topics)
    history.decide(Verb.MUTE, trend)
    late = only(history.run(400, matcha("other-id")).topics)
    assert late.hidden is not None
    assert late.found_as == trend.found_as


def test_a_decision_defines_a_trend_in_a_window_that_knows_nothing_of_it() -> None:
    history, earlier = History(), History()
    history.decide(Verb.RENAME, only(history.run(5, matcha()).topics), name="말차 열풍")
    earlier.decisions = history.decisions
    assert only(earlier.run(0, matcha("older")).topics).name == "말차 열풍"


def test_a_merge_holds_when_both_topics_come_separately_again() -> None:
    history = History()
    one, other = history.run(0, matcha(), shoes()).topics
    history.decide(Verb.MERGE, one, other=other.found_as)
    for number in (1, 2):
        first, second = history.run(number, matcha(), shoes()).topics
        assert first.found_as != second.found_as
        assert {first.trend_id, second.trend_id} == {other.found_as}
        assert first.name == "러닝화"


def test_a_merged_topic_that_comes_alone_is_shown_as_the_whole() -> None:
    history = History()
    one, other = history.run(0, matcha(), shoes()).topics
    history.decide(Verb.MERGE, one, other=other.found_as)
    history.run(1, shoes())
    alone = only(history.run(2, matcha()).topics)
    assert (alone.trend_id, alone.name, alone.standing) == (
        other.found_as,
        "러닝화",
        Standing.THERE,
    )


def test_a_split_keeps_the_part_apart_from_then_on() -> None:
    history = History()
    whole = found("w", "애플", "아이폰", "파이", "사과")
    trend = only(history.run(0, whole).topics)
    history.decide(Verb.SPLIT, trend, other="part-1", terms=("파이", "사과"), name="사과 파이")
    pie = found("p", "파이", "애플", "사과")
    alone = only(history.run(1, pie).topics)
    assert (alone.found_as, alone.name, alone.standing) == ("part-1", "사과 파이", Standing.NEW)
    phone, again = history.run(2, found("f", "애플", "아이폰"), pie).topics
    assert (phone.found_as, again.found_as) == (trend.found_as, "part-1")


def test_two_merges_that_make_a_circle_in_an_old_window_do_not_hang() -> None:
    history = History()
    one, other = history.run(0, matcha(), shoes()).topics
    history.decide(Verb.MERGE, one, other=other.found_as, until=day(3))
    history.decide(Verb.MERGE, other, other=one.found_as)
    shown = {each.trend_id for each in history.run(1, matcha(), shoes()).topics}
    assert shown == {one.found_as}


@pytest.mark.parametrize("number", [1, 2])
def test_a_followed_trend_is_marked(number: int) -> None:
    history = History()
    history.decide(Verb.FOLLOW, only(history.run(0, matcha()).topics))
    followed = only(history.run(number, matcha()).topics).followed
    assert followed is not None
    assert followed.verb is Verb.FOLLOW


def test_memory_is_the_same_bytes_however_often_it_is_made() -> None:
    def made() -> bytes:
        history = History()
        history.run(0, matcha(), shoes())
        return history.run(1, shoes("x"), matcha("y")).model_dump_json().encode()

    assert made() == made()


def test_a_day_more_or_less_changes_no_trend_s_id() -> None:
    history = History()
    first = only(history.run(0, matcha()).topics).found_as
    assert {
        only(history.run(number, matcha(f"id-{number}")).topics).found_as for number in range(1, 30)
    } == {first}
    assert day(1) - day(0) == timedelta(days=1)
