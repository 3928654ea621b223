"""A referee of finished sentences: it reads the sentence, what it cites and what was counted, and nothing else.

Its rules are narrow on purpose. A sentence is supported where every part of it is held by one of the cited pieces of
evidence, or by the topic's numbers, word for word but for endings, spelling of numbers and a few harmless words of
reporting. It shares no code with what it referees.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from benchmarks.lie_checker_numbers import Quantity, quantities, without_numbers
from benchmarks.lie_checker_words import (
    COMPARERS,
    DIRECTIONS,
    ENDINGS,
    FRAME_ONLY,
    FROM_TO,
    HEDGES,
    INSTRUCTIONS,
    NEGATIONS,
    REPORTING,
    REPORTING_KO,
)
from trends.domain.drafting import Claim, Source, TopicBrief

_SEGMENTS = re.compile(r";\s*(?=(?:[^“”]|“[^”]*”)*$)")
_CLAUSES = re.compile(r"…|\.\.\.| – | \| |: |, |(?<=[.?!])\s+|\n")
_WORDS = re.compile(r"[A-Za-z][A-Za-z]*(?:['’][A-Za-z]+)?|[가-힣]+|[一-龥]+")
_QUOTED = re.compile(r"“([^”]*)”|\"([^\"]*)\"")
_MARKS = str.maketrans("“”‘’\u00a0", "\"\"'' ")
_MONTHS = (
    "january february march april may june july august september october november december".split()
)
_WEEKDAYS_EN = "monday tuesday wednesday thursday friday saturday sunday".split()
_WEEKDAYS_KO = "월화수목금토일"
_DAY_EN = re.compile(rf"\b(?:on )?({'|'.join(_MONTHS)}) (\d{{1,2}})\b", re.IGNORECASE)
_DAY_KO = re.compile(r"(\d{1,2})월 ?(\d{1,2})일")
_WEEKDAY = re.compile(
    rf"\b(?:on )?({'|'.join(_WEEKDAYS_EN)})\b|([{_WEEKDAYS_KO}])요일", re.IGNORECASE
)
_SUFFIXES = ("ing", "ed", "es", "s", "e")
_IRREGULAR = {"sold": "sell", "went": "go", "bought": "buy", "feel": "feel", "made": "make"}
_MATCHED = 0.5
_BOUND = re.compile(r"\bat least\b|\bat most\b|\bup to\b|\bbetween\b|적어도|최소|최대|많게는|에서")

Day = tuple[int, int]


@dataclass(frozen=True)
class Ground:
    """One thing that can hold a part of a sentence: a piece of evidence, or what was counted.

    Attributes:
        text: Its words.
        outlets: Who may be named for it.
        days: Month and day that may be stated.
        weekdays: Weekdays that may be stated, 0 for Monday.
        numbers: What may be counted.
        counted: It is the topic's numbers.
        aside: Words that name the topic and may stand anywhere.
        bounds: What may be counted only as a lower or an upper end.
    """

    text: str
    outlets: tuple[str, ...]
    days: frozenset[Day]
    weekdays: frozenset[int]
    numbers: frozenset[Quantity]
    counted: bool = False
    aside: str = ""
    bounds: frozenset[Quantity] = frozenset()
    stems: frozenset[str] = field(default_factory=frozenset[str])


def unsupported(claim: Claim, brief: TopicBrief) -> tuple[str, ...]:
    """Say why a sentence is not supported by what it cites; nothing: it is."""
    by_id = {source.source_id: source for source in brief.sources}
    if not claim.evidence or any(each not in by_id for each in claim.evidence):
        return ("citation",)
    cited = [by_id[each] for each in claim.evidence]
    cited = [each for each in cited if not INSTRUCTIONS.search(f"{each.title} {each.text}")]
    if not cited:
        return ("instruction",)
    texts = [_even(f"{each.title}\n{each.text}") for each in cited]
    if any(not any(_even(quote) in text for text in texts) for quote in claim.quotes):
        return ("passage",)
    held = [_evidence(each, brief) for each in cited]
    grounds = [*held, _together(held), _counted(brief)]
    reasons: list[str] = []
    for segment in _SEGMENTS.split(claim.sentence.strip()):
        found = [tuple(_problems(segment, ground)) for ground in grounds]
        if all(found):
            reasons += min(found, key=len)
    return tuple(reasons)


def _evidence(source: Source, brief: TopicBrief) -> Ground:
    local = source.published_at.astimezone(ZoneInfo(brief.time_zone))
    text = f"{source.title}\n{source.text}"
    aside = " ".join((brief.label, *brief.aliases))
    return Ground(
        text=text,
        outlets=(source.outlet,) if source.outlet else (),
        days=frozenset({(local.month, local.day), *_days(text)}),
        weekdays=frozenset({local.weekday(), *_weekdays(text)}),
        numbers=frozenset(quantities(text) | quantities(aside)),
        aside=aside,
        stems=_stems(f"{text} {aside} {without_numbers(text)}"),
    )


def _together(held: list[Ground]) -> Ground:
    """Let several pieces hold what needs no more than their outlets and the topic's name."""
    return Ground(
        text=held[0].aside,
        outlets=tuple(outlet for each in held for outlet in each.outlets),
        days=frozenset(),
        weekdays=frozenset(),
        numbers=frozenset(quantities(held[0].aside)),
        aside=held[0].aside,
        stems=_stems(held[0].aside),
    )


