"""Which terms speak of one thing: terms that rise in the same stories are one topic."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

SHARED = 0.5
"""Terms belong together where half of the stories of the rarer one hold the other too."""


@dataclass
class Cluster:
    """A topic in the making.

    Attributes:
        lead: The term that stands out most.
        core: Terms whose stories are the topic's stories, the lead among them, strongest first.
        tied: Terms that come with it and only help to describe it, strongest first.
        recent: Recent stories of the core.
        heart: Recent stories of the lead.
    """

    lead: int
    core: list[int]
    recent: set[int]
    heart: frozenset[int]
    tied: list[int] = field(default_factory=list[int])


def cluster(
    terms: Sequence[int],
    recent: Sequence[frozenset[int]],
    alarmed: Callable[[int], bool],
) -> list[Cluster]:
    """Join terms to topics, the strongest first.

    A term joins the topic with which it shares most. If most of its own stories lie in the topic, they become
    the topic's; if it is the wider term ("cookie" for "dubai cookie"), it is tied only, since most of its stories
    are about something else. What is not alarmed never widens a topic that is.

    Args:
        terms: Numbers of the terms, strongest first.
        recent: Of each term, in the same order, the recent stories that hold it.
        alarmed: Whether a term passed the error rate by itself.
    """
    clusters: list[Cluster] = []
    for term, stories in zip(terms, recent, strict=True):
        if not stories:
            continue
        home = max(
            clusters,
            key=lambda each: (_overlap(stories, each), -each.lead),
            default=None,
        )
        if home is None or _overlap(stories, home) < SHARED:
            clusters.append(Cluster(term, [term], set(stories), stories))
        elif len(stories & home.recent) >= SHARED * len(stories) and (
            alarmed(term) or not alarmed(home.lead)
        ):
            home.core.append(term)
            home.recent |= stories
        else:
            home.tied.append(term)
    return clusters


def _overlap(stories: frozenset[int], home: Cluster) -> float:
    """Return the share of a term's stories in a topic, or of the topic's heart in the term."""
    inside = len(stories & home.recent) / len(stories)
    around = len(stories & home.heart) / len(home.heart)
    return max(inside, around)
