"""Find watched names in headlines.

- A name begins at a word's beginning. Latin letters right behind Korean ones begin a word: 신형iPhone.
- A name that ends in Korean is followed by nothing, by a particle, or by another script: 갤럭시 is in 갤럭시가 and in
  갤럭시S26, and not in 갤럭시안. Of the particles 인 does not count: it makes other nouns (현대인).
- A name that ends in Latin letters or digits is followed by neither: Nike is in Nike's and in Nike는, not in Nikes.
- Width, quotes and dashes make no difference, nor does case; but capitals of four letters or fewer are read as written:
  GAP is no gap.
- Where several names begin at one place, the longest counts, and alone: Galaxy Buds are no Galaxy.
- A headline that holds another sense of an entity does not count for it: Latin words whole, Korean ones anywhere.

A headline is read once, from word to word; each word is looked up by its first two characters, so that the number of
names costs next to nothing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from trends.domain.models import Language
from trends.domain.particles import LONGEST_PARTICLE, PARTICLES
from trends.domain.text import even
from trends.domain.watchlist import Entity

SHORT_CAPITALS = 4

_CJK = "\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff"
_CJK_SIGN = re.compile(f"[{_CJK}]")
_HANGUL_RUN = re.compile("[가-힣]*")
_FOLLOWING = PARTICLES - {"인"}
_HEAD = 2


class _Name(NamedTuple):
    """One way to write one entity.

    Attributes:
        text: In lower case.
        cased: As written, where case counts; else empty.
        lead: Signs before its first letter.
        entity: Number of the entity.
        alias: As it stands in the watchlist.
    """

    text: str
    cased: str
    lead: int
    entity: int
    alias: str


class Hit(NamedTuple):
    """A name found in a headline: number of its entity, and the alias."""

    entity: int
    alias: str


class _Index:
    """The names of one language by their first characters."""

    def __init__(self, names: Iterable[_Name]) -> None:
        self._heads: dict[str, list[_Name]] = {}
        for name in names:
            self._heads.setdefault(name.text[name.lead :][:_HEAD], []).append(name)
        single = {head: of for head, of in self._heads.items() if len(head) < _HEAD}
        for head, of in self._heads.items():
            if len(head) == _HEAD:
                of.extend(single.get(head[:1], ()))
        for of in self._heads.values():
            of.sort(key=lambda name: (-len(name.text), name.text, not name.cased, name.entity))
        firsts = "".join(sorted({re.escape(head[:1]) for head in self._heads}))
        # A word of other letters than these is passed over without being looked up.
        self._starts = (
            re.compile(rf"(?:(?<![^\W_])|(?<=[{_CJK}])(?![{_CJK}]))[{firsts}]") if firsts else None
        )

    def find(self, written: str, lower: str) -> Iterator[Hit]:
        """Yield the names of a headline, given as written and in lower case."""
        done = 0
        for match in self._starts.finditer(lower) if self._starts else ():
            at = match.start()
            head = lower[at : at + _HEAD]
            names = self._heads.get(head) or self._heads.get(head[:1])
            if not names or at < done:
                continue
            for name in names:
                begin = at - name.lead
                if _fits(name, written, lower, begin):
                    done = begin + len(name.text)
                    yield Hit(name.entity, name.alias)
                    break


class Watcher:
    """Knows every name of a watchlist.

    Args:
        entities: Checked by `check_watchlist`.
    """

    def __init__(self, entities: Sequence[Entity]) -> None:
        self._index = {
            language: _Index(
                _name(alias, number)
                for number, entity in enumerate(entities)
                for alias in entity.written(language)
            )
            for language in Language
        }
        self._excluded = [
            tuple(_lower(even(phrase)) for phrase in entity.excluded) for entity in entities
        ]

    def hits(self, title: str, language: Language) -> list[Hit]:
        """Find the names in a headline, in their order; those in another sense are left out."""
        written = even(title)
        lower = _lower(written)
        found = self._index[language].find(written, lower)
        return [hit for hit in found if not _any_in(self._excluded[hit.entity], lower)]


def _name(alias: str, entity: int) -> _Name:
    written = even(alias)
    text = _lower(written)
    lead = next(at for at, char in enumerate(text) if char.isalnum())
    letters = [char for char in written if char.isalpha()]
    capitals = 0 < len(letters) <= SHORT_CAPITALS and all("A" <= char <= "Z" for char in letters)
    return _Name(text, written if capitals else "", lead, entity, alias)


def _lower(text: str) -> str:
    """Lower case, character by character, so that places stay the same."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def _fits(name: _Name, written: str, lower: str, begin: int) -> bool:
    if begin < 0 or not lower.startswith(name.text, begin):
        return False
    if name.cased and not written.startswith(name.cased, begin):
        return False
    return _ends(lower, begin + len(name.text))


def _ends(text: str, end: int) -> bool:
    """Whether a name that ends here is a whole word."""
    last, following = text[end - 1], text[end : end + 1]
    if not following or not last.isalnum() or not following.isalnum():
        return True
    if not _CJK_SIGN.match(last):
        return bool(_CJK_SIGN.match(following))
    if not _CJK_SIGN.match(following):
        return True
    run = _HANGUL_RUN.match(text, end, end + LONGEST_PARTICLE + 1)
    rest = run.group() if run else ""
    return rest in _FOLLOWING and not _CJK_SIGN.match(text[end + len(rest) : end + len(rest) + 1])


def _any_in(phrases: Sequence[str], lower: str) -> bool:
    return any(phrase in lower and _holds(lower, phrase) for phrase in phrases)


def _holds(lower: str, phrase: str) -> bool:
    """Whether a phrase stands somewhere: not as part of a longer Latin word."""
    at = lower.find(phrase)
    while at >= 0:
        end = at + len(phrase)
        if not (
            _runs_on(lower[at - 1 : at], phrase[0]) or _runs_on(lower[end : end + 1], phrase[-1])
        ):
            return True
        at = lower.find(phrase, at + 1)
    return False


def _runs_on(beside: str, edge: str) -> bool:
    """Whether two neighbours are of one Latin word."""
    signs = beside.isalnum() and edge.isalnum()
    return signs and not _CJK_SIGN.match(beside) and not _CJK_SIGN.match(edge)
