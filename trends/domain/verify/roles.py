"""Whether the same things do the same to one another: who does it, to whom, who says it, and what goes up or down."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from trends.domain.drafting import Check, Finding
from trends.domain.verify import words_en
from trends.domain.verify.support import Pair
from trends.domain.verify.text_parts import Kind, Reading, Word

_ACCORDING = re.compile(r"\baccording to (?:the )?$", re.IGNORECASE)
# Phrases that may stand anywhere in a sentence.
_SETTINGS = frozenset({"in", "at", "on", "from", "after", "before", "during", "since", "by"})
_OPPOSED = (
    frozenset({"subject", "object"}),
    frozenset({"subject", "than"}),
    frozenset({"object", "than"}),
    frozenset({"from", "to"}),
    frozenset({"subject", "dative"}),
    frozenset({"object", "dative"}),
)


def roles(pair: Pair) -> list[Finding]:
    """No word takes another part in what is told than it has in the passage."""
    if pair.part.korean != pair.passage.reading.korean:
        return []
    found = list(_particles(pair)) if pair.part.korean else list(_prepositions(pair))
    found += list(_subjects(pair))
    found += list(_clauses(pair)) if pair.part.korean else list(_order(pair))
    return found[:3]


def deeds(pair: Pair) -> list[Finding]:
    """What is told of somebody's doing is not told as what they are: without its verb a sentence only equates."""
    if pair.passage.source is None or pair.part.korean != pair.passage.reading.korean:
        return []
    if any(_verbal(word) or _direction(pair, word) for word in pair.part.content):
        return []
    done = [
        word
        for word in _verbs(pair, pair.passage.reading)
        if word.clause in pair.used and word.kind is Kind.VERB
    ]
    if not done:
        return []
    text = pair.passage.reading.text[done[0].start : done[0].end]
    return [Finding(check=Check.SUPPORT, what=f"The evidence says '{text}' of it; keep a verb.")]


def attribution(pair: Pair) -> list[Finding]:
    """Whoever says it in the sentence says it in the passage."""
    theirs = [
        one
        for other in _verbs_of_saying(pair, pair.passage.reading)
        if (one := _speaker(pair.passage.reading, other)) is not None
    ] or _before_quote(pair.passage.reading)
    told = _verbs_of_saying(pair, pair.part) or list(_named_as_source(pair.part))
    if _opinion(pair) and not told:
        what = "Somebody says so in the evidence; say who."
        return [Finding(check=Check.ATTRIBUTION, what=what)]
    speakers = [_speaker(pair.part, verb) for verb in _verbs_of_saying(pair, pair.part)]
    for speaker in (*speakers, *_named_as_source(pair.part)):
        if speaker is None or speaker.key in pair.words.frame:
            continue
        if not any(_same(pair, speaker, one) for one in theirs):
            name = pair.part.text[speaker.start : speaker.end]
            return [
                Finding(
                    check=Check.ATTRIBUTION, what=f"In the evidence it is not '{name}' who says it."
                )
            ]
    return []


def directions(pair: Pair) -> list[Finding]:
    """Where a passage tells of ups and downs, each stays with what goes up or down, and with its number."""
    passage = pair.passage.reading
    there = [
        word
        for word in passage.words
        if _direction(pair, word) and not pair.passage.names_topic(passage, word)
    ]
    if len({way for word in there for way in _direction(pair, word)}) < 2:  # noqa: PLR2004 - up and down
        return []
    return [
        Finding(
            check=Check.DIRECTION,
            what=f"'{pair.part.text[word.start : word.end]}' is said of something else in the evidence.",
        )
        for word in pair.part.words
        if _direction(pair, word)
        and not pair.passage.names_topic(pair.part, word)
        and not any(_goes_with(pair, word, other) for other in there)
    ]


def _goes_with(pair: Pair, word: Word, other: Word) -> bool:
    """Whether all that stands in the clause of a direction stands in the clause of the same one in the passage."""
    if not _direction(pair, word) & _direction(pair, other):
        return False
    clause = [one for one in pair.passage.reading.words if one.clause == other.clause]
    mine = [
        one
        for one in pair.part.content
        if one.clause == word.clause and one.kind is not Kind.VERB and one not in pair.borrowed
    ]
    numbers = {
        (one.value, one.unit)
        for one in pair.passage.reading.numbers
        if clause[0].start <= one.start and _before_next(pair.passage.reading, one.start, other)
    }
    same_numbers = all(
        (one.value, one.unit) in numbers
        for one in pair.part.numbers
        if _clause_at(pair.part, one.start) == word.clause
    )
    return same_numbers and all(any(_same(pair, one, its) for its in clause) for one in mine)


