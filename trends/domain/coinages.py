"""New Korean words, found whole in the run's own headlines: 두쫀쿠, 얼박사, 올영세일.

The analyser knows the words of its dictionary and cuts a new one into whatever it knows (올영세일 → 올 + 영세 + 일).
A new word shows itself where a dictionary is not needed: in the runs of syllables between spaces, which are a word and
then a particle. A beginning of such a run is a candidate where

- it closes: in most headlines the run ends there or goes on with a particle;
- it branches: what follows differs, so that it is no part of a longer word (branching entropy, Harris 1955; Jin and
  Tanaka-Ishii 2006; the end of a run counts as a different neighbour each time, as in accessor variety, Feng et al. 2004);
- it coheres: (n(word) / n(first syllable)) ^ (1 / (syllables - 1)), the cohesion of Kim, Cho and Kang (KR-WordRank, 2014);
- it is a noun, by the analyser or by use: quoted, or with a particle that only nouns take.

Left out are words with a particle still on them, verb forms and sentence endings, numbers with their counters, names
with a title (이대통령), and derivations of a commoner word (강남구 of 강남).

The same word is cut differently in different headlines. Each headline's pieces are put together again only where the
analyser broke the word there: into single syllables, or into what is no noun. A compound of known nouns is counted
as written anyway (`trends.domain.korean`), and keeps its parts.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from trends.domain.korean import Morpheme
from trends.domain.particles import AFTER_NOUNS_ONLY, LONGEST_PARTICLE, PARTICLES

FEWEST_HEADLINES = 3
"""Headlines in which a word must stand."""

LEAST_CLOSED = 0.6
"""Share of its headlines in which the run ends with it, or with a particle after it."""

LEAST_STANDING = 0.3
"""Share of its headlines in which a word must stand bare or as a noun: quoted, or with 을, 의, 에서."""

LEAST_BRANCHING_BITS = 1.0
"""What follows must differ at least as much as two neighbours in equal parts do."""

LEAST_COHESION = 0.05
"""Low on purpose: a new word among thousands of headlines has few of its first syllable's."""

MOST_HEADLINES = 100_000
MOST_CANDIDATES = 10_000
"""Bounds of memory and time: the last so many headlines, the commonest so many candidates."""

_SHORTEST, _LONGEST = 2, 8
_LONGEST_RUN = _LONGEST + LONGEST_PARTICLE + 4
_RUN = re.compile(r"(?<![0-9A-Za-z가-힣.,%])[가-힣]{2,}")
_OPENING = frozenset("'\"‘“「『<《〈[#")
_CLOSING = frozenset("'\"’”」』>》〉]")
_USED_ENOUGH = 2
# A word is derived from one that stands in so many times its headlines.
_COMMONER = 2.0

_NOUNS = frozenset({"NNG", "NNP", "XR", "SL"})
_AFFIXES = frozenset({"XPN", "XSN"})
_NUMBERS = frozenset({"NR", "SN"})
_TITLES = frozenset(
    """
    대통령 대표 의원 장관 차관 총리 회장 사장 부회장 부사장 교수 감독 위원장 후보 선수 기자 부장 전무 상무 시장 지사 총장 검사 판사
    변호사 박사 원장 실장 국장 청장 처장 이사장 이사 행장 대사 부총리 수석 코치 앵커 작가 배우 여사 의장 구청장 군수 대변인 본부장
    특사 사령관 팀장 센터장 소장 단장 총재 주석 국무위원장 여왕 왕세자 씨
    """.split()
)
_SURNAMES = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진나지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용"
)

Cut = Callable[[Sequence[str]], Sequence[Sequence[Morpheme]]]