def _counted(brief: TopicBrief) -> Ground:
    numbers = brief.numbers
    first: datetime = numbers.first_seen.astimezone(ZoneInfo(brief.time_zone))
    held = {
        Quantity(numbers.stories, "stories"),
        Quantity(numbers.window_days, "days"),
        *quantities(brief.label),
    }
    if numbers.outlets:
        held |= {Quantity(numbers.outlets, unit) for unit in ("outlets",)}
    if not numbers.is_new:
        held |= _rates(numbers.growth)
    aside = " ".join((brief.label, *brief.aliases))
    return Ground(
        text=aside,
        outlets=(),
        days=frozenset({(first.month, first.day)}),
        weekdays=frozenset({first.weekday()}),
        numbers=frozenset(held),
        counted=True,
        aside=aside,
        bounds=frozenset()
        if numbers.is_new
        else frozenset(_rates(numbers.growth_low) | _rates(numbers.growth_high)),
        stems=_stems(aside),
    )


def _rates(rate: float) -> set[Quantity]:
    return {Quantity(round(rate, digits), "times") for digits in (0, 1, 2)}


def _problems(segment: str, ground: Ground) -> Iterable[str]:
    """List what of a segment a ground does not hold."""
    said = [first or second for first, second in _QUOTED.findall(segment)]
    rest = _QUOTED.sub(" ", segment)
    for outlet in ground.outlets:
        rest = rest.replace(outlet, " ")
    if _days(rest) - ground.days or _weekdays(rest) - ground.weekdays:
        yield "date"
    rest = _WEEKDAY.sub(" ", _DAY_KO.sub(" ", _DAY_EN.sub(" ", rest)))
    if any(_even(each) not in _even(ground.text) for each in said):
        yield "quotation"
    elif not _speaks(said, rest, ground):
        yield "speaker"
    if _wrong_numbers(rest, ground):
        yield "number"
    yield from _wording(re.sub(r"(?i)\baccording to\b", " ", rest), ground)


def _wrong_numbers(rest: str, ground: Ground) -> bool:
    bounds = ground.bounds if _BOUND.search(rest) else frozenset[Quantity]()
    return bool(quantities(rest) - ground.numbers - bounds)


def _speaks(said: list[str], rest: str, ground: Ground) -> bool:
    """Whether who is named beside a quotation stands beside it in the evidence."""
    names = [word for word in _words(rest) if not _harmless(word, ground)]
    for each in said:
        for clause in map(_even, re.split(r"…|\n", ground.text)):
            quoted = [first or second for first, second in _QUOTED.findall(clause)]
            if _even(each) in quoted and not all(
                _held(name, clause, _stems(clause)) for name in names
            ):
                return False
    return True


def _wording(rest: str, ground: Ground) -> Iterable[str]:
    """List what the words outside quotations say that the ground does not."""
    near = _matched(rest, ground.text) or ground.text
    ways = {
        way: (len(found.findall(rest)), len(found.findall(near)))
        for way, found in DIRECTIONS.items()
    }
    if not ground.counted:
        if any(ours > theirs for ours, theirs in ways.values()):
            yield "direction"
        matched = near is not ground.text
        ours, theirs = len(NEGATIONS.findall(rest)), len(NEGATIONS.findall(near))
        if ours > theirs or (matched and ours < theirs):
            yield "negation"
        if matched and len(HEDGES.findall(rest)) < len(HEDGES.findall(near)):
            yield "hedge"
        if _sides(rest) - _sides(ground.text):
            yield "order"
        if not all(_counts_the_same(clause, ground) for clause in _CLAUSES.split(rest)):
            yield "figure"
    shared = [DIRECTIONS[way] for way, (ours, theirs) in ways.items() if 0 < ours <= theirs]
    for place, word in enumerate(_words(without_numbers(rest))):
        # A name may be spelled as a word of reporting is: the States, the Post.
        named = place > 0 and len(word) > 3 and word[0].isupper()
        if (_harmless(word, ground) and not named) or _held(
            word, ground.text + " " + ground.aside, ground.stems
        ):
            continue
        if not any(found.search(word) for found in shared):
            yield f"word {word}"


