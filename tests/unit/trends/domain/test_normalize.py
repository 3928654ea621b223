"""From what the sources gave to stories."""

import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trends.domain.models import Item, Language, RawItem, Story, TimeRule, Window
from trends.domain.normalize import NormalizedCorpus, normalize
from trends.domain.queries import parse

NOW = datetime(2026, 1, 9, 3, tzinfo=UTC)
WEEK = Window(start=NOW - timedelta(days=7), end=NOW)
BOTH = (Language.KO, Language.EN)
MATCHA = "편의점 말차 디저트 품절 대란…하루 10만개 팔렸다"


def nothing(_: int, __: int) -> None:
    """Ignore progress."""


def raw(
    item_id: str, title: str = MATCHA, published: str | None = "2026-01-08", **more: Any
) -> RawItem:
    """One item of a source."""
    return RawItem(source="wire", item_id=item_id, title=title, published=published, **more)


def run(  # every argument of normalize, with defaults
    *items: RawItem,
    window: Window = WEEK,
    languages: tuple[Language, ...] = BOTH,
    query: str = "",
    now: datetime = NOW,
    tick: Callable[[int, int], None] = nothing,
) -> NormalizedCorpus:
    """Normalize with two weeks of past."""
    return normalize(
        iter(items),
        window=window,
        history_start=NOW - timedelta(days=14),
        now=now,
        zone="Asia/Seoul",
        languages=languages,
        query=parse(query),
        tick=tick,
    )


def only(corpus: NormalizedCorpus) -> Item:
    """The one item of a corpus."""
    ((item,),) = (story.items for story in corpus.stories)
    return item


def test_item_is_cleaned_in_every_field() -> None:
    given_item = RawItem(
        source="feed",
        item_id="7",
        title=" <b>말차</b>&nbsp;품절 &amp; 대란 - 가나신문",
        summary="<p>하루에 &quot;10만개&quot;</p>",
        url="HTTPS://News.Example/7?utm_source=x#top",
        outlet=" 가나신문\u200b ",
        published="2026-01-08 14:30",
        language="ko-KR",
        place="feed.jsonl:7",
    )
    assert only(run(given_item)) == Item(
        item_id="feed:7",
        source="feed",
        title="말차 품절 & 대란",
        summary='하루에 "10만개"',
        url="https://news.example/7",
        outlet="가나신문",
        published_at=datetime(2026, 1, 8, 5, 30, tzinfo=UTC),
        time_rule=TimeRule.EXACT,
        language=Language.KO,
        place="feed.jsonl:7",
    )


def test_story_speaks_for_its_items() -> None:
    corpus = run(
        raw("b", published="2026-01-08T02:00:00Z", outlet="나"),
        raw("a", published="2026-01-08T01:00:00Z", outlet="다"),
        raw("c", published="2026-01-08T03:00:00Z"),
    )
    (story,) = corpus.stories
    assert (story.story_id, story.outlets) == ("wire:a", ("나", "다"))
    assert [item.item_id for item in story.items] == ["wire:a", "wire:b", "wire:c"]
    assert (story.title, story.published_at) == (MATCHA, story.items[0].published_at)


def test_stories_are_valid_models() -> None:
    (story,) = run(raw("a", outlet="나")).stories
    assert Story.model_validate_json(story.model_dump_json()) == story


def test_story_matches_when_any_item_does() -> None:
    corpus = run(
        raw("a", published="2026-01-08T01:00:00Z"),
        raw("b", published="2026-01-08T02:00:00Z", summary="카페도 가세", outlet="나"),
        raw("c", title="호두과자 프랜차이즈 미국 진출"),
        query="카페",
    )
    assert {story.story_id: story.matched for story in corpus.stories} == {
        "wire:a": True,
        "wire:c": False,
    }
    assert corpus.counts.matched_stories == 1


@pytest.mark.parametrize(
    ("item", "counter"),
    [
        (raw("x", title="<b> </b>"), "untitled"),
        (raw("x", title="- 가나신문", outlet="가나신문", published="2020-01-01"), "outside_window"),
        (raw("x", published="2025-12-01"), "outside_window"),
        (raw("x", title="La grève des transports se poursuit à Paris"), "other_language"),
    ],
)
def test_what_is_dropped_is_counted(item: RawItem, counter: str) -> None:
    counts = run(item, raw("kept")).counts
    assert getattr(counts, counter) == 1
    assert (counts.items_in, counts.items_kept, counts.stories) == (2, 1, 1)


def test_only_the_languages_of_the_run_are_kept() -> None:
    counts = run(raw("a"), raw("b", "Matcha prices double"), languages=(Language.EN,)).counts
    assert (counts.items_kept, counts.other_language) == (1, 1)


def test_past_before_the_window_is_kept() -> None:
    assert run(raw("a", published="2025-12-27")).counts.items_kept == 1


def test_window_end_is_outside() -> None:
    ended = Window(start=WEEK.start, end=NOW - timedelta(days=1))
    assert run(raw("a", published=ended.end.isoformat()), window=ended).counts.outside_window == 1


@pytest.mark.parametrize(
    ("published", "rule", "counter"),
    [
        (None, TimeRule.MISSING, "missing_time"),
        ("soon", TimeRule.MISSING, "missing_time"),
        ("2027-01-01", TimeRule.FUTURE, "future_time"),
        ("2026-01-09", TimeRule.DATE_ONLY, "date_only"),
    ],
)
def test_item_first_seen_now_falls_into_a_window_that_reaches_up_to_now(
    published: str | None, rule: TimeRule, counter: str
) -> None:
    corpus = run(raw("a", published=published))
    assert only(corpus).time_rule == rule
    assert only(corpus).published_at == NOW - timedelta(microseconds=1)
    assert getattr(corpus.counts, counter) == 1


