"""What to call a topic: the most specific phrase that its own headlines use."""

from collections import Counter
from collections.abc import Mapping, Sequence

from trends.domain.english import Span

LONGEST_LABEL = 4
_SHARE = 0.6
_RARER_SHARE = 0.3
_FEWEST = 2.0
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

        A word that says little alone ("합당", "chat") may take a rarer phrase around it ("racist chat"), or else the
        commonest other term beside it ("합당 · 혁신당").

        Args:
            leads: Core terms, strongest first.
            others: Terms that come with them, strongest first.
        """
        lead = next((key for key in leads if self._stories[key]), leads[0])
        best = self._around(lead, _SHARE)
        if self._tells(best):
            return self.written(best)
        longer = self._around(lead, _RARER_SHARE)
        if longer != best:
            return self.written(longer)
        beside = [
            key
            for key in (*leads, *others)
            if self._stories[key] >= _FEWEST and not _holds(key, best) and not _holds(best, key)
        ]
        if not beside:
            return self.written(best)
        other = max(beside, key=lambda key: (self._stories[key], len(key), key))
        return f"{self.written(best)} · {self.written(other)}"

    def _around(self, lead: str, share: float) -> str:
        """Return the longest phrase that holds the lead in so large a share of its headlines."""
        needed = max(_FEWEST, share * self._stories[lead])
        around = [
            key for key, count in self._stories.items() if count >= needed and _holds(key, lead)
        ]
        return max(around, key=lambda key: (len(key), self._stories[key], key), default=lead)

    def _tells(self, key: str) -> bool:
        """Whether a term can stand alone: a name, a phrase, or three syllables and more."""
        if key.isascii():
            return " " in key or not self.written(key).islower()
        return len(key) > _SHORT


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
