"""Read English: no tagger, but the order of words, prepositions, and lists of verbs."""

import re

from trends.domain.verify import words_en
from trends.domain.verify.text_parts import BREAKS, Kind, Reading, Word

_TOKEN = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*|[,;:…—–―·?!()\[\]\"'“”‘’「」『』]|\s-\s")
_CONTRACTED = re.compile(r"(?:n't|n’t)$")
_SHORTEST_STEM = 3


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


def english(text: str) -> Reading:
    """Read an English text."""
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
                if raw.strip() in BREAKS or raw.strip() == "-":
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
