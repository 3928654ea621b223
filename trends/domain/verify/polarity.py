"""Whether a sentence affirms what the passage affirms: negation, doubt, questions, and how far it holds."""

import re

from trends.domain.drafting import Check, Finding
from trends.domain.verify.meaning import lexicon
from trends.domain.verify.support import Pair
from trends.domain.verify.text_parts import Reading
from trends.domain.verify.words_en import NEGATORS

_SHARE = re.compile(
    r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine) (?:of|in|out of) (?:\d+|the|two|three|four|five|six|seven|eight|nine|ten)\b"
    r"|명 (?:중|가운데)|곳 (?:중|가운데)",
    re.IGNORECASE,
)

_NEGATING = re.compile(r"\b(?:" + "|".join(sorted(NEGATORS)) + r")\b|n['’]t\b", re.IGNORECASE)


def negation(pair: Pair) -> list[Finding]:
    """What is negated here is negated there, and nothing else; words that turn a statement round are kept."""
    here = _negated(pair, pair.part, None)
    there = _negated(pair, pair.passage.reading, pair.used)
    findings: list[Finding] = []
    if here - there or _times_negated(pair.part) > _times_negated(pair.passage.reading):
        findings.append(
            Finding(check=Check.NEGATION, what="It negates what the evidence does not negate.")
        )
    if there - here:
        findings.append(
            Finding(check=Check.NEGATION, what="The evidence negates it; the sentence does not.")
        )
    return findings + _kept(pair, "reversers", Check.NEGATION)


def _times_negated(reading: Reading) -> int:
    """How often a text negates: `not no longer` does it twice."""
    if reading.korean:
        return len(reading.negated)
    return len(_NEGATING.findall(reading.text))


def doubt(pair: Pair) -> list[Finding]:
    """What the evidence supposes, expects or asks is not said as a fact."""
    reading = pair.passage.reading
    findings: list[Finding] = []
    if reading.question and not pair.part.question:
        findings.append(
            Finding(check=Check.HEDGE, what="The evidence only asks; do not assert it.")
        )
    # A condition may stand behind a comma: "opens in May, if the council agrees".
    near = {clause + step for clause in reading.conditional for step in (-1, 0, 1)}
    if pair.used & near and not pair.part.conditional:
        findings.append(Finding(check=Check.HEDGE, what="The evidence says it under a condition."))
    certain = lexicon(korean=reading.korean)
    hedges = _hedges(pair, reading, pair.used) & certain.hedges
    mine = _hedges(pair, pair.part, None) & pair.words.hedges
    # A plan that is only rumoured is not told by calling it a plan.
    unsure = bool(hedges & certain.unsure)
    kept = bool(mine & pair.words.unsure or mine - hedges) if unsure else bool(mine)
    if hedges and not kept:
        named = ", ".join(sorted(hedges))
        findings.append(
            Finding(check=Check.HEDGE, what=f"The evidence is less certain ({named}); keep that.")
        )
    return findings


def limits(pair: Pair) -> list[Finding]:
    """`some` is not everybody."""
    findings = _kept(pair, "limits", Check.SCOPE)
    if _SHARE.search(pair.passage.reading.text) and not pair.part.numbers:
        findings.append(
            Finding(check=Check.SCOPE, what="The evidence says it of a share of them; say which.")
        )
    return findings


def _hedges(pair: Pair, reading: Reading, clauses: frozenset[int] | None) -> set[str]:
    """Keys of the words of some clauses that do not name the topic: Planning may be its name."""
    return {
        key
        for word in reading.words
        if (clauses is None or word.clause in clauses)
        and not pair.passage.names_topic(reading, word)
        for key in (*word.keys, *word.parts)
    }


def _kept(pair: Pair, kind: str, check: Check) -> list[Finding]:
    reading = pair.passage.reading
    wanted: frozenset[str] = getattr(lexicon(korean=reading.korean), kind)
    mine = pair.words.says(pair.part.keys)
    return [
        Finding(
            check=check,
            what=f"The evidence says '{reading.text[word.start : word.end]}', which is left out.",
        )
        for word in reading.content
        if word.clause in pair.used
        and wanted & {*word.keys, *word.parts}
        and not mine & pair.words.says(word.keys)
    ]


def _negated(pair: Pair, reading: Reading, clauses: frozenset[int] | None) -> set[str]:
    words = lexicon(korean=reading.korean)
    mine = {key for word in pair.part.content for key in (*word.keys, *word.parts)}
    return {
        min(words.wants(key)) if key else ""
        for key, clause in reading.negated
        if clauses is None or clause in clauses or (key and mine & words.wants(key))
    }