def test_item_first_seen_now_is_outside_a_window_of_the_past() -> None:
    past = Window(start=WEEK.start, end=NOW - timedelta(days=2))
    assert run(raw("a", published=None), window=past).counts.outside_window == 1


def test_one_id_given_twice_is_one_item_the_first_published() -> None:
    again = raw("a", title="호두과자 프랜차이즈 미국 진출", published="2026-01-07")
    corpus = run(raw("a"), again)
    assert only(corpus).title == again.title
    assert (corpus.counts.repeated, corpus.counts.items_kept) == (1, 1)


def test_one_id_of_two_sources_is_two_items() -> None:
    other = raw("a").model_copy(update={"source": "other"})
    assert run(raw("a"), other).counts.items_kept == 2


def test_counts_add_up() -> None:
    corpus = run(
        raw("a", outlet="가"),
        raw("b", outlet="가"),
        raw("c", outlet="나"),
        raw("a"),
        raw("d", "호두과자 프랜차이즈 미국 진출"),
        raw("e", ""),
    )
    counts = corpus.counts
    assert counts.items_in == 6
    assert counts.items_in == counts.items_kept + counts.repeated + counts.untitled
    assert counts.items_kept == counts.stories + counts.exact_duplicates + counts.near_duplicates
    assert (counts.exact_duplicates, counts.near_duplicates) == (1, 1)


def test_nothing_in_gives_nothing_out() -> None:
    assert run().stories == ()


def test_tick_comes_at_least_every_200_items_and_never_goes_back() -> None:
    calls: list[tuple[int, int]] = []
    run(
        *(raw(f"i{n}", f"{n}번째 소식입니다") for n in range(450)),
        tick=lambda done, total: calls.append((done, total)),
    )
    steps = [there[0] - here[0] for here, there in pairwise([(0, 0), *calls])]
    assert min(steps) >= 0
    assert max(steps) <= 200
    assert all(done <= total for done, total in calls)
    assert calls[-1] == (900, 900)


def test_tick_may_stop_the_work() -> None:
    read: list[str] = []

    def items() -> Iterable[RawItem]:
        for number in range(1_000):
            read.append(f"i{number}")
            yield raw(f"i{number}")

    def stop(_: int, __: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        normalize(
            items(),
            window=WEEK,
            history_start=WEEK.start,
            now=NOW,
            zone="Asia/Seoul",
            languages=BOTH,
            query=parse(""),
            tick=stop,
        )
    assert len(read) <= 200


TITLES = st.lists(
    st.sampled_from(
        ["말차", "라떼", "품절", "대란", "호두과자", "10만개", "matcha", "latte", "sold out"]
    ),
    min_size=1,
    max_size=7,
).map(" ".join)
PUBLISHED = st.sampled_from(
    ["2026-01-08", "2026-01-07T05:00:00Z", "2026-01-05 09:00", "2027-01-01", None, "2026-01-09"]
)
RAW_ITEMS = st.lists(
    st.builds(
        RawItem,
        source=st.sampled_from(["wire", "feed"]),
        item_id=st.integers(0, 20).map(str),
        title=TITLES,
        url=st.none() | st.integers(0, 5).map("https://news.example/{}?utm_source=x".format),
        outlet=st.sampled_from([None, "가나신문", "Daily"]),
        published=PUBLISHED,
    ),
    max_size=20,
)


def as_raw(item: Item) -> RawItem:
    """Give a cleaned item back as a source would."""
    return RawItem(
        source=item.source,
        item_id=item.item_id.removeprefix(f"{item.source}:"),
        title=item.title,
        summary=item.summary,
        url=item.url,
        outlet=item.outlet,
        published=item.published_at.isoformat(),
        language=item.language,
        place=item.place,
    )


@settings(max_examples=30)
@given(RAW_ITEMS, st.randoms(use_true_random=False))
def test_order_of_items_makes_no_difference(items: list[RawItem], chance: random.Random) -> None:
    assert run(*items) == run(*chance.sample(items, len(items)))


@settings(max_examples=30)
@given(RAW_ITEMS)
def test_normalizing_again_gives_the_same_stories(items: list[RawItem]) -> None:
    once = run(*items)
    twice = run(*(as_raw(item) for story in once.stories for item in story.items))
    assert [[item.item_id for item in story.items] for story in twice.stories] == [
        [item.item_id for item in story.items] for story in once.stories
    ]


@settings(max_examples=30)
@given(RAW_ITEMS)
def test_stories_are_sorted_and_hold_every_kept_item_once(items: list[RawItem]) -> None:
    corpus = run(*items)
    places = [(story.published_at, story.story_id) for story in corpus.stories]
    ids = [item.item_id for story in corpus.stories for item in story.items]
    assert places == sorted(places)
    assert len(ids) == len(set(ids)) == corpus.counts.items_kept


def digest() -> str:
    """Digest of what becomes of some made-up headlines, many of them alike."""
    words = ("말차", "라떼", "품절", "대란", "미국", "진출")
    items = [
        raw(f"i{n}", " ".join(title), f"2026-01-0{1 + n % 8}", outlet=f"o{n % 7}")
        for n, title in enumerate(permutations(words, 3))
    ]
    corpus = run(*items, query="말차 OR 미국")
    lines = "\n".join(story.model_dump_json() for story in corpus.stories)
    return hashlib.sha256(lines.encode()).hexdigest()


def test_bytes_do_not_depend_on_the_hash_seed() -> None:
    script = "from tests.unit.trends.domain.test_normalize import digest; print(digest())"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == digest()
