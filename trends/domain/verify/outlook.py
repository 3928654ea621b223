"""Whether what is told as done is done in the passage, too: what is to be, may be or is planned is not."""

import re

from trends.domain.drafting import Check, Finding
from trends.domain.verify.reading_en import stem
from trends.domain.verify.support import Pair
from trends.domain.verify.text_parts import Kind, Reading, Word
from trends.domain.verify.words_en import UNREAL

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def outlook(pair: Pair) -> list[Finding]:
    """Every verb that the sentence tells as done is told as done in the passage."""
    if pair.part.korean != pair.passage.reading.korean:
        return []
    early = _korean(pair) if pair.part.korean else _english(pair)
    return [
        Finding(
            check=Check.HEDGE,
            what=f"'{pair.part.text[word.start : word.end]}' is still to come, or not sure, in the evidence.",
        )
        for word in early[:1]
    ]


def _korean(pair: Pair) -> list[Word]:
    found: list[Word] = []
    for word in pair.part.words:
        if word.tense != "past":
            continue
        passage = pair.passage.reading
        theirs = [
            one
            for one in passage.words
            # The analyser cuts 살펴보- whole before one ending, and as 살피- and 보- before another.
            if _same(pair, word, one) or passage.text.startswith(word.key, one.start)
        ]
        # The same word tells more than one that means as much.
        theirs = [one for one in theirs if one.key == word.key] or theirs
        if theirs and all(one.tense == "ahead" for one in theirs):
            found.append(word)
    return found


def _english(pair: Pair) -> list[Word]:
    unreal, real = _split(pair.passage.reading)
    mine = _split(pair.part)[1]
    to_come = {stem(one) for one in unreal.values()}
    return [
        word
        for word in pair.part.words
        if word.start in mine
        and stem(mine[word.start]) in to_come
        and (word.kind is Kind.VERB or mine[word.start] not in unreal.values())
        and not _done(pair, word, {at for at, one in real.items() if stem(one) == word.key})
    ]


def _done(pair: Pair, word: Word, places: set[int]) -> bool:
    """Whether the passage has a verb also as done, and in the clause of what stands before it in the sentence."""
    before = [one for one in pair.part.content if one.end <= word.start][-1:]
    clauses = {one.clause for one in pair.passage.reading.words if one.start in places}
    held = [one for one in pair.passage.reading.words if one.clause in clauses]
    return bool(clauses) and all(any(_same(pair, one, other) for other in held) for one in before)


def _split(reading: Reading) -> tuple[dict[int, str], dict[int, str]]:
    """Words that stand after `to`, `will`, `may`, and all others, by where they begin."""
    unreal: dict[int, str] = {}
    real: dict[int, str] = {}
    left = 0
    for match in _TOKEN.finditer(reading.text):
        low = match.group().casefold()
        if low in UNREAL:
            left = 1
            continue
        if left and low in {"be", "have", "not", "soon", "also", "now"}:
            continue
        (unreal if left else real)[match.start()] = low
        left = 0
    return unreal, real


def _same(pair: Pair, one: Word, other: Word) -> bool:
    mine = {meant for key in (*one.keys, *one.parts) for meant in pair.words.wants(key)}
    return bool(mine & pair.words.says((*other.keys, *other.parts)))
