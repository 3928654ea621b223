"""Whether the words of a sentence stand in a passage."""

import re
from dataclasses import dataclass
from functools import cached_property

from trends.domain.drafting import Check, Finding, Source
from trends.domain.text import fold
from trends.domain.verify.meaning import Lexicon, lexicon
from trends.domain.verify.text_parts import Reading, Word

_SHORTEST = 2
# A headline quotes without saying that somebody said it.
_SPEECH = re.compile(r"[“\"「:]|(?<!\w)[‘']")
SAYING = frozenset({"=say", "=밝히"})
LEAST_WORDS = 2
"""A sentence that shares fewer words with a passage is not about it."""


@dataclass(frozen=True)
class Passage:
    """A headline or a sentence of one source, or what was counted of the topic.

    Attributes:
        reading: What it says.
        source: Where it stands; None for what was counted.
        named: Label of the topic, where its source names it there or before; a sentence about the passage may name it.
    """

    reading: Reading
    source: Source | None
    named: Reading | None = None

    def names_topic(self, reading: Reading, word: Word) -> bool:
        """Whether a word is one of the topic's name, and so says nothing else: Slump and Planning may be names."""
        label = self.named.text.casefold().split() if self.named else []
        return reading.text[word.start : word.end].casefold() in label


class Pair:
    """A part of a claim beside a passage that may bear it."""

    def __init__(self, part: Reading, passage: Passage) -> None:
        self.part = part
        self.passage = passage
        self.words: Lexicon = lexicon(korean=part.korean)

    @cached_property
    def said(self) -> frozenset[str]:
        """All that the passage says, word by word."""
        reading = self.passage.reading
        named = [word for word in reading.words if self.passage.names_topic(reading, word)]
        keys = {
            key for word in reading.words if word not in named for key in (*word.keys, *word.parts)
        }
        own = frozenset(key for word in named for key in (*word.keys, *word.parts))
        return lexicon(korean=reading.korean).says(keys) | own

    @cached_property
    def borrowed(self) -> tuple[Word, ...]:
        """Words of the claim that are not in the passage and name the topic, which its source speaks of."""
        named = self.passage.named
        if named is None:
            return ()
        keys = frozenset(key for word in named.words for key in (*word.keys, *word.parts))
        return tuple(
            word
            for word in self.part.content
            if not self.holds(word) and all(part in keys for part in word.parts)
        )

    def holds(self, word: Word) -> bool:
        """Whether the passage says a word."""
        if any(self.words.wants(key) & self.said for key in word.keys[:1]):
            return True
        if len(word.parts) > 1 and all(
            len(part) >= _SHORTEST and self.words.wants(part) & self.said for part in word.parts
        ):
            return True
        return self.part.korean and self._written(word.key)

    def uncovered(self) -> list[Word]:
        """Words of the part that the passage does not say and that the part may not add."""
        borrowed = {word.start for word in self.borrowed}
        return [
            word
            for word in self.part.content
            if not self.holds(word)
            and word.start not in borrowed
            and not (all(part in self._free for part in word.parts) and not self._name(word))
            and not (_SPEECH.search(self.passage.reading.text) and self._says(word))
        ]

    @cached_property
    def shared(self) -> tuple[Word, ...]:
        """Words of the part that the passage says."""
        return tuple(word for word in self.part.content if self.holds(word))

    @cached_property
    def used(self) -> frozenset[int]:
        """Clauses of the passage that the part speaks of."""
        wanted: set[str] = set()
        for word in (*self.shared, *self.borrowed):
            for key in (*word.keys, *word.parts):
                wanted |= self.words.wants(key)
        other = lexicon(korean=self.passage.reading.korean)
        return frozenset(
            word.clause
            for word in self.passage.reading.words
            if any(other.says((key,)) & wanted for key in (*word.keys, *word.parts))
        )

    @cached_property
    def _free(self) -> frozenset[str]:
        # To hedge is to claim less.
        return self.words.frame | self.words.hedges

    def _name(self, word: Word) -> bool:
        """Whether an English word is written as a name: Planning may be a town, and the Post a paper."""
        text = self.part.text
        if self.part.korean or not text[word.start].isupper():
            return False
        # Every sentence begins with a capital; one that begins with a doubt says "Reportedly" or "Perhaps, ".
        opens = word.key.endswith("li") or text[word.end : word.end + 1] == ","
        return word.start > 0 or (word.key in self.words.hedges and not opens)

    def _says(self, word: Word) -> bool:
        return bool(self.words.meanings.get(word.key, frozenset()) & SAYING)

    def _written(self, name: str) -> bool:
        """Whether a Korean name is written in the passage, with or without spaces, as a word of its own."""
        if len(name) < _SHORTEST:
            return False
        pattern = r"(?<![^\W_])" + r"\s?".join(map(re.escape, name))
        text = self.passage.reading.text
        ends = self.passage.reading.ends
        return any(match.end() in ends for match in re.finditer(pattern, text, re.IGNORECASE))


def coverage(pair: Pair) -> list[Finding]:
    """Every word of content must stand in the passage, or follow from one that does."""
    findings = [
        Finding(
            check=pair.words.missing(word),
            what=f"'{pair.part.text[word.start : word.end]}' is not in the evidence cited.",
        )
        for word in pair.uncovered()
    ]
    if not findings and len(pair.shared) + len(pair.part.numbers) < LEAST_WORDS:
        findings.append(
            Finding(check=Check.SUPPORT, what="Too little of it is in the evidence cited.")
        )
    return findings + _dropped(pair)


def _dropped(pair: Pair) -> list[Finding]:
    """Who puts the topic's name to a passage must leave out nothing of what the passage speaks of."""
    if not pair.borrowed:
        return []
    wanted: set[str] = set()
    for word in pair.part.words:
        for key in (*word.keys, *word.parts):
            wanted |= pair.words.wants(key)
    other = lexicon(korean=pair.passage.reading.korean)
    return [
        Finding(
            check=pair.words.missing(word),
            what=f"The evidence speaks of '{pair.passage.reading.text[word.start : word.end]}', which is left out.",
        )
        for word in pair.passage.reading.content
        if word.clause in pair.used
        and not other.says(word.keys[:1]) & wanted
        and not all(other.says((part,)) & wanted for part in word.parts)
    ]


def names(text: str, label: str) -> bool:
    """Whether a text names a topic."""
    return bool(label) and fold(label).replace(" ", "") in fold(text).replace(" ", "")
