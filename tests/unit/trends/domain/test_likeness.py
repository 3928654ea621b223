"""How alike a topic and a trend are."""

import pytest

from tests.unit.trends.domain.memory_cases import found, told
from trends.domain.likeness import likeness, mixed, profile_of, traits_of_topic
from trends.domain.models import Topic


def score(ours: Topic, theirs: Topic) -> float:
    return likeness(traits_of_topic(ours), traits_of_topic(theirs)).score


def test_a_topic_is_wholly_like_itself() -> None:
    one = found("a", "말차", "라테", "카페")
    assert score(one, one) == pytest.approx(1.0)


def test_a_single_shared_story_says_less_than_several() -> None:
    stories = [told(str(number), f"제목 {number} 입니다") for number in range(4)]

    def shared(count: int) -> float:
        ours = found("a", "말차", pieces=tuple(stories[:count]))
        theirs = found("b", "러닝화", pieces=tuple(stories[:count]))
        return likeness(traits_of_topic(ours), traits_of_topic(theirs)).by_stories

    assert [round(shared(count), 2) for count in (1, 2, 4)] == [0.5, 0.67, 0.8]


def test_topics_that_share_nothing_are_not_alike() -> None:
    assert score(found("a", "말차", "라테"), found("b", "러닝화", "마라톤")) == 0.0


def test_terms_weigh_by_their_rank() -> None:
    assert profile_of(found("a", "하나", "둘", "셋")) == {
        "하나": 0.5455,
        "둘": 0.2727,
        "셋": 0.1818,
    }


def test_a_shared_leading_term_counts_more_than_a_shared_last_one() -> None:
    ours = found("a", "말차", "라테", "카페", label="이것")
    lead = found("b", "말차", "아이스크림", "편의점", label="저것")
    last = found("c", "아이스크림", "편의점", "말차", label="그것")
    assert score(ours, lead) > score(ours, last) > 0


def test_spellings_of_a_term_are_one_term() -> None:
    assert score(found("a", "Dubai Chocolate"), found("b", "dubai  chocolate")) == pytest.approx(
        1.0
    )


@pytest.mark.parametrize(
    ("ours", "theirs", "shared"),
    [
        (told("1", "말차 라테 인기"), told("1", "다른 제목"), True),
        (
            told("1", "[단독] 말차 라테, 올해 매출 두 배"),
            told("2", "말차 라테 올해 매출 두 배"),
            True,
        ),
        (
            told("1", "말차 라테 열풍에 카페 매출 급증"),
            told("2", "말차 라테 열풍 카페 매출 급증세"),
            True,
        ),
        (told("1", "말차 라테 인기"), told("2", "국회 본회의 예산안 처리"), False),
    ],
    ids=["same story", "same title", "near title", "another"],
)
def test_stories_are_shared_by_id_or_by_title(ours: object, theirs: object, shared: bool) -> None:
    left = found("a", "말차", "라테", pieces=(ours,))
    right = found("b", "말차", "빙수", pieces=(theirs,))
    alike = likeness(traits_of_topic(left), traits_of_topic(right))
    assert (alike.by_stories > 0) == shared


def test_a_topic_without_terms_or_stories_is_like_none_but_by_its_label() -> None:
    bare = found("a", label="말차", pieces=())
    assert score(bare, found("b", "러닝화")) == 0.0
    assert score(bare, found("b", "말차", label="말차")) == pytest.approx(0.6)


def test_what_a_trend_is_about_follows_its_topics_and_keeps_its_past() -> None:
    before = profile_of(found("a", "말차", "라테"))
    now = profile_of(found("b", "말차", "빙수"))
    drifted = mixed(before, now, faded=1.0)
    assert set(drifted) == {"말차", "라테", "빙수"}
    assert sum(drifted.values()) == pytest.approx(1.0, abs=1e-3)
    assert mixed(before, now, faded=0.1)["라테"] < drifted["라테"]


def test_what_a_trend_is_about_stays_bounded() -> None:
    about: dict[str, float] = {}
    for week in range(40):
        about = mixed(about, profile_of(found("a", *(f"말{week}{n}" for n in range(8)))), 1.0)
    assert len(about) == 24
