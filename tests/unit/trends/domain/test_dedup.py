"""Which items are one story."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trends.domain.dedup import Entry, Joined, join
from trends.domain.models import Language

START = datetime(2026, 1, 5, tzinfo=UTC)
MATCHA = "편의점 말차 디저트 품절 대란…하루 10만개 팔렸다"
MATCHA_TOO = "편의점 말차 디저트 '품절 대란'…하루에 10만개 팔려"
WALNUT = "호두과자 프랜차이즈, 미국 1호점 연다"


def entry(
    item_id: str,
    title: str,
    hours: float = 0,
    outlet: str = "",
    page: str = "",
    language: Language = Language.KO,
) -> Entry:
    """One headline, so many hours after the start."""
    return Entry(item_id, title, language, START + timedelta(hours=hours), page, outlet)


def nothing(_: int) -> None:
    """Ignore progress."""


def stories(*entries: Entry) -> list[list[str]]:
    """Ids by story."""
    groups = join(entries, nothing).groups
    return [[entries[place].item_id for place in group] for group in groups]


def english(*titles: str) -> list[list[str]]:
    """Ids by story of English headlines an hour apart."""
    return stories(
        *(
            entry(f"e{n}", title, hours=n, language=Language.EN, outlet=f"o{n}")
            for n, title in enumerate(titles)
        )
    )


def test_alike_headlines_of_two_outlets_are_one_story() -> None:
    assert stories(entry("a", MATCHA), entry("b", MATCHA_TOO, 5, "둘째")) == [["a", "b"]]


def test_different_headlines_are_two_stories() -> None:
    assert stories(entry("a", MATCHA), entry("b", WALNUT, 1)) == [["a"], ["b"]]


def test_spacing_and_particles_make_no_other_story() -> None:
    assert stories(
        entry("a", "대한해운, 국내 해운업계 최초 전 선박 스타링크 개통"),
        entry("b", "대한해운 국내업계 최초로 전선박에 스타링크 개통", 2),
    ) == [["a", "b"]]


def test_other_things_said_of_one_subject_are_other_stories() -> None:
    assert stories(
        entry("a", "두쫀쿠 만드는 법, 카다이프 없이 집에서"),
        entry("b", "두쫀쿠 열풍에 피스타치오 수입 급증", 1),
        entry("c", "편의점도 두쫀쿠 전쟁…매장마다 오픈런", 2),
    ) == [["a"], ["b"], ["c"]]


def test_alike_english_headlines_are_one_story() -> None:
    assert english(
        "Matcha shortage hits cafes across Japan, growers say",
        "Growers say matcha shortage is hitting cafes across Japan",
        "Cafes across Japan face a matcha shortage",
    ) == [["e0", "e1", "e2"]]


def test_english_headlines_that_share_a_subject_are_other_stories() -> None:
    assert english(
        "Matcha shortage hits cafes across Japan",
        "How matcha became the taste of the year",
    ) == [["e0"], ["e1"]]


def test_languages_are_not_mixed() -> None:
    title = "LG OLED TV CES 2026 Best Innovation"
    assert stories(entry("a", title), entry("b", title, 1, language=Language.EN)) == [["a"], ["b"]]


def test_short_headlines_of_two_outlets_stay_apart() -> None:
    assert english("Morning briefing", "Morning briefing") == [["e0"], ["e1"]]


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("엔켐, 30억원 규모 전환사채 발행", "휴림에이텍, 100억원 규모 전환사채 발행"),
        ("엔켐, 30억원 규모 전환사채 발행", "엔켐, 100억원 규모 전환사채 발행 결정"),
    ],
)
def test_other_numbers_make_other_stories(here: str, there: str) -> None:
    assert stories(entry("a", here), entry("b", there, 1)) == [["a"], ["b"]]


def test_number_that_grows_within_the_day_is_the_same_story() -> None:
    first = "항공사들 겨울 폭풍 앞두고 항공편 1200편 넘게 취소…승객 발 묶여"
    assert stories(entry("a", first), entry("b", first.replace("1200", "1500"), 3)) == [["a", "b"]]


def test_issues_of_a_series_are_stories_of_their_own() -> None:
    issues = [entry(f"i{n}", f"오늘의 주요 증시 일정 (1월 {n}일)", 24 * n) for n in range(1, 4)]
    assert stories(*issues) == [["i1"], ["i2"], ["i3"]]


def test_same_title_in_one_outlet_is_one_story_for_two_days() -> None:
    weather = [entry(f"w{day}", "오늘의 날씨", 24 * day, "기상신문") for day in range(5)]
    assert stories(*weather) == [["w0", "w1", "w2"], ["w3", "w4"]]


def test_title_that_comes_back_months_later_is_another_story() -> None:
    assert stories(entry("a", MATCHA), entry("b", MATCHA, 24 * 60)) == [["a"], ["b"]]


def test_same_page_is_one_story_under_a_new_title() -> None:
    assert stories(
        entry("a", MATCHA, page="news.example/7"), entry("b", WALNUT, 20, page="news.example/7")
    ) == [["a", "b"]]


def test_page_that_takes_new_titles_day_by_day_does_not_grow_into_one_story() -> None:
    live = [
        entry(f"l{day}", f"{day}일째 {WALNUT}"[: 9 + day], 24 * day, page="news.example/live")
        for day in range(9)
    ]
    assert all(len(story) <= 4 for story in stories(*live))


def test_same_page_under_the_same_title_is_one_article_whenever_it_is_listed() -> None:
    listed = [entry(f"p{day}", MATCHA, 24 * day, page="news.example/7") for day in range(9)]
    assert stories(*listed) == [[f"p{day}" for day in range(9)]]


def test_article_listed_for_days_still_finds_its_near_duplicate_of_the_first_day() -> None:
    listed = [entry(f"p{day}", MATCHA, 24 * day, page="news.example/7") for day in range(9)]
    assert len(stories(*listed, entry("q", MATCHA_TOO, 5, "둘째"))) == 1


def test_chain_of_alike_headlines_does_not_drift() -> None:
    chain = [entry(f"c{n:02}", MATCHA, 30 * n, f"o{n}") for n in range(12)]
    found = {each.item_id: each.published_at for each in chain}
    spans = [found[story[-1]] - found[story[0]] for story in stories(*chain)]
    assert max(spans) <= timedelta(hours=72)


def test_what_is_most_alike_is_joined_first() -> None:
    chain = [
        entry("a", f"{WALNUT} 현지 입맛 겨냥", 0, "o1"),
        entry("b", WALNUT, 30, "o2"),
        entry("c", WALNUT, 60, "o3"),
        entry("d", WALNUT, 90, "o4"),
    ]
    assert stories(*chain) == [["a"], ["b", "c", "d"]]


def test_alike_headlines_two_days_apart_are_two_stories() -> None:
    assert stories(entry("a", MATCHA), entry("b", MATCHA_TOO, 40, "둘째")) == [["a"], ["b"]]


def test_first_published_item_leads_its_story() -> None:
    assert stories(entry("b", MATCHA, 1), entry("a", MATCHA_TOO, 2)) == [["b", "a"]]


def test_copies_are_counted_by_kind() -> None:
    joined = join(
        [
            entry("a", MATCHA, 0, "첫째"),
            entry("b", MATCHA, 1, "첫째"),
            entry("c", MATCHA_TOO, 2, "둘째"),
            entry("d", WALNUT, 3),
        ],
        nothing,
    )
    assert (joined.exact_duplicates, joined.near_duplicates, len(joined.groups)) == (1, 1, 2)


def test_no_entries_make_no_stories() -> None:
    assert join([], nothing) == Joined((), 0, 0)


def test_tick_may_stop_the_work() -> None:
    def stop(_: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        join([entry("a", MATCHA)], stop)


@st.composite
def newsdays(draw: st.DrawFn) -> list[Entry]:
    """Some days of headlines made of few words, so that many are alike."""
    words = [
        "말차",
        "라떼",
        "품절",
        "대란",
        "호두과자",
        "미국",
        "진출",
        "10만개",
        "20만개",
        "신메뉴",
    ]
    titles = st.lists(st.sampled_from(words), min_size=1, max_size=6).map(" ".join)
    rows = draw(
        st.lists(
            st.tuples(
                titles, st.integers(0, 120), st.sampled_from(["", "가", "나"]), st.integers(0, 9)
            ),
            max_size=25,
        )
    )
    return [
        entry(f"id{n}", title, hours, outlet, f"news.example/{page}" if page < 4 else "")
        for n, (title, hours, outlet, page) in enumerate(rows)
    ]


def as_ids(entries: list[Entry], joined: Joined) -> list[list[str]]:
    """Stories as lists of ids."""
    return [[entries[place].item_id for place in group] for group in joined.groups]


@settings(max_examples=40)
@given(newsdays(), st.randoms(use_true_random=False))
def test_order_of_entries_makes_no_difference(entries: list[Entry], chance: random.Random) -> None:
    shuffled = chance.sample(entries, len(entries))
    here, there = join(entries, nothing), join(shuffled, nothing)
    assert as_ids(entries, here) == as_ids(shuffled, there)
    assert here[1:] == there[1:]


@settings(max_examples=40)
@given(newsdays())
def test_every_entry_is_in_exactly_one_story(entries: list[Entry]) -> None:
    joined = join(entries, nothing)
    assert sorted(place for group in joined.groups for place in group) == list(range(len(entries)))
    copies = joined.exact_duplicates + joined.near_duplicates
    assert len(joined.groups) + copies == len(entries)
