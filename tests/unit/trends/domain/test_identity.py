"""Which trend a topic is."""

from datetime import timedelta
from itertools import permutations

from tests.unit.trends.domain.memory_cases import END, MONITOR, day, found, remembered, told
from trends.domain.hand import Hand
from trends.domain.identity import HALF_LIFE_DAYS, REMEMBERED, SAME, Attachments, attach, faded
from trends.domain.memory import LinkKind, Past, RememberedTrend
from trends.domain.models import Topic


def past(*trends: RememberedTrend) -> Past:
    return Past(tenant="local", monitor=MONITOR, windows=(END,), trends=trends)


def attached(topics: list[Topic], of: Past, number: int = 1) -> Attachments:
    return attach(topics, of, day(number), Hand((), day(number)))


def links(of: Attachments, kind: LinkKind) -> list[tuple[str, str]]:
    return [(one.from_trend, one.to_trend) for one in of.links if one.kind is kind]


def test_a_topic_that_is_like_nothing_is_a_new_trend_with_an_id_of_its_own() -> None:
    made = attached([found("a", "말차"), found("b", "러닝화")], past())
    assert len(set(made.trend_ids.values())) == 2


def test_the_same_run_again_gives_the_same_ids() -> None:
    topics = [found("a", "말차"), found("b", "러닝화")]
    assert attached(topics, past()).trend_ids == attached(topics, past()).trend_ids


def test_another_window_gives_a_new_trend_another_id() -> None:
    topics = [found("a", "말차")]
    assert attached(topics, past()).trend_ids != attached(topics, past(), 2).trend_ids


def test_a_topic_keeps_its_trend_when_its_words_drift() -> None:
    trend = remembered(found("a", "두쫀쿠", "두바이 쫀득 쿠키", "카페"))
    drifted = found("b", "두쫀쿠", "편의점", "품절", label="두쫀쿠 품절")
    assert attached([drifted], past(trend)).trend_ids == {"b": "trend-1"}


def test_a_topic_is_known_by_its_stories_when_its_words_are_others() -> None:
    story = told("s1", "마트마다 동난 그 쿠키")
    trend = remembered(found("a", "두쫀쿠", pieces=(story,)))
    assert attached([found("b", "쫀득 쿠키", pieces=(story,))], past(trend)).trend_ids == {
        "b": "trend-1"
    }


def test_two_topics_that_share_one_word_are_two_trends() -> None:
    trend = remembered(found("a", "아이폰 17", "애플", "출시", "카메라", "가격"))
    other = found("b", "갤럭시 s26", "삼성", "출시", "배터리", "언팩")
    assert attached([other], past(trend)).trend_ids["b"] != "trend-1"


def test_likeness_fades_until_nothing_is_remembered() -> None:
    trend = remembered(found("a", "말차", "라테"))
    assert attached([found("b", "말차", "라테")], past(trend), 120).trend_ids["b"] == "trend-1"
    late = REMEMBERED // timedelta(days=1)
    assert attached([found("b", "말차", "라테")], past(trend), late).trend_ids["b"] != "trend-1"


def test_a_perfect_likeness_is_below_the_bar_when_reading_ends() -> None:
    trend = remembered(found("a", "말차"))
    assert faded(trend, END + REMEMBERED) < SAME
    assert faded(trend, END + timedelta(days=HALF_LIFE_DAYS)) == 0.5


def test_the_surest_pair_is_made_first_and_each_trend_is_given_once() -> None:
    trend = remembered(found("a", "말차", "라테", "카페"))
    near = found("near", "말차", "빙수", "디저트", label="말차 빙수")
    same = found("same", "말차", "라테", "카페")
    made = attached([near, same], past(trend))
    assert made.trend_ids["same"] == "trend-1"
    assert made.trend_ids["near"] != "trend-1"


def test_the_order_of_topics_and_trends_changes_nothing() -> None:
    topics = [found("a", "말차", "라테"), found("b", "말차", "빙수"), found("c", "러닝화")]
    trends = [
        remembered(found("x", "말차", "빙수"), "t1"),
        remembered(found("y", "말차", "케이크"), "t2"),
    ]
    made = {
        str((sorted(of.trend_ids.items()), of.links))
        for order in permutations(topics)
        for known in permutations(trends)
        for of in [attached(list(order), past(*known))]
    }
    assert len(made) == 1


def test_a_topic_that_takes_a_second_trend_in_is_a_merge() -> None:
    cookie = remembered(found("a", "두쫀쿠", "쿠키", "카페"), "t1")
    shop = remembered(found("b", "두쫀쿠", "쿠키", "편의점"), "t2")
    made = attached([found("c", "두쫀쿠", "쿠키", "카페")], past(cookie, shop))
    assert made.trend_ids == {"c": "t1"}
    assert links(made, LinkKind.MERGE) == [("t2", "t1")]
    (merge,) = (one for one in made.links if one.kind is LinkKind.MERGE)
    assert "두쫀쿠" in merge.reason


def test_a_trend_that_was_gone_already_is_not_merged() -> None:
    here = remembered(found("a", "두쫀쿠", "쿠키", "카페"), "t1", day(0))
    gone = remembered(found("b", "두쫀쿠", "쿠키", "편의점"), "t2", day(-3))
    made = attached([found("c", "두쫀쿠", "쿠키", "카페")], past(here, gone))
    assert links(made, LinkKind.MERGE) == []


def test_a_second_topic_of_one_trend_is_a_split() -> None:
    trend = remembered(found("a", "두쫀쿠", "쿠키", "카페", "편의점"))
    stays = found("b", "두쫀쿠", "쿠키", "카페")
    leaves = found("c", "두쫀쿠", "편의점", label="편의점 두쫀쿠")
    made = attached([stays, leaves], past(trend))
    assert links(made, LinkKind.SPLIT) == [("trend-1", made.trend_ids["c"])]


def test_topics_that_share_stories_are_neighbours() -> None:
    story = told("s1", "말차와 러닝")
    topics = [found("a", "말차", pieces=(story,)), found("b", "러닝화", pieces=(story,))]
    made = attached(topics, past())
    assert links(made, LinkKind.RELATED) == [tuple(sorted(made.trend_ids.values()))]
