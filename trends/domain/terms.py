"""Which terms each story holds: the index that everything else counts on."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from trends.domain import english, korean
from trends.domain.coinages import CoinageMerger
from trends.domain.english import Span
from trends.domain.models import Language, Story

BATCH = 256

Tick = Callable[[int, int], None]


@dataclass(frozen=True)
class TermIndex:
    """Terms of the stories of one language.

    Attributes:
        keys: Terms, sorted.
        postings: Of each term, the positions of the stories that hold it, ascending.
    """

    keys: tuple[str, ...]
    postings: tuple[tuple[int, ...], ...]


class TermReader:
    """Reads the terms of titles under one run's dictionary.

    Args:
        tokenizer: Cuts Korean titles.
        user_words: Words to keep whole, whatever the analyser makes of them.
        outlets: Names of outlets at hand; they are no terms.
        coinages: New Korean words of the run (`find_coinages`), each a term of its own.
    """

    def __init__(
        self,
        tokenizer: korean.Tokenizer,
        user_words: Sequence[str],
        outlets: Sequence[str],
        coinages: Sequence[str] = (),
    ) -> None:
        self._tokenizer = tokenizer
        self._merger = CoinageMerger(coinages)
        self._words = tuple(sorted({word.strip() for word in user_words if word.strip()}))
        self._watched = watched_pattern(self._words)
        self._watched_keys = frozenset(
            chain.from_iterable((word.casefold(), korean.key_of(word)) for word in self._words)
        )
        self._noise = frozenset(
            chain.from_iterable((name.casefold(), korean.key_of(name)) for name in outlets)
        )

    def read(
        self, titles: Sequence[str], language: Language, longest: int | None = None
    ) -> Iterator[list[Span]]:
        """Yield the terms of each title, repeats included.

        Args:
            titles: Plain text, all of one language.
            language: Their language.
            longest: Most words in a term; by default what is counted in that language.
        """
        if language is Language.KO:
            limit = longest or korean.LONGEST
            cuts = self._tokenizer.cut(titles, self._words)
            for title, morphemes in zip(titles, cuts, strict=True):
                whole = self._merger.merge(title, morphemes)
                yield [
                    *korean.phrases(title, whole, self._is_noise, limit),
                    *self._user_terms(title, korean.key_of),
                ]
        else:
            limit = longest or english.LONGEST
            for title in titles:
                yield [
                    *english.phrases(title, self._is_noise, limit),
                    *self._user_terms(title, str.casefold),
                ]

    def preference(self, key: str) -> tuple[bool, int, str]:
        """Order terms that say the same: watched words last, then by length."""
        return (key in self._watched_keys, len(key), key)

    def _is_noise(self, key: str) -> bool:
        return key in self._noise

    def _user_terms(self, title: str, key_of: Callable[[str], str]) -> Iterator[Span]:
        if self._watched is not None:
            for match in self._watched.finditer(title):
                yield Span(key_of(match.group()), *match.span())


def watched_pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    """Match a watched word: whole where it is Latin, anywhere where it is Korean (particles attach)."""
    if not words:
        return None
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    parts = [
        rf"(?<![A-Za-z0-9]){re.escape(w)}(?![A-Za-z0-9])" if w.isascii() else re.escape(w)
        for w in longest_first
    ]
    return re.compile("|".join(parts), re.IGNORECASE)


def index_terms(
    stories: Sequence[Story],
    positions: Sequence[int],
    language: Language,
    reader: TermReader,
    *,
    min_stories: int,
    tick: Tick,
) -> TermIndex:
    """Index the matched stories of one language, a story once per term.

    Terms that stand in exactly the same stories are one test, not several: a watched word stands for them all, or
    else the longest of them.

    Args:
        stories: All stories of the run, in order.
        positions: Which of them to read.
        language: Their language.
        reader: Reads their titles.
        min_stories: Terms in fewer stories than this are dropped.
        tick: Called with (done, total) at least every `BATCH` stories; may raise to stop.
    """
    postings: dict[str, list[int]] = {}
    for begin in range(0, len(positions), BATCH):
        tick(begin, len(positions))
        batch = positions[begin : begin + BATCH]
        titles = [stories[position].title for position in batch]
        for position, spans in zip(batch, reader.read(titles, language), strict=True):
            for key in {span.key for span in spans}:
                postings.setdefault(key, []).append(position)
    kept: dict[tuple[int, ...], str] = {}
    for key, where in postings.items():
        if len(where) >= min_stories:
            same = tuple(where)
            kept[same] = max(kept.get(same, ""), key, key=reader.preference)
    ordered = sorted((key, where) for where, key in kept.items())
    return TermIndex(tuple(k for k, _ in ordered), tuple(w for _, w in ordered))
