"""Put what a model wrote beside what is quoted, and say why topics are quoted that it was to write about."""

from collections.abc import Sequence

from trends.agents.analyst import WrittenTopic
from trends.domain.models import Analysis, Summary, TopicSummary, Withheld, Written

MOST_TOPICS = 12
"""Topics that a model writes about in one report, the announced ones first; the rest is quoted."""


def worth_writing(analysis: Analysis) -> Analysis:
    """Keep the topics that a model is to write about; announced topics come first in an analysis."""
    return analysis.model_copy(update={"topics": analysis.topics[:MOST_TOPICS]})


def with_written(quoted: Summary, written: Sequence[WrittenTopic]) -> Summary:
    """Add sentences of a model to a summary. A topic without one that holds stays as it is quoted."""
    by_topic = {one.topic_id: one for one in written}
    topics = tuple(_topic(part, by_topic.get(part.topic_id)) for part in quoted.topics)
    models = [one.model for one in written if one.claims]
    return Summary(
        method="model" if models else quoted.method,
        topics=topics,
        # A fallback may have answered for some topics: all are named, in the order in which they come.
        model=", ".join(dict.fromkeys(models)),
        withheld=_withheld(written),
    )


def _topic(part: TopicSummary, written: WrittenTopic | None) -> TopicSummary:
    if written is None:
        return part
    return part.model_copy(
        update={
            "written": tuple(
                Written(text=claim.sentence, story_ids=tuple(dict.fromkeys(claim.evidence)))
                for claim in written.claims
            ),
            "dropped": written.dropped,
        }
    )


def _withheld(written: Sequence[WrittenTopic]) -> Withheld | None:
    """The first reason speaks for all: a report names one, the run's record has each call's own."""
    failures = [one.failure for one in written if one.failure is not None]
    return Withheld(slug=failures[0].slug, topics=len(failures)) if failures else None
