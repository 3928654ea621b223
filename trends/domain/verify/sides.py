"""Whether those who are set beside one another keep their sides: who is compared with whom, and who says what is quoted."""

import re
from collections.abc import Iterator

from trends.domain.drafting import Check, Finding
from trends.domain.text import even
from trends.domain.verify.support import SAYING, Pair
from trends.domain.verify.text_parts import Kind, Reading, Word
from trends.domain.verify.verbatim import NAMED_BEHIND
from trends.domain.verify.words_en import COMPARING
from trends.domain.verify.words_ko import COMPARING as KO_COMPARING

_EN_COMPARING = re.compile(r"\b(?:" + "|".join(sorted(COMPARING)) + r")\b", re.IGNORECASE)
_KO_COMPARING = re.compile("|".join(sorted(KO_COMPARING)))
_QUOTED = re.compile(r"[“\"]([^“”\"]+)[”\"]")
_ASIDE = re.compile(r"…|\.\.\.|;|\n")


def comparisons(pair: Pair) -> list[Finding]:
    """Whoever is beaten, exceeded or left behind in the sentence is that in the passage."""
    if pair.passage.source is None or pair.part.korean != pair.passage.reading.korean:
        return []
    theirs = list(_beaten(pair.passage.reading))
    for name, word in _beaten(pair.part):
        same = [other for means, other in theirs if means == name]
        if same and not any(
            _meant(pair, word) & pair.words.says((*one.keys, *one.parts)) for one in same
        ):
            written = pair.part.text[word.start : word.end]
            what = f"In the evidence it is not '{written}' that the other is compared with."
            return [Finding(check=Check.SUPPORT, what=what)]
    return []


def speakers(pair: Pair) -> list[Finding]:
    """Who is named beside a quotation is named beside it in the passage, and is not another whom it speaks of."""
    if pair.passage.source is None:
        return []
    text = even(pair.passage.reading.text)
    behind = NAMED_BEHIND.search(text)
    if behind and behind[1].split()[-1].casefold() not in pair.part.text.casefold():
        what = f"In the evidence '{behind[1]}' says so; keep that."
        return [Finding(check=Check.ATTRIBUTION, what=what)]
    for match in _QUOTED.finditer(pair.part.text):
        around = _around(text, even(match[1]))
        outside = [
            word
            for word in pair.part.content
            if word.kind is not Kind.VERB
            and not match.start() <= word.start < match.end()
            and not {*word.keys, *word.parts} & (pair.words.said | pair.words.frame)
            and not pair.words.says((*word.keys, *word.parts)) & SAYING
        ]
        for word in outside:
            written = pair.part.text[word.start : word.end]
            if around and even(written).casefold() not in around.casefold():
                what = f"In the evidence it is not '{written}' who says what is quoted."
                return [Finding(check=Check.ATTRIBUTION, what=what)]
    return []


def _around(text: str, quote: str) -> str:
    """What stands beside a quotation, up to where the headline goes on to something else."""
    at = text.find(f'"{quote}')
    if at < 0:
        return ""
    before = _ASIDE.split(text[:at])[-1]
    after = _ASIDE.split(text[at + len(quote) + 1 :])[0]
    return before + after


def _beaten(reading: Reading) -> Iterator[tuple[str, Word]]:
    """Each word of comparing with the one it leaves behind: the one before it in Korean, the one after in English."""
    pattern = _KO_COMPARING if reading.korean else _EN_COMPARING
    for match in pattern.finditer(reading.text):
        if reading.korean:
            near = [one for one in reading.content if one.end <= match.start()][-1:]
        else:
            near = [one for one in reading.content if one.start >= match.end()][:1]
        yield from ((match.group().casefold(), one) for one in near)


def _meant(pair: Pair, word: Word) -> frozenset[str]:
    return frozenset(meant for key in (*word.keys, *word.parts) for meant in pair.words.wants(key))
