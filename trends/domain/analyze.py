"""Find what rises against its own past: stories in, an `Analysis` out. Pure; the same input gives the same bytes."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from trends.domain.categories import categorize, headline_of
from trends.domain.censored import CensoredStories
from trends.domain.coinages import find_coinages
from trends.domain.counts import Timeline, timeline
from trends.domain.drafts import Draft, announced, draft_topics
from trends.domain.evidence import cited
from trends.domain.korean import Tokenizer, shared_tokenizer
from trends.domain.labels import LONGEST_LABEL, Spellings, distinct
from trends.domain.models import (
    Analysis,
    Confidence,
    DayCount,
    Evidence,
    Language,
    Story,
    Topic,
    Window,
)
from trends.domain.outlets import sole_outlet
from trends.domain.screening import Family, read_language, screen
from trends.domain.status import persistence_days, status
from trends.domain.terms import TermReader, Tick, index_terms
from trends.domain.watch import count_watched, find_mentions
from trends.domain.watchlist import Entity

MOST_EVIDENCE = 10
MOST_TERMS = 8
_LABELLED_STORIES = 200


def analyze(
    stories: Sequence[Story],
    *,
    window: Window,
    history_start: datetime,
    zone: str,
    outlets_known: bool,
    error_rate: float,
    min_stories: int,
    max_topics: int,
    user_words: Sequence[str],
    tick: Tick,
    tokenizer: Tokenizer | None = None,
    observed: Sequence[Window] | None = None,
    watchlist: Sequence[Entity] = (),
) -> Analysis:
    """Find topics that rise, in the window and against the days before it.

    Args:
        stories: All stories of the run, in any order, those that the query does not match among them.
        window: The span the report speaks of; its end is the end of the newest day.
        history_start: Where collecting began.
        zone: IANA name of the market's time zone.
        outlets_known: Whether items carry their outlet; if not, no rule about outlets applies.
        error_rate: Share of false ones among the announced topics to hold.
        min_stories: Terms in fewer stories are no topic.
        max_topics: Most topics to tell of.
        user_words: Words to keep whole, such as brands.
        tick: Called with (done, total) every few hundred stories or terms; may raise to stop.
        tokenizer: Cuts Korean titles; by default the process's one analyser.
        observed: Spans that the sources really observed; None where all of it was. Other days are missing.
        watchlist: Entities to count besides.
    """
    line = timeline(stories, window.end, history_start, zone, observed)
    known = sorted({name for story in line.stories for name in story.outlets})
    cutter = tokenizer or shared_tokenizer()
    korean = [story.title for story in line.stories if story.language is Language.KO]
    coinages = find_coinages(korean, lambda words: cutter.cut(words, ()))
    mentions = find_mentions(line, watchlist, tick)
    reader = TermReader(cutter, (*user_words, *mentions.korean_words), known, coinages)
    sole = [sole_outlet(story) for story in line.stories] if outlets_known else None
    readings = [
        read_language(
            line,
            index_terms(
                line.stories,
                _matched(line, language),
                language,
                reader,
                min_stories=min_stories,
                tick=tick,
            ),
            language,
        )
        for language in Language
    ]
    family = screen(
        line, readings, error_rate=error_rate, min_stories=min_stories, sole=sole, tick=tick
    )
    drafts = [
        draft
        for reading in readings
        for draft in draft_topics(
            line,
            reading,
            family,
            window,
            max_topics=max_topics,
            min_stories=min_stories,
            sole=sole,
            tick=tick,
            new_words=coinages,
        )
    ]
    ranked = sorted(
        zip(drafts, announced(drafts, family), strict=True),
        key=lambda pair: (not pair[1], -pair[0].growth.low, _topic_id(pair[0])),
    )[:max_topics]
    aside = CensoredStories(stories, window, reader)
    topics: list[Topic] = []
    for number, (draft, is_announced) in enumerate(ranked):
        tick(number, len(ranked))
        topics.append(_topic(line, draft, reader, aside, is_announced, outlets_known=outlets_known))
    inside = [
        story
        for story in stories
        if story.matched and window.start <= story.published_at < window.end
    ]
    watch = count_watched(
        line,
        watchlist,
        mentions,
        readings,
        window=window,
        error_rate=error_rate,
        min_stories=min_stories,
        sole=sole,
    )
    found = _analysis(line, inside, family, tuple(topics), outlets_known=outlets_known)
    return found.model_copy(update={"watch": watch})


def _matched(line: Timeline, language: Language) -> list[int]:
    return [
        place
        for place, story in enumerate(line.stories)
        if story.matched and story.language is language
    ]


def _analysis(
    line: Timeline,
    inside: Sequence[Story],
    family: Family,
    topics: tuple[Topic, ...],
    *,
    outlets_known: bool,
) -> Analysis:
    confidence = Confidence.CALIBRATED if family.size else Confidence.TOO_SHORT
    if not inside:
        confidence = Confidence.NO_DATA
    outlets = {name for story in inside for name in story.outlets}
    return Analysis(
        confidence=confidence,
        error_rate=family.error_rate,
        days_observed=len(set(line.day_of)),
        stories=len(inside),
        items=sum(len(story.items) for story in inside),
        outlets=len(outlets) if outlets_known else 0,
        terms_tested=family.size,
        topics=topics,
        announced=sum(topic.announced for topic in topics),
    )


def _topic(
    line: Timeline,
    draft: Draft,
    reader: TermReader,
    aside: CensoredStories,
    is_announced: bool,
    *,
    outlets_known: bool,
) -> Topic:
    language = draft.reading.language
    keys = draft.reading.index.keys
    first = len(line.days) - draft.window_days
    within = [place for place in draft.stories if line.day_of[place] >= first]
    newest = [line.stories[place].title for place in within[-_LABELLED_STORIES:]]
    spans = list(reader.read(newest, language, LONGEST_LABEL))
    spellings = Spellings(newest, spans)
    core = [keys[term] for term in draft.cluster.core]
    tied = [keys[term] for term in draft.cluster.tied]
    names = sorted({name for place in within for name in line.stories[place].outlets})
    about = categorize([headline_of(line.stories[place]) for place in within[-_LABELLED_STORIES:]])
    return Topic(
        topic_id=_topic_id(draft),
        label=spellings.label(core, tied),
        terms=tuple(spellings.written(key) for key in distinct([*core, *tied], MOST_TERMS)),
        languages=(language,),
        status=status(
            draft.counts,
            draft.reading.exposure,
            draft.rate,
            draft.dispersion,
            draft.window_days,
        ),
        window_days=draft.window_days,
        stories=len(within),
        growth=round(draft.growth.ratio, 3),
        growth_low=round(draft.growth.low, 3),
        growth_high=round(draft.growth.high, 3),
        is_new=len(within) == len(draft.stories),
        tests=draft.tests,
        persistence_days=persistence_days(draft.counts, draft.reading.exposure, draft.rate),
        outlets=tuple(names) if outlets_known else (),
        single_outlet=draft.single_outlet,
        announced=is_announced,
        first_seen=line.stories[draft.stories[0]].published_at,
        series=tuple(
            DayCount(day=day, stories=int(count), exposure=int(all_of), observed=bool(all_of))
            for day, count, all_of in zip(
                line.dates, draft.counts, draft.reading.exposure, strict=True
            )
        ),
        evidence=_evidence(
            line,
            draft,
            within,
            aside.of(core, language, MOST_EVIDENCE),
            outlets_known=outlets_known,
        ),
        category=about.category,
        category_reason=about.reason,
        consumer_score=about.consumer_score,
    )


def _evidence(
    line: Timeline,
    draft: Draft,
    within: Sequence[int],
    aside: Sequence[Story],
    *,
    outlets_known: bool,
) -> tuple[Evidence, ...]:
    """Order by outlets, then by how many of the topic's terms a story holds, then newest first; censored ones last."""
    postings = draft.reading.index.postings
    terms = [frozenset(postings[term]) for term in (*draft.cluster.core, *draft.cluster.tied)]

    def rank(place: int) -> tuple[int, int, float, str]:
        story = line.stories[place]
        central = sum(place in each for each in terms)
        return (
            -len(story.outlets),
            -central,
            -story.published_at.timestamp(),
            story.story_id,
        )

    counted = [line.stories[place] for place in sorted(within, key=rank)]
    return tuple(
        cited(story, outlets_known=outlets_known) for story in [*counted, *aside][:MOST_EVIDENCE]
    )


def _topic_id(draft: Draft) -> str:
    name = f"{draft.reading.language}\n{draft.key}"
    return hashlib.sha256(name.encode()).hexdigest()[:16]
