"""A text as the checks see it: words with their keys, roles and clauses."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from trends.domain.korean import Morpheme, Tokenizer
from trends.domain.text import fold
from trends.domain.verify import words_en, words_ko
from trends.domain.verify.dates import Mention, mentions
from trends.domain.verify.quantities import Quantity, quantities

_TOKEN = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*|[,;:…—–―·?!()\[\]\"'“”‘’「」『』]|\s-\s")
_BREAKS = frozenset(",;:…—–―·()[]\"“”‘’「」『』'")
_HANGUL = re.compile(r"[가-힣]")
_CONTRACTED = re.compile(r"(?:n't|n’t)$")
_SHORTEST_STEM = 3
_KO_CONTENT = frozenset({"NNG", "NNP", "SL", "SH", "XR", "XPN", "XSN", "W_HASHTAG", "NR", "MM"})
_KO_NOUNS = frozenset({"NNG", "NNP", "SL", "SH", "XR", "W_HASHTAG"})
_PLURALS = frozenset({"들", "님", "씨"})
_KO_PREDICATES = frozenset({"VV", "VA", "VCN", "VX", "MAG", "VV-I", "VA-I", "VV-R", "VA-R", "VX-I"})
_KO_ROLES = {
    "이": "subject", "가": "subject", "께서": "subject", "은": "subject", "는": "subject", "을": "object", "를": "object",
    "보다": "than", "에서": "from", "부터": "from", "로": "to", "으로": "to", "까지": "to", "에": "dative", "에게": "dative",
    "한테": "dative", "와": "with", "과": "with", "의": "of", "도": "subject",
}  # fmt: skip


class Kind(StrEnum):
    """What a word is to the checks."""

    NOUN = "noun"
    NAME = "name"
    VERB = "verb"


@dataclass(frozen=True)
class Word:
    """One word of content.

    Attributes:
        keys: What it may be called: all of a Korean compound first, then each of its parts.
        parts: Keys that together cover it.
        kind: What it is.
        start: Where it begins.
        end: Where it ends.
        clause: In which clause of the text it stands.
        role: Its part in the clause, as its particle or preposition says; empty where nothing says it.
        passive: For a verb: what stands before it is done to that.
    """

    keys: tuple[str, ...]
    parts: tuple[str, ...]
    kind: Kind
    start: int
    end: int
    clause: int
    role: str = ""
    passive: bool = False

    @property
    def key(self) -> str:
        """Its first key."""
        return self.keys[0]


@dataclass(frozen=True)
class Reading:
    """A text that was read.

    Attributes:
        text: The text.
        korean: Whether it was read as Korean.
        words: Its words of content, in order.
        negated: Keys of what it negates, each with its clause.
        conditional: Clauses that only suppose something.
        question: Whether it asks instead of saying.
        clauses: Number of clauses.
        ends: Where its pieces end: a name found in the text ends at one of these, or it is part of another word.
    """

    text: str
    korean: bool
    words: tuple[Word, ...]
    negated: tuple[tuple[str, int], ...]
    conditional: frozenset[int]
    question: bool
    clauses: int
    ends: frozenset[int]

    @cached_property
    def keys(self) -> frozenset[str]:
        """Everything its words may be called."""
        return frozenset(key for word in self.words for key in (*word.keys, *word.parts))

    @cached_property
    def numbers(self) -> tuple[Quantity, ...]:
        """Its numbers, but for those that are part of a date."""
        spans = [(one.start, one.end) for one in self.dates]
        return tuple(
            one
            for one in quantities(self.text)
            if not any(start <= one.start < end for start, end in spans)
        )

    @cached_property
    def dates(self) -> tuple[Mention, ...]:
        """The days, weeks, months and years it names."""
        return mentions(self.text)

    @cached_property
    def content(self) -> tuple[Word, ...]:
        """Its words that are no part of a number or a date."""
        spans = [(one.start, one.end) for one in (*self.dates, *self.numbers)]
        return tuple(
            word
            for word in self.words
            if not any(start <= word.start < end for start, end in spans)
        )


def read(texts: Sequence[str], tokenizer: Tokenizer) -> list[Reading]:
    """Read texts; those that hold Hangul as Korean."""
    korean = [text for text in texts if _HANGUL.search(text)]
    cut: Mapping[str, Sequence[Morpheme]] = (
        dict(zip(korean, tokenizer.cut(korean, ()), strict=True)) if korean else {}
    )
    return [_korean(text, cut[text]) if text in cut else _english(text) for text in texts]


def stem(word: str) -> str:
    """Reduce an English word so that its inflections are one; crude, and the same for both sides."""
    low = word.casefold().replace("’", "'")
    low = re.sub(r"'s?$", "", low)
    low = words_en.IRREGULAR.get(low, low)
    for suffix in ("ings", "ing", "ied", "ies", "ed", "es", "s", "e"):
        if low.endswith(suffix) and len(low) - len(suffix) >= _SHORTEST_STEM - (suffix == "e"):
            if suffix == "s" and low.endswith(("ss", "us", "is")):
                continue
            low = low[: -len(suffix)] + ("y" if suffix in {"ied", "ies"} else "")
            break
    if len(low) > _SHORTEST_STEM and low[-1] == low[-2] and low[-1] not in "aeiouls":
        low = low[:-1]
    return low[:-1] + "i" if len(low) > _SHORTEST_STEM and low.endswith("y") else low


def _english(text: str) -> Reading:
    reader = _English(text)
    reader.read()
    return Reading(
        text=text,
        korean=False,
        words=tuple(reader.words),
        negated=tuple(reader.negated),
        conditional=frozenset(reader.conditional),
        question=text.rstrip("\"'”’ ").endswith("?"),
        clauses=reader.clause + 1,
        ends=frozenset(word.end for word in reader.words),
    )


class _English:
    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[Word] = []
        self.negated: list[tuple[str, int]] = []
        self.conditional: set[int] = set()
        self.clause = 0
        self._preposition = ""
        self._negating = False
        self._passive = False
        tokens = [m.group() for m in _TOKEN.finditer(text) if m.group()[0].isalnum()]
        capitals = sum(token[0].isupper() for token in tokens)
        self._title_case = len(tokens) > 3 and capitals > 0.6 * len(tokens)  # noqa: PLR2004 - a headline

    def read(self) -> None:
        first = True
        for match in _TOKEN.finditer(self.text):
            raw = match.group()
            low = raw.casefold()
            if not raw[0].isalnum():
                if raw.strip() in _BREAKS or raw.strip() == "-":
                    self._break()
                continue
            if low in words_en.SUBORDINATORS:
                self._break()
            if low in words_en.CLAUSE_WORDS:
                self._break()
            elif not raw[0].isdigit():
                self._word(match, raw, low, first=first)
            first = False
        self._break()

    def _break(self) -> None:
        if self._negating:
            # "sold none": what is negated stands before it.
            self.negated.append(("", self.clause))
        self.clause += 1
        self._preposition = ""
        self._negating = False

    def _word(self, match: re.Match[str], raw: str, low: str, *, first: bool) -> None:
        if low in words_en.NEGATORS or _CONTRACTED.search(low):
            self._negating = True
            return
        if low in {"if", "unless", "whether"}:
            self.conditional.add(self.clause)
        if low in words_en.PREPOSITIONS:
            self._preposition = low
        if low in words_en.AUXILIARIES:
            self._passive = True
            # What is not taken as a word still ends a phrase that a preposition began.
            self._preposition = ""
        if low in words_en.FUNCTION and low not in words_en.KEPT_FUNCTION:
            return
        verb = _is_verb(low)
        key = stem(raw)
        name = raw[0].isupper() and not first and not self._title_case
        if verb:
            self._preposition = ""
        self.words.append(
            Word(
                keys=(key,),
                parts=(key,),
                kind=Kind.VERB if verb and not name else Kind.NAME if name else Kind.NOUN,
                start=match.start(),
                end=match.end(),
                clause=self.clause,
                role=self._preposition,
                passive=self._passive and (low.endswith("ed") or low in words_en.IRREGULAR),
            )
        )
        if self._negating:
            self.negated.append((key, self.clause))
            self._negating = False
        if not low.endswith("ly"):
            self._passive = False


_EN_VERBS = frozenset(
    word
    for line in (*words_en.UP, *words_en.DOWN, *words_en.SAME[:8])
    for word in line.split()
    if word not in {"up", "down", "more", "less", "fewer", "higher", "lower", "buyer", "shopper"}
) - frozenset(
    "shop store outlet price prices cost costs firm company business sales sale customer consumer".split()
)


def _is_verb(low: str) -> bool:
    return (
        low in words_en.IRREGULAR
        or low in _EN_VERBS
        or low in words_en.SAID
        or (low.endswith("ed") and len(low) > _SHORTEST_STEM + 1)
    )


def _korean(text: str, morphemes: Sequence[Morpheme]) -> Reading:
    reader = _Korean(text, morphemes)
    reader.read()
    return Reading(
        text=text,
        korean=True,
        words=_phrased(text, reader.words),
        negated=tuple(reader.negated()),
        conditional=frozenset(reader.conditional),
        question=reader.question or text.rstrip("\"'”’ ").endswith("?"),
        clauses=reader.clause + 1,
        ends=_ends(morphemes),
    )


def _ends(morphemes: Sequence[Morpheme]) -> frozenset[int]:
    """Where pieces end that no suffix makes another word of."""
    suffixed = {piece.start for piece in morphemes if piece.tag == "XSN"}
    return frozenset(piece.end for piece in morphemes if piece.end not in suffixed)


def _phrased(text: str, words: Sequence[Word]) -> tuple[Word, ...]:
    """Give every noun of a phrase the part that its particle gives to the last."""
    phrased: list[Word] = []
    for word in reversed(words):
        following = phrased[-1] if phrased else None
        joined = (
            following is not None
            and word.kind is not Kind.VERB
            and not word.role
            and following.role not in {"", "predicate"}
            and text[word.end : following.start] == " "
        )
        phrased.append(replace(word, role=following.role) if following and joined else word)
    return tuple(reversed(phrased))


class _Korean:
    def __init__(self, text: str, morphemes: Sequence[Morpheme]) -> None:
        self.text = text
        self.words: list[Word] = []
        self.conditional: set[int] = set()
        self.question = False
        self.clause = 0
        self._pieces = morphemes
        self._negators: list[tuple[int, str, int]] = []

    def read(self) -> None:
        place = 0
        while place < len(self._pieces):
            piece = self._pieces[place]
            if piece.tag in _KO_CONTENT:
                place = self._noun(place)
                continue
            self._other(place, piece)
            place += 1

    def negated(self) -> Iterator[tuple[str, int]]:
        """What stands before 않다, 못하다, 아니다, 없다, and after 안 and 못."""
        for at, form, clause in self._negators:
            before = [word for word in self.words if word.end <= at]
            after = [word for word in self.words if word.start >= at]
            near = after[:1] if form in {"안", "못"} else before[-1:]
            yield (near[0].parts[-1] if near else "", clause)

    def _noun(self, place: int) -> int:
        """Take a run of nouns without a space between them."""
        end = place + 1
        while (
            end < len(self._pieces)
            and self._pieces[end].tag in _KO_CONTENT
            and self._pieces[end].start == self._pieces[end - 1].end
        ):
            end += 1
        run = self._pieces[place:end]
        if not any(piece.tag in _KO_NOUNS or piece.tag == "MM" for piece in run):
            return end
        whole = self._slice(run[0].start, run[-1].end)
        parts = tuple(self._parts(run))
        following = self._pieces[end] if end < len(self._pieces) else None
        name = any(piece.tag in {"NNP", "SL", "SH"} for piece in run)
        self.words.append(
            Word(
                keys=(whole, *parts) if parts != (whole,) else (whole,),
                parts=parts or (whole,),
                kind=Kind.NAME if name else Kind.NOUN,
                start=run[0].start,
                end=run[-1].end,
                clause=self.clause,
                role=self._role(end),
                passive=following is not None
                and following.tag == "XSV"
                and following.form in {"되", "당하", "받"},
            )
        )
        return end

    def _parts(self, run: Sequence[Morpheme]) -> list[str]:
        parts: list[str] = []
        prefix = ""
        for piece in run:
            text = self._slice(piece.start, piece.end)
            if piece.tag in {"XPN", "MM"} and piece is not run[-1]:
                # 비-, 무-, 불- make another word of what follows.
                prefix += text
            elif piece.tag != "XSN":
                parts.append(prefix + text)
                prefix = ""
            elif text not in _PLURALS and parts:
                # 판매자 is not 판매.
                parts[-1] += text
        return parts

    def _role(self, place: int) -> str:
        if place >= len(self._pieces):
            return ""
        piece = self._pieces[place]
        if piece.tag in {"JKS", "JKO", "JKB", "JX", "JKG", "JC", "JKC"}:
            following = self._pieces[place + 1] if place + 1 < len(self._pieces) else None
            # 온빛그룹에 따르면 tells who says it, not to whom.
            calls_on = following is not None and following.form == "따르"
            return "" if calls_on else _KO_ROLES.get(piece.form, "")
        return "predicate" if piece.tag in {"XSV", "XSA"} else ""

    def _other(self, place: int, piece: Morpheme) -> None:
        form = piece.form
        if piece.tag == "NNB" and form == "수" and self._possible(place):
            self.conditional.add(self.clause)
        if piece.tag in _KO_PREDICATES:
            if form in words_ko.NEGATORS and self._negates(place, piece):
                self._negators.append((piece.start, form, self.clause))
            elif form not in words_ko.FUNCTION and piece.tag[:2] != "VX":
                self.words.append(
                    Word(
                        keys=(form,),
                        parts=(form,),
                        kind=Kind.VERB,
                        start=piece.start,
                        end=max(piece.end, piece.start + 1),
                        clause=self.clause,
                    )
                )
        elif piece.tag in {"EC", "EF"}:
            self._ending(place, piece)
        elif piece.tag in {"SP", "SE", "SSO", "SSC", "SS", "SF"} and form in _BREAKS:
            self.clause += 1

    def _possible(self, place: int) -> bool:
        """Whether it says that something can be: 연장할 수 있다."""
        following = self._pieces[place + 1 : place + 3]
        return any(piece.form == "있" for piece in following)

    def _negates(self, place: int, piece: Morpheme) -> bool:
        if piece.form == "말":
            return piece.tag.startswith("VX")
        # 없이 is one word with its own weight; 뿐 아니라 adds and does not negate.
        before = self._pieces[place - 1] if place else None
        return not (piece.form == "아니" and before is not None and before.form == "뿐")

    def _ending(self, place: int, piece: Morpheme) -> None:
        if piece.form in words_ko.CONDITIONAL_ENDINGS:
            self.conditional.add(self.clause)
        if piece.tag == "EF" and piece.form in words_ko.QUESTION_ENDINGS:
            self.question = True
        following = self._pieces[place + 1] if place + 1 < len(self._pieces) else None
        if piece.form in words_ko.CLAUSE_ENDINGS and not (following and following.tag[:2] == "VX"):
            self.clause += 1

    def _slice(self, start: int, end: int) -> str:
        return fold(self.text[start:end]).replace(" ", "").lstrip("#")
