"""What a text is to the checks: words with their keys, roles and clauses, numbers and dates."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from trends.domain.verify.dates import Mention, mentions
from trends.domain.verify.quantities import Quantity, quantities

BREAKS = frozenset(",;:…—–―·()[]\"“”‘’「」『』'")
"""Marks at which a clause ends."""


class Kind(StrEnum):
    """What a word is to the checks."""

    NOUN = "noun"
    NAME = "name"
    VERB = "verb"


@dataclass(frozen=True)
class Word:
    """One word of content.

    Attributes:
        keys: What it may be called: all of a Korean compound first, then each of its parts.
        parts: Keys that together cover it.
        kind: What it is.
        start: Where it begins.
        end: Where it ends.
        clause: In which clause of the text it stands.
        role: Its part in the clause, as its particle or preposition says; empty where nothing says it.
        passive: For a verb: what stands before it is done to that.
        tense: For a Korean verb: `past` or `ahead` where its ending says so; a headline's 연다 is still to come.
    """

    keys: tuple[str, ...]
    parts: tuple[str, ...]
    kind: Kind
    start: int
    end: int
    clause: int
    role: str = ""
    passive: bool = False
    tense: str = ""

    @property
    def key(self) -> str:
        """Its first key."""
        return self.keys[0]


@dataclass(frozen=True)
class Reading:
    """A text that was read.

    Attributes:
        text: The text.
        korean: Whether it was read as Korean.
        words: Its words of content, in order.
        negated: Keys of what it negates, each with its clause.
        conditional: Clauses that only suppose something.
        question: Whether it asks instead of saying.
        clauses: Number of clauses.
        ends: Where its pieces end: a name found in the text ends at one of these, or it is part of another word.
    """

    text: str
    korean: bool
    words: tuple[Word, ...]
    negated: tuple[tuple[str, int], ...]
    conditional: frozenset[int]
    question: bool
    clauses: int
    ends: frozenset[int]

    @cached_property
    def keys(self) -> frozenset[str]:
        """Everything its words may be called."""
        return frozenset(key for word in self.words for key in (*word.keys, *word.parts))

    @cached_property
    def numbers(self) -> tuple[Quantity, ...]:
        """Its numbers, but for those that are part of a date."""
        spans = [(one.start, one.end) for one in self.dates]
        return tuple(
            one
            for one in quantities(self.text)
            if not any(start <= one.start < end for start, end in spans)
        )

    @cached_property
    def dates(self) -> tuple[Mention, ...]:
        """The days, weeks, months and years it names."""
        return mentions(self.text)

    @cached_property
    def content(self) -> tuple[Word, ...]:
        """Its words that are no part of a number or a date."""
        spans = [(one.start, one.end) for one in (*self.dates, *self.numbers)]
        return tuple(
            word
            for word in self.words
            if not any(start <= word.start < end for start, end in spans)
        )
