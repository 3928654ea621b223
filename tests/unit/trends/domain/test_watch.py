"""Counting a watchlist: by day, against its past, within its group."""

from collections.abc import Sequence
from datetime import timedelta

from tests.unit.trends.domain.story_cases import (
    END,
    SpaceTokenizer,
    burst,
    everyday,
    story,
)
from trends.domain.analyze import analyze
from trends.domain.korean import Morpheme
from trends.domain.models import Analysis, Language, Story, WatchVerdict, Window
from trends.domain.watchlist import Aliases, Entity


def analyzed(stories: Sequence[Story], entities: Sequence[Entity], days: int = 90) -> Analysis:
    return analyze(
        stories,
        window=Window(start=END - timedelta(days=7), end=END),
        history_start=END - timedelta(days=days),
        zone="UTC",
        outlets_known=True,
        error_rate=0.05,
        min_stories=3,
        max_topics=50,
        user_words=(),
        tick=lambda _done, _total: None,
        tokenizer=SpaceTokenizer(),
        watchlist=entities,
    )


def steady(title: str, every: int = 3, days: int = 90) -> list[Story]:
    return [story(day, title, name=f"{title}:{day}") for day in range(0, days, every)]


NIKE = Entity(name="nike", title="Nike", group="shoes", aliases=Aliases(en=("Nike",)))
PUMA = Entity(name="puma", group="shoes", aliases=Aliases(en=("Puma",)))
LEGO = Entity(name="Lego")


def test_a_rise_is_called_and_calm_is_not() -> None:
    stories = [*everyday(), *steady("Puma shoe"), *steady("Nike shoe", 6)]
    stories += burst("Nike craze", [6, 5, 5, 4, 4])
    nike, puma = analyzed(stories, [NIKE, PUMA]).watch
    assert (nike.verdict, puma.verdict) == (WatchVerdict.RISING, WatchVerdict.USUAL)
    assert nike.stories == 26
    assert nike.expected is not None
    assert nike.expected < 4
    assert nike.growth_low > 2
    assert puma.growth_low < 1 < puma.growth_high


def test_entities_are_told_in_the_order_of_the_watchlist_with_their_names() -> None:
    told = analyzed([*everyday(), *steady("Nike shoe")], [PUMA, NIKE]).watch
    assert [(each.name, each.title, each.group) for each in told] == [
        ("puma", "puma", "shoes"),
        ("nike", "Nike", "shoes"),
    ]


def test_the_past_is_there_on_the_first_day() -> None:
    (nike,) = analyzed([*everyday(), *steady("Nike shoe", 10)], [NIKE]).watch
    assert [day.stories for day in nike.series[-90:]] == [
        int(day % 10 == 0) for day in range(89, -1, -1)
    ]
    assert all(day.observed for day in nike.series[-90:])


def test_stories_are_counted_once_however_many_items_and_names_they_hold() -> None:
    twice = story(1, "Nike and Nike", outlets=("Courier", "Gazette"))
    (nike,) = analyzed([*everyday(), twice], [NIKE]).watch
    assert (nike.stories, nike.outlets) == (1, 2)


def test_stories_that_the_query_does_not_match_do_not_count() -> None:
    other = story(1, "Nike elsewhere", matched=False)
    (nike,) = analyzed([*everyday(), other], [NIKE]).watch
    assert nike.stories == 0


def test_exposure_is_that_of_the_languages_in_which_it_has_a_name() -> None:
    stories = [*everyday(per_day=20), *everyday(per_day=5, language=Language.KO)]
    english, anywhere = analyzed(stories, [NIKE, LEGO]).watch
    assert {day.exposure for day in english.series[-90:]} == {20}
    assert {day.exposure for day in anywhere.series[-90:]} == {25}


def test_a_rise_that_rests_on_one_outlet_is_said_to() -> None:
    stories = [*everyday(), *burst("Nike craze", [6, 5, 5, 4, 4], outlets=("Courier",))]
    (nike,) = analyzed(stories, [NIKE]).watch
    assert nike.verdict is WatchVerdict.SINGLE_OUTLET


def test_a_short_past_allows_no_verdict() -> None:
    (nike,) = analyzed([*everyday(days=10), *burst("Nike", [9, 9])], [NIKE], days=10).watch
    assert nike.verdict is WatchVerdict.PAST_TOO_SHORT
    assert (nike.expected, nike.tests) == (None, ())


def test_voice_is_shared_within_a_group_with_an_interval() -> None:
    stories = [*everyday(), *burst("Nike talk", [3]), *burst("Puma talk", [1]), *burst("Lego", [9])]
    stories += [story(20, "Nike before"), story(21, "Puma before")]
    nike, puma, lego = analyzed(stories, [NIKE, PUMA, LEGO]).watch
    assert nike.voice is not None
    assert puma.voice is not None
    assert (nike.voice.share, puma.voice.share, lego.voice) == (0.75, 0.25, None)
    assert nike.voice.low < 0.75 < nike.voice.high
    assert nike.voice.before == 0.5


def test_a_group_that_nobody_names_has_no_voice() -> None:
    nike, puma = analyzed(everyday(), [NIKE, PUMA]).watch
    assert (nike.voice, puma.voice) == (None, None)


def test_evidence_is_of_the_window_with_the_most_carried_first() -> None:
    stories = [
        *everyday(),
        story(30, "Nike long ago"),
        story(2, "Nike once"),
        story(3, "Nike everywhere", outlets=("Courier", "Gazette")),
    ]
    (nike,) = analyzed(stories, [NIKE]).watch
    assert [piece.title for piece in nike.evidence] == ["Nike everywhere", "Nike once"]


def test_without_a_watchlist_an_analysis_is_what_it_was() -> None:
    stories = [*everyday(), *burst("Nike craze", [6, 5, 5, 4, 4])]
    assert "watch" not in analyzed(stories, ()).model_dump(mode="json")


def test_watched_korean_words_are_kept_whole() -> None:
    kept: list[Sequence[str]] = []

    class Listening(SpaceTokenizer):
        def cut(self, titles: Sequence[str], words: Sequence[str]) -> list[list[Morpheme]]:
            kept.append(words)
            return super().cut(titles, words)

    entities = [Entity(name="얼박사"), Entity(name="두쫀쿠"), Entity(name="Nike")]
    analyze(
        [*everyday(language=Language.KO), story(1, "얼박사가 뜬다", language=Language.KO)],
        window=Window(start=END - timedelta(days=7), end=END),
        history_start=END - timedelta(days=90),
        zone="UTC",
        outlets_known=True,
        error_rate=0.05,
        min_stories=3,
        max_topics=5,
        user_words=("쿠팡",),
        tick=lambda _done, _total: None,
        tokenizer=Listening(),
        watchlist=entities,
    )
    assert ("얼박사", "쿠팡") in [tuple(words) for words in kept]
