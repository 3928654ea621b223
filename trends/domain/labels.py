"""What to call a topic: the most specific phrase that its own headlines use."""

from collections import Counter
from collections.abc import Mapping, Sequence

from trends.domain.english import Span

LONGEST_LABEL = 4
_SHARE = 0.6
_SHORT = 2


class Spellings:
    """How the headlines of a topic write its terms.

    Args:
        titles: The topic's headlines.
        spans: Of each headline, its terms.
    """

    def __init__(self, titles: Sequence[str], spans: Sequence[Sequence[Span]]) -> None:
        self._written: dict[str, Counter[str]] = {}
        self._stories: Counter[str] = Counter()
        for title, found in zip(titles, spans, strict=True):
            first: dict[str, Span] = {}
            for span in found:
                first.setdefault(span.key, span)
            for key, span in first.items():
                self._stories[key] += 1
                self._written.setdefault(key, Counter())[title[span.start : span.end]] += 1

    @property
    def stories(self) -> Mapping[str, int]:
        """In how many headlines each term stands."""
        return self._stories

    def written(self, key: str) -> str:
        """Return the commonest spelling of a term, the term itself where no headline has it."""
        found = self._written.get(key)
        if not found:
            return key
        return min(found, key=lambda text: (-found[text], text))

    def label(self, leads: Sequence[str], others: Sequence[str] = ()) -> str:
        """Choose the longest phrase around a leading term that most of that term's headlines have.

        A word of two syllables says little alone ("합당"); the commonest other term is put beside it
        ("합당 · 혁신당").

        Args:
            leads: Core terms, strongest first.
            others: Terms that come with them, strongest first.
        """
        lead = next((key for key in leads if self._stories[key]), leads[0])
        needed = max(2.0, _SHARE * self._stories[lead])
        around = [
            key for key, count in self._stories.items() if count >= needed and _holds(key, lead)
        ]
        best = max(around, key=lambda key: (len(key), self._stories[key], key), default=lead)
        if len(best) > _SHORT:
            return self.written(best)
        beside = [
            key
            for key in (*leads, *others)
            if self._stories[key] >= 2 and not _holds(key, best) and not _holds(best, key)  # noqa: PLR2004
        ]
        if not beside:
            return self.written(best)
        other = max(beside, key=lambda key: (self._stories[key], len(key), key))
        return f"{self.written(best)} · {self.written(other)}"


def _holds(phrase: str, term: str) -> bool:
    """Whether a term is part of a phrase, whole words only where words are spaced."""
    if term.isascii():
        return f" {term} " in f" {phrase} "
    return term in phrase


def distinct(keys: Sequence[str], limit: int) -> list[str]:
    """Leave out terms that are part of one already named."""
    named: list[str] = []
    for key in keys:
        if len(named) == limit:
            break
        if not any(_holds(other, key) for other in named):
            named.append(key)
    return named
