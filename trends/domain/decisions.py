"""What an analyst decides about a trend, as values. A decision is never deleted; taking it back is one, too."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from trends.domain.models import Model


class Verb(StrEnum):
    """What can be decided about a trend."""

    FOLLOW = "follow"
    MUTE = "mute"
    REJECT = "reject"
    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"
    UNDO = "undo"


HIDING = frozenset({Verb.MUTE, Verb.REJECT})


class Decision(Model):
    """One decision on one trend.

    Attributes:
        decision_id: Its id; ids sort by time.
        monitor: The trend's monitor.
        trend_id: The trend.
        verb: What is decided.
        reason: Why, in the analyst's words.
        author: Who decided.
        decided_at: When.
        until: From the window that ends here on it is in force no more; null for good.
        label: What the trend was called then.
        profile: What it was about then: weight by term.
        window_end: End of the newest window it had appeared in.
        name: Rename: what to call it. Split: what to call the part; may be empty.
        other: Merge: the trend it goes into. Split: the part's trend. Undo: the decision taken back.
        terms: Split: the terms of the part, folded.
    """

    decision_id: str
    monitor: str
    trend_id: str
    verb: Verb
    reason: str = ""
    author: str
    decided_at: AwareDatetime
    until: AwareDatetime | None = None
    label: str
    profile: dict[str, float] = Field(default_factory=dict)
    window_end: AwareDatetime
    name: str = ""
    other: str = ""
    terms: tuple[str, ...] = ()


class Said(Model):
    """A decision as a report tells it.

    Attributes:
        decision_id: Which one.
        verb: What was decided.
        author: By whom.
        until: Until which window end; null for good.
        reason: Why.
        of: Label of the trend it was made on, where the topic is only a part or a return of that; else empty.
    """

    decision_id: str
    verb: Verb
    author: str
    until: AwareDatetime | None
    reason: str
    of: str = ""
