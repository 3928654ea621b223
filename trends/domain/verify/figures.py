"""Whether the numbers and times of a sentence are those of a passage, and belong to the same things there."""

import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from trends.domain.drafting import Check, Finding, TopicBrief
from trends.domain.verify.dates import Mention, resolved
from trends.domain.verify.quantities import Quantity
from trends.domain.verify.support import Pair
from trends.domain.verify.text_parts import Reading, Word

_SEVERAL = 2
_STEP = re.compile(r"\b(to|by|from) $", re.IGNORECASE)
# As far as a bound stands from its number: "more than 40".
_NEAR = 6


def numbers(pair: Pair) -> list[Finding]:
    """Every number stands in the passage with its unit, in the same order, and beside the same word."""
    here, there = pair.part.numbers, pair.passage.reading.numbers
    findings: list[Finding] = []
    last: dict[str, int] = {}
    for one in here:
        places = [at for at, other in enumerate(there) if one.same(other)]
        written = pair.part.text[one.start : one.end]
        if not places:
            findings.append(_number(f"'{written}' is not in the evidence cited."))
            continue
        if pair.passage.source is None:
            continue
        after = [at for at in places if at > last.get(one.unit, -1)]
        if not after:
            findings.append(_number(f"'{written}' stands in another order in the evidence."))
            continue
        last[one.unit] = after[0]
        if len(there) >= _SEVERAL and not any(_beside(pair, one, there[at]) for at in places):
            findings.append(_number(f"'{written}' is said of something else in the evidence."))
    if here:
        findings += _bounds(pair)
    return findings


def dates(pair: Pair, brief: TopicBrief) -> list[Finding]:
    """Every day, week, month and year is named in the passage, counted from the day each was written on."""
    zone = ZoneInfo(brief.time_zone)
    source = pair.passage.source
    written_on = source.published_at.astimezone(zone).date() if source else _last_day(brief)
    known = [resolved(one, written_on) for one in pair.passage.reading.dates]
    findings: list[Finding] = []
    for one in pair.part.dates:
        day = resolved(one, _last_day(brief))
        same = [
            mention
            for mention, other in zip(pair.passage.reading.dates, known, strict=True)
            if day.within(other)
        ]
        if same and not any(_dated(pair, one, other) for other in same):
            written = pair.part.text[one.start : one.end]
            findings.append(
                Finding(check=Check.DATE, what=f"'{written}' is when something else was.")
            )
        if not same:
            written = pair.part.text[one.start : one.end]
            findings.append(
                Finding(check=Check.DATE, what=f"'{written}' is not when the evidence says.")
            )
    return findings


def _dated(pair: Pair, here: Mention, there: Mention) -> bool:
    """Whether the word before a time is before it in the passage, too, without another such time between."""
    before = [word for word in pair.part.content if word.end <= here.start]
    passage = pair.passage.reading
    others = [one for one in passage.dates if one.kind == there.kind and one != there]
    if not before or not others:
        return True
    wanted = {meant for key in before[-1].keys for meant in pair.words.wants(key)}
    places = [
        word.start for word in passage.words if wanted & pair.words.says((*word.keys, *word.parts))
    ]
    return not places or any(
        place < there.start and not any(place < one.start < there.start for one in others)
        for place in places
    )


def _last_day(brief: TopicBrief) -> date:
    # A window ends before the moment it names: midnight belongs to the next day.
    last = brief.window.end - timedelta(microseconds=1)
    return last.astimezone(ZoneInfo(brief.time_zone)).date()


def _number(what: str) -> Finding:
    return Finding(check=Check.NUMBER, what=what)


def _beside(pair: Pair, here: Quantity, there: Quantity) -> bool:
    """Whether the word before a number is before it in the passage, too, and no number like it between that is left out."""
    if not _same_step(pair, here, there) or not _same_owner(pair, here, there):
        return False
    anchor = _anchor(pair.part, here)
    if anchor is None:
        return True
    passage = pair.passage.reading
    wanted = {meant for key in (*anchor.keys, *anchor.parts) for meant in pair.words.wants(key)}
    for word in passage.words:
        if not wanted & pair.words.says((*word.keys, *word.parts)):
            continue
        low, high = sorted((word.start, there.start))
        between = [
            one
            for one in passage.numbers
            # Only a number of the same kind can be taken for this one.
            if low < one.start < high and one != there and one.unit == there.unit
        ]
        same_side = (word.start < there.start) == (anchor.start < here.start)
        if same_side and all(any(one.same(mine) for mine in pair.part.numbers) for one in between):
            return True
    return False


def _same_step(pair: Pair, here: Quantity, there: Quantity) -> bool:
    """`by 18,000` is not `to 18,000`."""
    mine = _STEP.search(pair.part.text[: here.start])
    theirs = _STEP.search(pair.passage.reading.text[: there.start])
    return not mine or not theirs or mine[1].casefold() == theirs[1].casefold()


def _same_owner(pair: Pair, here: Quantity, there: Quantity) -> bool:
    """Whether the last name before a number is the last one before it in the passage."""
    mine, theirs = _owner(pair.part, here), _owner(pair.passage.reading, there)
    return mine is None or theirs is None or mine == theirs or theirs in pair.part.keys


def _owner(reading: Reading, number: Quantity) -> str | None:
    names = [
        word.key
        for word in reading.content
        if reading.text[word.start].isupper() and not word.role and word.end <= number.start
    ]
    return names[-1] if names else None


def _anchor(part: Reading, number: Quantity) -> Word | None:
    before = [word for word in part.content if word.end <= number.start]
    after = [word for word in part.content if word.start >= number.end]
    return before[-1] if before else after[0] if after else None


def _bounds(pair: Pair) -> list[Finding]:
    """`more than 40` is not `40`, and the reverse."""
    bounds = pair.words.bounds
    here = _near_numbers(pair.part, bounds)
    there = _near_numbers(pair.passage.reading, bounds)
    same = {one.value for one in pair.part.numbers}
    missing = {(key, value) for key, value in there if value in same} - here
    return [
        Finding(check=Check.SCOPE, what=f"The evidence says '{key}' of a number; keep it.")
        for key, _ in sorted(missing, key=lambda one: one[0])
    ]


def _near_numbers(reading: Reading, bounds: frozenset[str]) -> set[tuple[str, object]]:
    return {
        (word.key, one.value)
        for one in reading.numbers
        for word in reading.words
        if word.key in bounds
        and (0 <= one.start - word.end <= _NEAR or _follows(reading, one.end, word.start))
    }


def _follows(reading: Reading, number: int, bound: int) -> bool:
    between = reading.text[number:bound]
    return 0 <= bound - number < _NEAR and (reading.korean or between.strip() == "or")