@dataclass
class _Seen:
    """How a beginning of runs goes on."""

    headlines: int = 0
    bare: int = 0
    particles: int = 0
    after_noun: int = 0
    quoted: int = 0
    following: Counter[str] = field(default_factory=Counter[str])

    @property
    def closed(self) -> float:
        return (self.bare + self.particles) / self.headlines

    @property
    def branching_bits(self) -> float:
        parts = [count / self.headlines for count in self.following.values()]
        ends = self.bare / self.headlines * math.log2(self.headlines)
        return ends - sum(part * math.log2(part) for part in parts)

    @property
    def stands(self) -> bool:
        """Whether it stands bare or as a plain noun often enough; a verb's stem never does."""
        return self.bare + self.after_noun >= LEAST_STANDING * self.headlines

    @property
    def a_noun(self) -> bool:
        """Whether it is used as a noun, whatever it looks like."""
        return self._often_enough(self.after_noun + self.quoted)

    @property
    def takes_noun_particles(self) -> bool:
        """Whether particles follow it that only nouns take."""
        return self._often_enough(self.after_noun)

    def _often_enough(self, headlines: int) -> bool:
        return headlines >= _USED_ENOUGH and headlines >= LEAST_STANDING * self.headlines


def find_coinages(titles: Sequence[str], cut: Cut) -> tuple[str, ...]:
    """Find the words that Korean headlines use whole, new ones among them, sorted.

    Deterministic, whatever the order of the titles (of the last `MOST_HEADLINES`). A title that comes twice
    counts once.

    Args:
        titles: Headlines of one run.
        cut: Cuts texts into morphemes, one answer each.
    """
    runs, quoted = _runs_of(titles)
    candidates: dict[str, _Seen] = {}
    for _, group in groupby(sorted(runs), key=lambda run: run[0]):
        candidates.update(_closed_words(list(group), runs, quoted))
    commonest = sorted(candidates, key=lambda word: (-candidates[word].headlines, word))
    kept = sorted(commonest[:MOST_CANDIDATES])
    return tuple(
        word
        for word, pieces in zip(kept, cut(kept), strict=True)
        if _is_noun(word, pieces, candidates)
    )


class CoinageMerger:
    """Puts the pieces of words together again, headline by headline.

    Args:
        words: What `find_coinages` found.
    """

    def __init__(self, words: Collection[str]) -> None:
        self._words = frozenset(words)

    def merge(self, title: str, morphemes: Sequence[Morpheme]) -> Sequence[Morpheme]:
        """Return the morphemes with one noun in place of the pieces of each word that was broken.

        A word is taken only where its run ends, goes on with a particle, or goes on at a cut of the analyser.
        """
        if not self._words:
            return morphemes
        spans = [
            (start, end)
            for start, end in self._spans(title, {piece.start for piece in morphemes})
            if _is_broken(morphemes, start, end)
        ]
        if not spans:
            return morphemes
        merged = [
            piece
            for piece in morphemes
            if not any(piece.start < end and start < piece.end for start, end in spans)
        ]
        merged += [Morpheme("NNP", start, end) for start, end in spans]
        return sorted(merged, key=lambda piece: (piece.start, piece.end))

    def _spans(self, title: str, cuts: set[int]) -> Iterator[tuple[int, int]]:
        for match in _RUN.finditer(title):
            run, start = match.group(), match.start()
            for length in range(min(_LONGEST, len(run)), _SHORTEST - 1, -1):
                rest = run[length:]
                if run[:length] in self._words and (
                    not rest or rest in PARTICLES or start + length in cuts
                ):
                    yield start, start + length
                    break


def _runs_of(titles: Sequence[str]) -> tuple[Counter[str], Counter[str]]:
    """Count in how many headlines each run stands, and in how many between quotation marks."""
    runs: Counter[str] = Counter()
    quoted: Counter[str] = Counter()
    for title in sorted(set(titles[-MOST_HEADLINES:])):
        here: set[str] = set()
        marked: set[str] = set()
        for match in _RUN.finditer(title):
            run, start, end = match.group(), match.start(), match.end()
            if len(run) > _LONGEST_RUN:
                continue
            here.add(run)
            if start and title[start - 1] in _OPENING and title[end : end + 1] in _CLOSING:
                marked.add(run)
        runs.update(here)
        quoted.update(marked)
    return runs, quoted


