"""What the numbers of a report rest on, story by story, read out of the report itself.

Read leniently: a report of an earlier release has fewer members, and its evidence is evidence all the same.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, ValidationError

from trends.domain.models import Evidence, Quote, SourceOutcome
from trends.errors import ArtifactCorruptError


class Claimed(StrEnum):
    """In which part of a report a topic stands."""

    ANNOUNCED = "announced"
    OTHER_NEWS = "other_news"
    WATCHING = "watching"
    WATCHLIST = "watchlist"


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Topic(_Read):
    topic_id: str = ""
    label: str = ""
    trend_id: str | None = None
    evidence: tuple[Evidence, ...] = ()
    quotes: tuple[Quote, ...] = ()


class _Entity(_Read):
    name: str = ""
    title: str = ""
    evidence: tuple[Evidence, ...] = ()


class _Report(_Read):
    topics: tuple[_Topic, ...] = ()
    other_news: tuple[_Topic, ...] = ()
    watching: tuple[_Topic, ...] = ()
    watch: tuple[_Entity, ...] = ()
    sources: tuple[SourceOutcome, ...] = ()


class EvidenceOfTopic(_Read):
    """One story as evidence of one topic, or of one entity of the watchlist.

    Attributes:
        claimed: In which part of the report it stands.
        topic_id: The topic; the entity's name on the watchlist.
        label: What the report calls it.
        trend_id: The trend it is, where one is remembered.
        rank: Place of the story among those of the topic, from 1: the best first.
        source: Which source gave its first item; None where its id does not say.
        story: The story.
        quotes: Sentences that the report takes from it, word for word.
    """

    claimed: Claimed
    topic_id: str
    label: str
    trend_id: str | None
    rank: int
    source: str | None
    story: Evidence
    quotes: tuple[str, ...]


class ReportEvidence(_Read):
    """Everything that a report rests on: the stories in the report's order, and how each source did."""

    stories: tuple[EvidenceOfTopic, ...]
    sources: tuple[SourceOutcome, ...]


def read_evidence(data: bytes, topic: str | None = None) -> ReportEvidence:
    """Read the evidence out of a report.

    Args:
        data: The report as JSON.
        topic: Only of this topic, by its id, its trend's, or its label; of an entity by its name.

    Raises:
        ArtifactCorruptError: It is no report that can be read.
    """
    try:
        report = _Report.model_validate_json(data)
    except ValidationError as error:
        raise ArtifactCorruptError(
            "The report cannot be read.",
            why=f"{error.error_count()} of its members are not what this release knows.",
            next_step="Re-run it from its report stage.",
        ) from error
    sources = [outcome.source for outcome in report.sources]
    return ReportEvidence(
        stories=tuple(
            each
            for each in _all(report, sources)
            if topic is None or topic in {each.topic_id, each.trend_id, each.label}
        ),
        sources=report.sources,
    )


def _all(report: _Report, sources: Sequence[str]) -> Iterator[EvidenceOfTopic]:
    lists = (
        (Claimed.ANNOUNCED, report.topics),
        (Claimed.OTHER_NEWS, report.other_news),
        (Claimed.WATCHING, report.watching),
    )
    for claimed, topics in lists:
        for topic in topics:
            yield from _of(claimed, topic, sources)
    for entity in report.watch:
        named = _Topic(topic_id=entity.name, label=entity.title, evidence=entity.evidence)
        yield from _of(Claimed.WATCHLIST, named, sources)


def _of(claimed: Claimed, topic: _Topic, sources: Sequence[str]) -> Iterator[EvidenceOfTopic]:
    for rank, story in enumerate(topic.evidence, start=1):
        yield EvidenceOfTopic(
            claimed=claimed,
            topic_id=topic.topic_id,
            label=topic.label,
            trend_id=topic.trend_id,
            rank=rank,
            source=_source_of(story.story_id, sources),
            story=story,
            quotes=tuple(each.text for each in topic.quotes if each.story_id == story.story_id),
        )


def _source_of(story_id: str, sources: Sequence[str]) -> str | None:
    """A story has the id of its first item, which begins with the name of its source."""
    fits = [name for name in sources if story_id.startswith(f"{name}:")]
    # A feed is named `rss:hani`, and there may be a source `rss` beside it.
    return max(fits, key=len, default=None)
