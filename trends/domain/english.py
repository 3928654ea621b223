"""English terms: 1–3 words in a row that cross neither a stop word nor punctuation.

Words are compared without case and without the possessive; a hyphen reads as a space, so that
"slow-burn" and "slow burn" are one term.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from trends.domain.stopwords import EN_STOP, EN_WEAK

LONGEST = 3

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[^\w\s]+|_+")
_POSSESSIVE = re.compile(r"'s$")
_CONTRACTED = re.compile(r"(?:n't|'(?:ll|d|m|re|ve))$")
_JOINTS = frozenset({"-", "‐", "–", "&", "/"})


class Span(NamedTuple):
    """One occurrence of a term.

    Attributes:
        key: What is counted: the same for every spelling.
        start: Where it begins in the title.
        end: Where it ends in the title.
    """

    key: str
    start: int
    end: int


class _Word(NamedTuple):
    key: str
    start: int
    end: int
    weak: bool


def phrases(title: str, is_noise: Callable[[str], bool], longest: int = LONGEST) -> Iterator[Span]:
    """Yield every term of an English title, repeats included.

    Args:
        title: Plain text.
        is_noise: Whether a key is no term in this run, such as an outlet's name.
        longest: Most words in a term.
    """
    for run in _runs(title):
        for first, begin in enumerate(run):
            if begin.weak:
                continue
            for last in range(first, min(first + longest, len(run))):
                end = run[last]
                if end.weak and not end.key.isdigit():
                    continue
                key = " ".join(word.key for word in run[first : last + 1])
                if not is_noise(key):
                    yield Span(key, begin.start, end.end)


def _runs(title: str) -> Iterator[list[_Word]]:
    """Split a title where a stop word or punctuation stands."""
    run: list[_Word] = []
    for match in _TOKEN.finditer(title):
        raw = match.group()
        if not raw[0].isalnum():
            if raw not in _JOINTS or not _glued(title, match.start(), match.end()):
                yield run
                run = []
            continue
        whole = raw.casefold().replace("’", "'")
        key = _POSSESSIVE.sub("", whole)
        if key in EN_STOP or whole in EN_STOP or _CONTRACTED.search(whole):
            yield run
            run = []
            continue
        run.append(_Word(key, match.start(), match.end(), _is_weak(raw, key)))
    yield run


def _glued(title: str, start: int, end: int) -> bool:
    """Whether a mark stands between two word characters without a space."""
    return start > 0 and end < len(title) and title[start - 1].isalnum() and title[end].isalnum()


def _is_weak(raw: str, key: str) -> bool:
    if key in EN_WEAK or len(key) == 1:
        return True
    if len(key) == 2 and not raw.isupper():  # noqa: PLR2004 - "AI" is a word, "ok" is none
        return True
    return not any(letter.isalpha() for letter in key)
