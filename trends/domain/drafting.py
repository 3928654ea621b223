"""Sentences that somebody writes about a topic, before anybody believes them, and what they may rest on."""

from enum import StrEnum

from pydantic import AwareDatetime

from trends.domain.models import Analysis, Evidence, Language, Model, Topic, Window

MAX_CLAIMS = 3
"""Most sentences about one topic: as many as there are quotations where no model writes."""

MAX_SOURCES = 8
"""Most pieces of evidence that a draft is written from, the best first; the report shows as many and more."""

_LONGEST_LEAD = 1_200


class Source(Model):
    """One piece of evidence as the writer and the verifier see it.

    Attributes:
        source_id: Under which a claim cites it; id of the story.
        title: Its headline, verbatim.
        text: Its lead, verbatim, cut at 1,200 characters; may be empty.
        outlet: Who published it; empty where unknown.
        published_at: When.
        language: In which language it is written.
    """

    source_id: str
    title: str
    text: str = ""
    outlet: str = ""
    published_at: AwareDatetime
    language: Language


class TopicNumbers(Model):
    """What was counted of a topic: the only numbers that a sentence may state beside those of its evidence.

    Attributes:
        stories: Stories in the window at which it stands out most.
        window_days: Length of that window.
        growth: Rate in it over the usual rate.
        growth_low: Lower end of the 90 % interval.
        growth_high: Upper end of it.
        outlets: Distinct known outlets; 0 where unknown.
        first_seen: Time of its earliest story.
        is_new: No story of it before the window: there is no usual rate, and no growth to state.
    """

    stories: int
    window_days: int
    growth: float
    growth_low: float
    growth_high: float
    outlets: int
    first_seen: AwareDatetime
    is_new: bool = False


class TopicBrief(Model):
    """Everything that a sentence about a topic may rest on.

    Attributes:
        topic_id: The topic.
        label: What it is called.
        aliases: Its terms: other spellings under which it may be named.
        language: In which the sentences are to be written.
        window: The span the report speaks of; "today" is its last day.
        time_zone: Zone of the market, in which days are days.
        numbers: What was counted.
        sources: Its evidence, best first.
    """

    topic_id: str
    label: str
    aliases: tuple[str, ...]
    language: Language
    window: Window
    time_zone: str
    numbers: TopicNumbers
    sources: tuple[Source, ...]


class Claim(Model):
    """One sentence, and what it rests on.

    Attributes:
        sentence: One sentence of plain text.
        evidence: Ids of the sources it rests on; nothing else is looked at to judge it.
        quotes: Passages of those sources that say the same, word for word.
    """

    sentence: str
    evidence: tuple[str, ...]
    quotes: tuple[str, ...] = ()


class TopicDraft(Model):
    """What somebody wrote about one topic."""

    topic_id: str
    claims: tuple[Claim, ...]


class Check(StrEnum):
    """What a sentence can fail at."""

    FORM = "form"
    EVIDENCE = "evidence"
    QUOTE = "quote"
    NUMBER = "number"
    DATE = "date"
    NEGATION = "negation"
    DIRECTION = "direction"
    NAME = "name"
    CAUSE = "cause"
    SCOPE = "scope"
    ATTRIBUTION = "attribution"
    HEDGE = "hedge"
    SUPPORT = "support"


class Finding(Model):
    """Why a sentence does not hold: which check, and what it met, in English; goes back to the writer."""

    check: Check
    what: str


class Judged(Model):
    """A claim and what is wrong with it; nothing: it may be printed."""

    claim: Claim
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.findings


def briefs(
    analysis: Analysis, *, window: Window, time_zone: str, language: Language
) -> tuple[TopicBrief, ...]:
    """Say for every topic of an analysis what a sentence about it may rest on, in the analysis' order."""
    return tuple(
        TopicBrief(
            topic_id=topic.topic_id,
            label=topic.label,
            aliases=topic.terms,
            language=language,
            window=window,
            time_zone=time_zone,
            numbers=_numbers(topic),
            sources=tuple(_source(piece) for piece in topic.evidence[:MAX_SOURCES]),
        )
        for topic in analysis.topics
    )


def _numbers(topic: Topic) -> TopicNumbers:
    return TopicNumbers(
        stories=topic.stories,
        window_days=topic.window_days,
        growth=topic.growth,
        growth_low=topic.growth_low,
        growth_high=topic.growth_high,
        outlets=len(topic.outlets),
        first_seen=topic.first_seen,
        is_new=topic.is_new,
    )


def _source(piece: Evidence) -> Source:
    return Source(
        source_id=piece.story_id,
        title=piece.title,
        text=piece.summary[:_LONGEST_LEAD],
        outlet=piece.outlet or "",
        published_at=piece.published_at,
        language=_language(piece),
    )


def _language(piece: Evidence) -> Language:
    """Tell by the letters: evidence carries no language of its own."""
    korean = any("가" <= letter <= "힣" for letter in piece.title)
    return Language.KO if korean else Language.EN
