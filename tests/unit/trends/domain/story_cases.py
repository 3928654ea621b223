"""Stories to analyze, written in a line each."""

import itertools
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from trends.domain.analyze import analyze
from trends.domain.korean import Morpheme
from trends.domain.models import Analysis, Item, Language, Story, Window

END = datetime(2026, 3, 5, tzinfo=UTC)
OUTLETS = ("Courier", "Gazette", "Herald", "Ledger", "Mercury", "Observer", "Tribune")

_NAMES = (
    "amber basil cedar delta ember fjord grove heron inlet jetty kettle lagoon meadow nectar orchid pebble quartz "
    "raven saddle thistle umber violet willow yarrow zephyr"
).split()
# Without a common divisor with the number of pairs, so that all come in turn, and none in a row.
_STRIDE = 229


class SpaceTokenizer:
    """Takes every word between spaces for a noun: the smallest analyser there is."""

    def cut(self, titles: Sequence[str], words: Sequence[str]) -> list[list[Morpheme]]:
        """Cut at spaces, whatever is to be kept whole."""
        del words
        return [
            [Morpheme("NNG", *match.span()) for match in re.finditer(r"\S+", title)]
            for title in titles
        ]


def story(
    days_ago: float,
    title: str,
    *,
    outlets: Sequence[str] = ("Courier",),
    language: Language = Language.EN,
    matched: bool = True,
    name: str | None = None,
) -> Story:
    """Make a story that ran so many days before `END`, in the middle of that day."""
    moment = END - timedelta(days=days_ago + 0.5)
    item_id = name or f"t:{title}:{days_ago}:{'+'.join(outlets)}"
    items = tuple(
        Item(
            item_id=item_id if number == 0 else f"{item_id}:{number}",
            source="t",
            title=title,
            url=f"https://news.example/{number}",
            outlet=outlet,
            published_at=moment,
            language=language,
        )
        for number, outlet in enumerate(outlets or (None,))
    )
    return Story(
        story_id=item_id,
        language=language,
        title=title,
        published_at=moment,
        outlets=tuple(sorted(outlets)),
        items=items,
        matched=matched,
    )


def everyday(days: int = 90, per_day: int = 20, language: Language = Language.EN) -> list[Story]:
    """Make calm news: every day the same number of stories, subjects and outlets in turn."""
    pairs = list(itertools.permutations(_NAMES, 2))
    turns: Iterator[tuple[str, str]] = (pairs[n * _STRIDE % len(pairs)] for n in itertools.count())
    outlets = itertools.cycle(OUTLETS)
    return [
        story(
            day,
            f"{first} of {second}" if language is Language.EN else f"{first} 것 {second}",
            outlets=(next(outlets),),
            language=language,
            name=f"calm:{language}:{day}:{number}",
        )
        for day in range(days)
        for number, (first, second) in enumerate(itertools.islice(turns, per_day))
    ]


def burst(
    title: str,
    per_day: Sequence[int],
    *,
    outlets: Sequence[str] = OUTLETS,
    language: Language = Language.EN,
    since: int = 0,
) -> list[Story]:
    """Make stories on one subject, so many a day: the first number is the day that ended `since` days ago.

    Each goes on in words of its own, so that it is an event of its own.
    """
    turn = itertools.cycle(outlets)
    return [
        story(
            since + day,
            f"{title} {_own_words(title, since + day, number)}",
            outlets=(next(turn),),
            language=language,
            name=f"burst:{title}:{since + day}:{number}",
        )
        for day, count in enumerate(per_day)
        for number in range(count)
    ]


def _own_words(title: str, day: int, number: int) -> str:
    return " ".join(f"d{day}n{number}w{word}" for word in range(3 * len(title.split())))


def analyzed(
    stories: Sequence[Story],
    *,
    days: int = 90,
    window_days: int = 7,
    outlets_known: bool = True,
    min_stories: int = 3,
    max_topics: int = 50,
    user_words: Sequence[str] = (),
    observed: Sequence[Window] | None = None,
) -> Analysis:
    """Analyze with the published settings and the smallest tokenizer."""
    return analyze(
        stories,
        window=Window(start=END - timedelta(days=window_days), end=END),
        history_start=END - timedelta(days=days),
        zone="UTC",
        outlets_known=outlets_known,
        error_rate=0.05,
        min_stories=min_stories,
        max_topics=max_topics,
        user_words=user_words,
        tick=lambda _done, _total: None,
        tokenizer=SpaceTokenizer(),
        observed=observed,
    )