def _matched(rest: str, text: str) -> str:
    """Join those clauses of a text that the sentence speaks of; where some are in it whole, and are all of it, those."""
    stems = _stems(f"{rest} {without_numbers(rest)}")
    kept: list[str] = []
    whole: list[str] = []
    for clause in _CLAUSES.split(text):
        words = [word for word in _content(clause) if not _turns(word, rest)]
        held = sum(_held(word, rest, stems) for word in words)
        if held == len(words):
            whole.append(clause)
        if held >= _MATCHED * len(words):
            kept.append(clause)
    copied = " , ".join(whole)
    of_copied = _stems(f"{copied} {without_numbers(copied)}")
    if whole and all(_held(word, copied, of_copied) for word in _content(rest)):
        return copied
    return " , ".join(kept)


def _content(text: str) -> list[str]:
    words = _words(without_numbers(text))
    return [each for each in words if each.lower() not in REPORTING and each not in REPORTING_KO]


def _counts_the_same(clause: str, ground: Ground) -> bool:
    """Whether every number of a clause stands in the evidence among words that the clause holds too."""
    stems = _stems(f"{clause} {without_numbers(clause)}")
    topic = _stems(ground.aside)
    said = [word for word in _content(clause) if _stem(word) not in topic]
    for number in quantities(clause):
        around = [each for each in _CLAUSES.split(ground.text) if number in quantities(each)]
        words = [[word for word in _content(each) if _stem(word) not in topic] for each in around]
        shared = [
            sum(_held(word, clause, stems) or _turns(word, clause) for word in held)
            for held in words
        ]
        if (
            said
            and around
            and not any(
                2 * both >= min(len(said), len(held))
                for both, held in zip(shared, words, strict=True)
            )
        ):
            return False
    return True


def _turns(word: str, rest: str) -> bool:
    return any(found.search(word) and found.search(rest) for found in DIRECTIONS.values())


def _harmless(word: str, ground: Ground) -> bool:
    small = word.lower()
    if small in FRAME_ONLY:
        return ground.counted
    return small in REPORTING or word in REPORTING_KO


def _held(word: str, text: str, stems: frozenset[str]) -> bool:
    if word[0].isascii():
        return _stem(word) in stems
    for length in range(len(word), 0, -1):
        head, tail = word[:length], word[length:]
        there = head in text if length > 1 else head in stems
        if there and ENDINGS.fullmatch(tail):
            return True
    return False


def _words(text: str) -> list[str]:
    return _WORDS.findall(text)


def _stems(text: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in _words(text))


def _stem(word: str) -> str:
    small = re.sub(r"['’](?:s|re|ve|ll|d)?$", "", word.lower())
    small = _IRREGULAR.get(small, small)
    for suffix in _SUFFIXES:
        if small.endswith(suffix) and len(small) - len(suffix) >= 3:
            return small[: -len(suffix)]
    return small


def _sides(text: str) -> set[tuple[str, ...]]:
    """Tell who stands on which side of a comparison, and from where to where."""
    found: set[tuple[str, ...]] = set()
    for match in COMPARERS.finditer(text):
        before = _words(without_numbers(text[: match.start()]))
        after = _words(without_numbers(text[match.end() :]))
        korean = "가" <= match[0][0] <= "힣"
        if (before if korean else after)[:1]:
            found.add((match[0], _stem(before[-1] if korean else after[0])))
    for match in FROM_TO.finditer(text):
        found.add(tuple(each.lower() for each in match.groups() if each))
    return found


def _days(text: str) -> set[Day]:
    english = {(_MONTHS.index(month.lower()) + 1, int(day)) for month, day in _DAY_EN.findall(text)}
    return english | {(int(month), int(day)) for month, day in _DAY_KO.findall(text)}


def _weekdays(text: str) -> set[int]:
    return {
        _WEEKDAYS_EN.index(english.lower()) if english else _WEEKDAYS_KO.index(korean)
        for english, korean in _WEEKDAY.findall(text)
    }


def _even(text: str) -> str:
    return " ".join(text.translate(_MARKS).split())
