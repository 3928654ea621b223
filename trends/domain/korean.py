"""Korean terms: nouns, compounds as they are written, and two neighbours in a row.

The analyser cuts compounds and coinages into pieces (저속노화 → 저 + 속 + 노화). What stands together
without a space is therefore also counted as one word, and keys carry no spaces, so that "무라벨 생수" and
"무라벨생수" are one term.
"""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

from trends.domain.english import Span
from trends.domain.stopwords import KO_STOP, KO_WEAK

SHORTEST = 2
LONGEST = 2
_PARTICLES = "서"
_SEPARATORS = re.compile(r"[\s\-#]+")
_NOUNS = frozenset({"NNG", "NNP", "SL", "XR", "SH", "W_HASHTAG"})
_PARTS = _NOUNS | {"SN", "XPN", "XSN", "MM", "NR"}
_NUMBERS = frozenset({"SN", "NR"})


class Morpheme(NamedTuple):
    """One piece of a title, as the analyser cut it.

    Attributes:
        tag: Part of speech, Sejong tag set.
        start: Where it begins.
        end: Where it ends.
        form: Its dictionary form, where the analyser gives one: 앞지르 of 앞질렀다.
    """

    tag: str
    start: int
    end: int
    form: str = ""


class Tokenizer(Protocol):
    """Cuts Korean titles into morphemes; the same title always gives the same answer."""

    def cut(self, titles: Sequence[str], words: Sequence[str]) -> list[list[Morpheme]]:
        """Cut each title, keeping every one of `words` whole."""
        ...


class KoreanTokenizer:
    """Kiwi, loaded on first use and once per process; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kiwi: Any = None

    def cut(self, titles: Sequence[str], words: Sequence[str]) -> list[list[Morpheme]]:
        """Cut each title, keeping every one of `words` whole.

        Words are marked in each title instead of being added to the dictionary, because the dictionary
        is shared by every run of the process.
        """
        pattern = _any_of(words)

        def keep(title: str) -> list[tuple[int, int, str]]:
            return [] if pattern is None else [(*m.span(), "NNP") for m in pattern.finditer(title)]

        with self._lock:
            kiwi = self._load()
            answers = kiwi.tokenize(list(titles), pretokenized=keep if pattern else None)
            return [
                [
                    Morpheme(str(t.tag), int(t.start), int(t.start + t.len), str(t.form))
                    for t in answer
                ]
                for answer in answers
            ]

    def _load(self) -> Any:
        if self._kiwi is None:
            from kiwipiepy import Kiwi

            # The multi-word dictionary costs 1.8 s and 170 MB; compounds are joined here anyway.
            self._kiwi = Kiwi(load_multi_dict=False)
        return self._kiwi


@cache
def shared_tokenizer() -> KoreanTokenizer:
    """Return the process's one analyser; it is loaded when it first cuts something."""
    return KoreanTokenizer()


def phrases(
    title: str,
    morphemes: Sequence[Morpheme],
    is_noise: Callable[[str], bool],
    longest: int = LONGEST,
) -> Iterator[Span]:
    """Yield every term of a Korean title, repeats included.

    Args:
        title: Plain text.
        morphemes: The title as the analyser cut it.
        is_noise: Whether a key is no term in this run, such as an outlet's name.
        longest: Most words in a term.
    """
    chunks = [chunk for run in _runs(title, morphemes) if (chunk := _trim(run))]
    for chunk in chunks:
        for span in _inside(title, chunk):
            if _tells(span.key) and not is_noise(span.key):
                yield span
    for first in range(len(chunks)):
        for last in range(first + 1, min(first + longest, len(chunks))):
            if not _adjoin(title, chunks[last - 1], chunks[last]):
                break
            words = [_span(title, chunk) for chunk in chunks[first : last + 1]]
            if any(_is_filler(word.key) for word in words) or any(is_noise(w.key) for w in words):
                break
            yield Span("".join(word.key for word in words), words[0].start, words[-1].end)


def _runs(title: str, morphemes: Sequence[Morpheme]) -> Iterator[list[Morpheme]]:
    """Group noun-like pieces that stand together without a space."""
    run: list[Morpheme] = []
    for piece in morphemes:
        if run and (piece.tag not in _PARTS or not _glued(title, run[-1].end, piece.start)):
            yield run
            run = []
        if piece.tag in _PARTS:
            run.append(piece)
    if run:
        yield run


def _glued(title: str, end: int, start: int) -> bool:
    return end == start or title[end:start] == "-"


def _trim(run: list[Morpheme]) -> list[Morpheme]:
    """Drop what is no part of a name: a leading number, a trailing particle taken for a noun."""
    first = 0
    last = len(run)
    while first < last and run[first].tag in _NUMBERS and not _is_grade(run[first:last]):
        first += 1
    return run[first:last] if any(piece.tag in _NOUNS for piece in run[first:last]) else []


def _is_grade(run: Sequence[Morpheme]) -> bool:
    """Whether a number is part of a name, as in 5G or 4K."""
    return len(run) > 1 and run[1].tag == "SL" and run[1].start == run[0].end


def _inside(title: str, chunk: Sequence[Morpheme]) -> Iterator[Span]:
    """Yield the chunk as written, its neighbouring pairs and its single nouns."""
    yield _span(title, chunk)
    if len(chunk) == 1:
        return
    for piece in chunk:
        if piece.tag in _NOUNS:
            yield _span(title, [piece])
    if len(chunk) > 2:  # noqa: PLR2004 - two pieces are the chunk itself
        for left, right in pairwise(chunk):
            if left.tag in _NOUNS and right.tag in _NOUNS:
                yield _span(title, [left, right])


def _span(title: str, pieces: Sequence[Morpheme]) -> Span:
    start, end = pieces[0].start, pieces[-1].end
    if title[end - 1] in _PARTICLES and len(pieces) > 1 and pieces[-1].end - pieces[-1].start == 1:
        end -= 1
    if title[start] == "#":
        start += 1
    return Span(key_of(title[start:end]), start, end)


def key_of(text: str) -> str:
    """Reduce a spelling to what is counted: no case, no spaces, no hyphens."""
    return _SEPARATORS.sub("", text.casefold())


def _adjoin(title: str, left: Sequence[Morpheme], right: Sequence[Morpheme]) -> bool:
    """Whether one space and nothing else stands between two chunks."""
    return title[left[-1].end : right[0].start] == " "


def _is_filler(key: str) -> bool:
    return key in KO_WEAK or key in KO_STOP or key.isdigit()


def _tells(key: str) -> bool:
    return len(key) >= SHORTEST and not _is_filler(key) and not key.isdigit()


def _any_of(words: Sequence[str]) -> re.Pattern[str] | None:
    """Match any of the words, the longest first; None without words."""
    known = sorted({word.strip() for word in words if word.strip()}, key=lambda w: (-len(w), w))
    if not known:
        return None
    return re.compile("|".join(re.escape(word) for word in known), re.IGNORECASE)