def _before_next(reading: Reading, place: int, word: Word) -> bool:
    after = [one.start for one in reading.words if one.clause > word.clause]
    return not after or place < after[0]


def _clause_at(reading: Reading, place: int) -> int:
    before = [word for word in reading.words if word.start <= place]
    return before[-1].clause if before else 0


def _direction(pair: Pair, word: Word) -> frozenset[str]:
    return frozenset(way for key in (*word.keys, *word.parts) for way in pair.words.directions(key))


def _same(pair: Pair, one: Word, other: Word) -> bool:
    mine = {meant for key in (*one.keys, *one.parts) for meant in pair.words.wants(key)}
    return bool(mine & pair.words.says((*other.keys, *other.parts)))


def _particles(pair: Pair) -> Iterator[Finding]:
    """Korean says by particles who does what to whom."""
    for word in pair.part.content:
        theirs = [one.role for one in pair.passage.reading.words if one.keys[0] == word.keys[0]]
        marked = [role for role in theirs if role]
        if not word.role or not marked:
            continue
        if all(frozenset({word.role, role}) in _OPPOSED for role in marked):
            written = pair.part.text[word.start : word.end]
            yield Finding(
                check=Check.SUPPORT, what=f"'{written}' takes another part in the evidence."
            )


def _prepositions(pair: Pair) -> Iterator[Finding]:
    """From is not to, and before is not after."""
    for word in pair.part.content:
        theirs = {one.role for one in pair.passage.reading.words if one.key == word.key}
        if theirs and _set_apart(word, theirs):
            written = pair.part.text[word.start : word.end]
            yield Finding(
                check=Check.SUPPORT, what=f"'{written}' is set apart in one of the two only."
            )
        if not word.role or word.role in theirs:
            continue
        if any(word.role in group and theirs & group for group in words_en.CONTRASTING):
            written = pair.part.text[word.start : word.end]
            yield Finding(
                check=Check.SUPPORT,
                what=f"'{word.role} {written}' is put otherwise in the evidence.",
            )


def _subjects(pair: Pair) -> Iterator[Finding]:
    """Who does it here does it there; where the passage has no particle, the order tells."""
    passage = pair.passage.reading
    for verb in _verbs(pair, pair.part):
        mine = _subject(pair.part, verb)
        if mine is None:
            continue
        theirs = [one for one in passage.words if _same(pair, verb, one)]
        if theirs and not any(_agrees(pair, mine, verb, one) for one in theirs):
            written = pair.part.text[mine.start : mine.end]
            done = pair.part.text[verb.start : verb.end]
            yield Finding(
                check=Check.SUPPORT,
                what=f"In the evidence it is not '{written}' that '{done}' is said of.",
            )


def _order(pair: Pair) -> Iterator[Finding]:
    """English says by order who does what: names come in that of the passage, each before the same word."""
    passage = pair.passage.reading
    names = [
        word
        for word in pair.part.content
        if pair.part.text[word.start].isupper() and word.role not in _SETTINGS
    ]
    spoken = "according to" in pair.part.text.casefold()
    spoken = (
        spoken or _verbs_of_saying(pair, pair.part) or any(word.passive for word in pair.part.words)
    )
    for one, other in pairwise(names):
        firsts = [word.start for word in passage.words if word.key == one.key]
        seconds = [word.start for word in passage.words if word.key == other.key]
        if firsts and seconds and not spoken and min(firsts) > max(seconds):
            yield _swapped(pair, one)
    for one, other in pairwise(pair.part.words):
        if one in names and other not in names and one.end + 1 == other.start:
            before = [
                _just_before(passage, word) for word in passage.words if word.key == other.key
            ]
            if before and all(name is not None and name.key != one.key for name in before):
                yield _swapped(pair, one)


def _set_apart(word: Word, theirs: set[str]) -> bool:
    if word.role in words_en.EXCLUSIVE:
        return not theirs & words_en.EXCLUSIVE
    return theirs <= words_en.EXCLUSIVE


def _clauses(pair: Pair) -> Iterator[Finding]:
    """Where a passage tells of several, what is told of one stays with that one."""
    passage = pair.passage.reading
    headed = {word.clause for word in passage.words if word.role == "subject"}
    if len(headed) < 2:  # noqa: PLR2004 - several
        return
    for clause in range(pair.part.clauses):
        mine = [
            word
            for word in pair.part.content
            if word.clause == clause and word.kind is not Kind.VERB and word not in pair.borrowed
        ]
        homes = [
            {at for at in headed if any(_same(pair, word, one) for one in _of(passage, at))}
            for word in mine
        ]
        told = [home for home in homes if home]
        common = {at for at in told[0] if all(at in home for home in told)} if told else set[int]()
        negated = {at for _, at in passage.negated}
        denies = clause in {at for _, at in pair.part.negated}
        if told and not common:
            yield _swapped(pair, mine[0])
        elif common and not any((at in negated) is denies for at in common):
            what = "In the evidence something else is negated."
            yield Finding(check=Check.NEGATION, what=what)


