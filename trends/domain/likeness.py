"""How alike a topic and a remembered trend are.

They are compared in four ways: by terms (weighted Jaccard index, Ruzicka 1958, over what the trend has been about), by
stories that both rest on, by label, and by leading term. Each is the chance that the two are the same if it were all
there is to go by; together they are combined as independent evidence (noisy-or, Pearl 1988).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from trends.domain.memory import RememberedTrend
from trends.domain.models import Evidence, Language, Topic
from trends.domain.shingles import shingles, title_key
from trends.domain.text import fold

MOST_PROFILE_TERMS = 24
RETAINED = 0.6
"""How much of what a trend was about in the window before is kept in what it is about now."""

_LABEL_COUNTS = 0.6
_LEAD_COUNTS = 0.3
_TITLES_ALIKE = 0.6
_DECIMALS = 4
_NAMED_TERMS = 3

Profile = Mapping[str, float]


@dataclass(frozen=True)
class Likeness:
    """How alike two are, without the time between them.

    Attributes:
        terms: Terms that both have, the first one's strongest first.
        by_terms: Weighted Jaccard index of their terms.
        by_stories: Share of the smaller one's stories that the other has, too; one story more is counted as not
            shared, so that a single one says little.
        same_label: Whether they are called the same.
        same_lead: Whether the same term leads both.
    """

    terms: tuple[str, ...]
    by_terms: float
    by_stories: float
    same_label: bool
    same_lead: bool

    @property
    def score(self) -> float:
        """From 0 to 1."""
        apart = (1 - self.by_terms) * (1 - self.by_stories)
        apart *= 1 - _LABEL_COUNTS * self.same_label
        apart *= 1 - _LEAD_COUNTS * self.same_lead
        return 1 - apart

    @property
    def reason(self) -> str:
        """The same as a sentence."""
        parts: list[str] = []
        if self.same_label:
            parts.append("the label")
        if self.terms:
            parts.append(f"terms ({', '.join(self.terms[:_NAMED_TERMS])}: {self.by_terms:.2f})")
        if self.by_stories:
            parts.append(f"stories ({self.by_stories:.2f})")
        return f"Shares {', '.join(parts)}." if parts else "Shares nothing."


@dataclass(frozen=True)
class Traits:
    """What of a topic or a trend is compared.

    Attributes:
        label: What it is called, folded.
        profile: Weight by term, folded, summing to 1.
        evidence: Its stories.
    """

    label: str
    profile: Profile
    evidence: tuple[Evidence, ...]

    @cached_property
    def lead(self) -> str:
        """The term that weighs most; empty where there is none."""
        return min(self.profile, key=lambda term: (-self.profile[term], term), default="")

    @cached_property
    def stories(self) -> frozenset[str]:
        """Ids of its stories."""
        return frozenset(piece.story_id for piece in self.evidence)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Its titles, as spellings compare, in the order of its stories."""
        return tuple(title_key(piece.title) for piece in self.evidence)

    @cached_property
    def titles(self) -> frozenset[str]:
        """The same as a set."""
        return frozenset(self.keys)

    @cached_property
    def pieces(self) -> tuple[frozenset[str], ...]:
        """Its titles, cut up."""
        return tuple(_cut(piece.title) for piece in self.evidence)


def traits_of_topic(topic: Topic) -> Traits:
    """What of a topic is compared; terms weigh by their rank."""
    return Traits(fold(topic.label), profile_of(topic), topic.evidence)


def traits_of_trend(trend: RememberedTrend) -> Traits:
    """What of a trend is compared."""
    return Traits(fold(trend.label), trend.profile, trend.evidence)


def likeness(ours: Traits, theirs: Traits) -> Likeness:
    """Compare two."""
    terms = tuple(term for term in ours.profile if term in theirs.profile)
    same_label = ours.label == theirs.label
    return Likeness(
        terms=terms,
        by_terms=_ruzicka(ours.profile, theirs.profile),
        # Near titles are looked for only where something else is shared: it would cost more than all the rest.
        by_stories=_shared(ours, theirs, near=bool(terms) or same_label),
        same_label=same_label,
        same_lead=bool(terms) and ours.lead == theirs.lead,
    )


def profile_of(topic: Topic) -> dict[str, float]:
    """Weigh a topic's terms by their rank (1, 1/2, 1/3 …), summing to 1."""
    weights: dict[str, float] = {}
    for rank, term in enumerate(topic.terms, 1):
        weights.setdefault(fold(term), 1 / rank)
    return normal(weights)


def mixed(before: Profile, now: Profile, faded: float) -> dict[str, float]:
    """Carry a profile on: what it was about, faded by the time between, with what it is about now."""
    kept = RETAINED * faded if before else 0.0
    both = {term: kept * weight for term, weight in before.items()}
    for term, weight in now.items():
        both[term] = both.get(term, 0.0) + (1 - kept) * weight
    strongest = sorted(both, key=lambda term: (-both[term], term))[:MOST_PROFILE_TERMS]
    return normal({term: both[term] for term in strongest})


def even(terms: Iterable[str]) -> dict[str, float]:
    """Weigh terms alike."""
    return normal(dict.fromkeys(terms, 1.0))


def normal(weights: Profile) -> dict[str, float]:
    """Scale weights to the sum of 1, at the precision that is stored."""
    total = sum(weights.values())
    return {term: round(weight / total, _DECIMALS) for term, weight in weights.items()}


def _ruzicka(left: Profile, right: Profile) -> float:
    """Sum of the lesser weights over the sum of the greater ones."""
    lesser = sum(min(weight, right[term]) for term, weight in left.items() if term in right)
    greater = sum(left.values()) + sum(right.values()) - lesser
    return min(1.0, lesser / greater) if greater else 0.0


def _shared(ours: Traits, theirs: Traits, *, near: bool) -> float:
    if not ours.evidence or not theirs.evidence:
        return 0.0
    count = sum(
        piece.story_id in theirs.stories
        or key in theirs.titles
        or (near and any(_jaccard(cut, other) >= _TITLES_ALIKE for other in theirs.pieces))
        for piece, key, cut in zip(ours.evidence, ours.keys, ours.pieces, strict=True)
    )
    fewer = min(len(ours.evidence), len(theirs.evidence))
    return min(count, fewer) / (fewer + 1)


def _cut(title: str) -> frozenset[str]:
    # Cut as Korean, a title in Latin letters falls into pairs of neighbouring words.
    return shingles(title, Language.KO)


def _jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    either = len(left | right)
    return len(left & right) / either if either else 0.0