def _closed_words(
    group: Sequence[str], runs: Mapping[str, int], quoted: Mapping[str, int]
) -> Iterator[tuple[str, _Seen]]:
    """Yield the candidates among the beginnings of runs that share their first syllable."""
    counts: Counter[str] = Counter()
    for run in group:
        for length in range(_SHORTEST, min(_LONGEST, len(run)) + 1):
            counts[run[:length]] += runs[run]
    seen: defaultdict[str, _Seen] = defaultdict(_Seen)
    for run in group:
        for length in range(_SHORTEST, min(_LONGEST, len(run)) + 1):
            if counts[run[:length]] >= FEWEST_HEADLINES:
                _note(seen[run[:length]], run[length:], runs[run], quoted.get(run, 0))
    first_syllable = sum(runs[run] for run in group)
    for word, each in seen.items():
        cohesion = (each.headlines / first_syllable) ** (1 / (len(word) - 1))
        if (
            each.closed >= LEAST_CLOSED
            and each.stands
            and each.branching_bits >= LEAST_BRANCHING_BITS
            and cohesion >= LEAST_COHESION
            and not _wears_particle(word, counts)
        ):
            yield word, each


def _note(each: _Seen, rest: str, headlines: int, quoted: int) -> None:
    each.headlines += headlines
    if rest:
        each.following[rest[0]] += headlines
        each.particles += headlines * (rest in PARTICLES)
        each.after_noun += headlines * (rest in AFTER_NOUNS_ONLY)
    else:
        each.bare += headlines
        each.quoted += quoted


def _wears_particle(word: str, counts: Mapping[str, int]) -> bool:
    """Whether it is a word and a particle, where that word also stands without it."""
    return any(
        word[-length:] in PARTICLES and counts[word[:-length]] > counts[word]
        for length in range(1, min(LONGEST_PARTICLE, len(word) - _SHORTEST) + 1)
    )


def _is_broken(morphemes: Sequence[Morpheme], start: int, end: int) -> bool:
    """Whether the analyser cut what stands there into more than known nouns and their affixes."""
    pieces = [piece for piece in morphemes if piece.start < end and start < piece.end]
    if not pieces or pieces[0].start != start or pieces[-1].end != end:
        return True
    return len(pieces) > 1 and any(
        piece.tag not in _AFFIXES and (piece.tag not in _NOUNS or piece.end - piece.start == 1)
        for piece in pieces
    )


def _is_noun(word: str, pieces: Sequence[Morpheme], candidates: Mapping[str, _Seen]) -> bool:
    """Whether a candidate is a word of its own and used as a noun."""
    if not pieces or pieces[0].tag in _NUMBERS or _is_titled_name(word, pieces):
        return False
    if _is_derived(word, pieces, candidates):
        return False
    used = candidates[word]
    if pieces[-1].tag.startswith(("E", "J")):
        # Slogans and cries are quoted too: only particles tell a noun from the end of a sentence.
        return used.takes_noun_particles
    known = all(piece.tag in _NOUNS | _AFFIXES for piece in pieces)
    return used.a_noun or (known and len(pieces) > 1)


def _is_titled_name(word: str, pieces: Sequence[Morpheme]) -> bool:
    title = word[pieces[-1].start : pieces[-1].end]
    name = word[: pieces[-1].start]
    return title in _TITLES and (len(name) > 1 or name in _SURNAMES)


def _is_derived(word: str, pieces: Sequence[Morpheme], candidates: Mapping[str, _Seen]) -> bool:
    """Whether it is a commoner closed word and something after it."""
    return any(
        (shorter := candidates.get(word[: piece.end])) is not None
        and shorter.headlines >= _COMMONER * candidates[word].headlines
        for piece in pieces[:-1]
    )