def _of(reading: Reading, clause: int) -> list[Word]:
    return [word for word in reading.words if word.clause == clause]


def _swapped(pair: Pair, word: Word) -> Finding:
    written = pair.part.text[word.start : word.end]
    return Finding(check=Check.SUPPORT, what=f"'{written}' takes another place in the evidence.")


def _just_before(reading: Reading, word: Word) -> Word | None:
    """The name that stands right before a word."""
    for one in reading.words:
        if one.end + 1 == word.start and reading.text[one.start].isupper():
            return one
    return None


def _agrees(pair: Pair, mine: Word, verb: Word, other: Word) -> bool:
    passage = pair.passage.reading
    places = [one for one in passage.words if _same(pair, mine, one)]
    if not places:
        # The name of the topic was put in; `coverage` has looked at what it replaces.
        return any(word.start == mine.start for word in pair.borrowed)
    theirs = _subject(passage, other)
    if not pair.part.korean and verb.passive != other.passive:
        return any(one.start > other.start for one in places)
    if theirs is not None:
        return any(_same(pair, theirs, one) for one in pair.part.words if one.start < verb.start)
    return any(one.start < other.start for one in places) or not _whole(passage)


def _whole(reading: Reading) -> bool:
    return any(word.role in {"subject", "object"} for word in reading.words)


def _verbs(pair: Pair, reading: Reading) -> Iterator[Word]:
    for word in reading.content:
        if _verbal(word) and not {*word.keys, *word.parts} & pair.words.said:
            yield word


def _verbal(word: Word) -> bool:
    return word.kind is Kind.VERB or word.role == "predicate"


def _verbs_of_saying(pair: Pair, reading: Reading) -> list[Word]:
    return [word for word in reading.words if {*word.keys, *word.parts} & pair.words.said]


def _subject(reading: Reading, verb: Word) -> Word | None:
    before = [word for word in reading.words if word.end <= verb.start]
    if reading.korean:
        marked = [word for word in before if word.role == "subject"]
        return marked[-1] if marked else None
    return _english_subject(before, verb)


def _english_subject(before: Sequence[Word], verb: Word) -> Word | None:
    """The last word before the phrase that a preposition begins, or the verb."""
    noun: Word | None = None
    for word in reversed(before):
        if word.clause != verb.clause:
            break
        if word.kind is Kind.VERB:
            if noun is not None:
                break
            continue
        if not word.role:
            return word
        noun = noun or word
    return noun


def _speaker(reading: Reading, verb: Word) -> Word | None:
    before = [word for word in reading.words if word.end <= verb.start]
    if reading.korean:
        marked = [word for word in before if word.role == "subject"]
        # Who says it comes first, or right before the verb: 온빛그룹은 … 밝혔다, … 온빛그룹이 밝혔다.
        return (before[-1] if marked[-1] is before[-1] else marked[0]) if marked else None
    near = [word for word in before if word.clause == verb.clause]
    after = [
        word for word in reading.words if word.start >= verb.end and word.clause == verb.clause
    ]
    named = [word for word in near if not word.role and word.kind is not Kind.VERB]
    if named:
        return named[-1]
    # "after Larkfield said": who says it stands in a phrase.
    held = [word for word in near if word.kind is not Kind.VERB]
    return held[-1] if held else after[0] if after else None


def _opinion(pair: Pair) -> bool:
    """Whether what the sentence takes from the passage is what somebody says."""
    if pair.part.korean != pair.passage.reading.korean:
        return False
    return any(
        word.clause in pair.used and not {*word.keys, *word.parts} & pair.words.official
        for word in _verbs_of_saying(pair, pair.passage.reading)
    )


def _named_as_source(reading: Reading) -> Iterator[Word]:
    """Whom a sentence calls on: 온빛그룹에 따르면, according to Larkfield."""
    for word in reading.words:
        before, after = reading.text[: word.start], reading.text[word.end :]
        if after.startswith("에 따르면") or _ACCORDING.search(before):
            yield word


def _before_quote(reading: Reading) -> list[Word]:
    at = min(
        (place for mark in "“\"‘'「:…," if (place := reading.text.find(mark)) >= 0), default=-1
    )
    return [word for word in reading.words if word.end <= at]
