"""Words of the categories, found in a headline.

Korean is written without spaces inside compounds and with particles after them, so words are looked for inside each
run of letters, the longest first; a word of two syllables only where a run begins or ends or another found word
ends, one of one syllable only where it is the whole run. English is read word by word, phrases before single words.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from trends.domain import category_words_en as en
from trends.domain import category_words_ko as ko
from trends.domain.models import Category, Language
from trends.domain.particles import PARTICLES

SURE = 2.0
LEANING = 1.0

_KO_RUN = re.compile(r"[가-힣A-Za-z0-9&+']+|[一-龥]")
_EN_TOKEN = re.compile(r"[^\W_]+(?:['.&][^\W_]+)*\+?|&")
_LONGEST_KO = 12
_LONGEST_EN = 5
_ANYWHERE = 3
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


class Meaning(NamedTuple):
    """What a listed word says.

    Attributes:
        weights: Weight by category; empty for a word that only hides shorter ones.
        buying: Whether it speaks of wanting and buying, whatever the thing.
    """

    weights: tuple[tuple[Category, float], ...]
    buying: bool


class Found(NamedTuple):
    """A listed word that stands in a headline."""

    word: str
    meaning: Meaning


def words_in(text: str, language: Language) -> Iterator[Found]:
    """Yield the listed words of a headline, in order, repeats included."""
    if language is Language.KO:
        for run in _KO_RUN.findall(text):
            yield from _in_run(run.casefold(), _korean())
    else:
        yield from _in_tokens(_EN_TOKEN.findall(text.replace("’", "'")), _english())


def _in_run(run: str, listed: Mapping[str, Meaning]) -> Iterator[Found]:
    place, after_word = 0, True
    while place < len(run):
        for length in range(min(_LONGEST_KO, len(run) - place), 0, -1):
            word = run[place : place + length]
            if (meaning := listed.get(word)) and _stands(run, place, length, after_word):
                yield Found(word, meaning)
                place, after_word = place + length, True
                break
        else:
            place, after_word = place + 1, False


def _stands(run: str, place: int, length: int, after_word: bool) -> bool:
    """Whether a listed word may be read at this place of a run."""
    end = place + length
    if run[place] in _LATIN and place and run[place - 1] in _LATIN:
        return False
    if run[end - 1] in _LATIN and end < len(run) and run[end] in _LATIN:
        return False
    if place and run[place - 1].isdigit() and run[place] not in _LATIN:
        return False  # a counter: 2600가구 are households, no furniture
    ends = end == len(run) or run[end:] in PARTICLES
    if length == 1:
        return place == 0 and ends
    return length >= _ANYWHERE or after_word or ends


def _in_tokens(tokens: list[str], listed: Mapping[str, Meaning]) -> Iterator[Found]:
    place = 0
    while place < len(tokens):
        for count in range(min(_LONGEST_EN, len(tokens) - place), 0, -1):
            found = _phrase(tokens[place : place + count], listed)
            if found:
                yield found
                place += count
                break
        else:
            place += 1


def _phrase(tokens: list[str], listed: Mapping[str, Meaning]) -> Found | None:
    written = " ".join(tokens)
    lower = written.casefold()
    for word in (written, lower, *_singulars(lower)):
        if meaning := listed.get(word):
            return Found(word, meaning)
    return None


def _singulars(phrase: str) -> Iterator[str]:
    if phrase.endswith("'s"):
        yield phrase[:-2]
    elif phrase.endswith("s") and not phrase.endswith("ss"):
        yield phrase[:-1]
        if phrase.endswith("es"):
            yield phrase[:-2]
        if phrase.endswith("ies"):
            yield f"{phrase[:-3]}y"


@cache
def _korean() -> Mapping[str, Meaning]:
    return _table(
        (ko.KO_SURE, ko.KO_LEANING),
        ko.KO_BUYING,
        ko.KO_NEITHER,
        str.casefold,
    )


@cache
def _english() -> Mapping[str, Meaning]:
    return _table((en.EN_SURE, en.EN_LEANING), en.EN_BUYING, en.EN_NEITHER, _english_key)


def _english_key(entry: str) -> str:
    """Spell an entry as the headline's tokens are spelled; upper case is kept, it tells ICE from ice."""
    return " ".join(_EN_TOKEN.findall(entry.replace("_", " ")))


def _table(
    listed: tuple[Mapping[Category, str], Mapping[Category, str]],
    buying: str,
    neither: str,
    key_of: Callable[[str], str],
) -> Mapping[str, Meaning]:
    weights: defaultdict[str, dict[Category, float]] = defaultdict(dict)
    for words_of, weight in zip(listed, (SURE, LEANING), strict=True):
        for category, words in words_of.items():
            for word in words.split():
                weights[key_of(word)].setdefault(category, weight)
    wanted = {key_of(word) for word in buying.split()}
    names = {*weights, *wanted, *(key_of(word) for word in neither.split())}
    return {
        name: Meaning(tuple(sorted(weights.get(name, {}).items())), name in wanted)
        for name in sorted(names)
    }
