"""Which words mean the same, which follow from others, and what kind of word is missing where one is."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from trends.domain.drafting import Check
from trends.domain.verify import words_en, words_ko
from trends.domain.verify.reading_en import stem
from trends.domain.verify.text_parts import Kind, Word

UP, DOWN = "+up", "+down"
_STRONG = "!"


@dataclass(frozen=True)
class Lexicon:
    """The words of one language, by key.

    Attributes:
        meanings: What each word says, as names of sets of words; others say themselves.
        implied: What follows from each word besides.
        scopes: Words that claim for all, or the utmost.
        causes: Words that name a cause.
        said: Words that say that somebody said it.
        official: Those of them that a sentence may leave out.
        hedges: Words that make a statement less than certain.
        unsure: Those of them that say that it may not be so at all.
        limits: Words that say of how much it holds.
        reversers: Words that turn it round.
        bounds: Words that make a number a bound.
        frame: Words that a sentence may add.
    """

    meanings: Mapping[str, frozenset[str]]
    implied: Mapping[str, frozenset[str]]
    scopes: frozenset[str]
    causes: frozenset[str]
    said: frozenset[str]
    official: frozenset[str]
    hedges: frozenset[str]
    unsure: frozenset[str]
    limits: frozenset[str]
    reversers: frozenset[str]
    bounds: frozenset[str]
    frame: frozenset[str]

    def says(self, keys: Iterable[str]) -> frozenset[str]:
        """All that words say, what follows from them included."""
        said: set[str] = set()
        for key in keys:
            said |= {key} | self.meanings.get(key, frozenset()) | self.implied.get(key, frozenset())
        return frozenset(said)

    def wants(self, key: str) -> frozenset[str]:
        """What must be said for a word to hold: any one of these."""
        return frozenset({key}) | self.meanings.get(key, frozenset())

    def directions(self, key: str) -> frozenset[str]:
        """Whether a word says up or down."""
        said = self.says((key,))
        return frozenset(one for one in (UP, DOWN) if one in said)

    def missing(self, word: Word) -> Check:
        """Which check a word fails that its evidence does not hold."""
        keys = {*word.keys, *word.parts}
        if keys & self.scopes:
            return Check.SCOPE
        if keys & self.causes:
            return Check.CAUSE
        if any(self.directions(key) for key in keys):
            return Check.DIRECTION
        if keys & self.reversers:
            return Check.NEGATION
        if keys & self.said:
            return Check.ATTRIBUTION
        return Check.NAME if word.kind is Kind.NAME else Check.SUPPORT


@cache
def lexicon(*, korean: bool) -> Lexicon:
    """The lexicon of Korean, or of English."""
    if korean:
        words = words_ko
        return Lexicon(
            *_meanings(words.SAME, words.UP, words.DOWN, str),
            scopes=words.SCOPES,
            causes=words.CAUSES,
            said=words.SAID,
            official=words.OFFICIAL,
            hedges=words.HEDGES,
            unsure=words.UNSURE,
            limits=words.LIMITS,
            reversers=words.REVERSERS,
            bounds=words.BOUNDS,
            frame=words.FRAME | words.FUNCTION,
        )
    english = words_en
    return Lexicon(
        *_meanings(english.SAME, english.UP, english.DOWN, stem),
        scopes=_stems(english.SCOPES),
        causes=_stems(english.CAUSES),
        said=_stems(english.SAID),
        official=_stems(english.OFFICIAL),
        hedges=_stems(english.HEDGES),
        unsure=_stems(english.UNSURE),
        limits=_stems(english.LIMITS),
        reversers=_stems(english.REVERSERS),
        bounds=_stems(english.BOUNDS),
        frame=_stems(english.FRAME),
    )


def _stems(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(stem, words))


def _meanings(
    same: Iterable[str],
    up: tuple[str, str],
    down: tuple[str, str],
    key: Callable[[str], str],
) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    meanings: dict[str, set[str]] = defaultdict(set)
    implied: dict[str, set[str]] = defaultdict(set)
    for line in same:
        for word in line.split():
            meanings[key(word)].add(f"={line.split()[0]}")
    for name, (plain, strong) in ((UP, up), (DOWN, down)):
        for word in plain.split():
            meanings[key(word)].add(name)
        for word in strong.split():
            meanings[key(word)].add(name + _STRONG)
            implied[key(word)].add(name)
    return (
        {word: frozenset(names) for word, names in meanings.items()},
        {word: frozenset(names) for word, names in implied.items()},
    )
