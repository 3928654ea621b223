"""Sentences that say nothing but what was counted of the topic, in either language and under its name in any."""

import re
from zoneinfo import ZoneInfo

from trends.domain.drafting import TopicBrief
from trends.domain.text import even
from trends.domain.verify.dates import Day, mentions, resolved
from trends.domain.verify.quantities import Quantity, quantities

_DAY = r"(?P<day>[^\d\s]+ \d{1,2}(?:, \d{4})?|(?:\d{4}년 )?\d{1,2}월 ?\d{1,2}일)"
_N = r"\d[\d,]*"
_RATE = r"(?:, (?:at )?\d[\d.]* times (?:the|its) usual rate)?"
_SPAN = rf"(?:over|in|within) (?:the (?:past|last) )?{_N} days?"
# The whole sentence, its numbers told by their units: what is not of this form is judged like any other.
_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_N} (?:stories|articles) {_SPAN} were about @{_RATE}",
        rf"(?:there were )?{_N} (?:stories|articles) (?:about|on) @ {_SPAN}{_RATE}",
        rf"@ (?:appeared|was) in {_N} (?:stories|articles) {_SPAN}{_RATE}",
        rf"{_N} outlets (?:reported on|covered|wrote about) @ {_SPAN}",
        rf"the first (?:story|article) (?:about|on) @ (?:appeared|was published) on {_DAY}",
        r"(?:stories|coverage) (?:about|of|on) @ ran at \d[\d.]* times (?:the|its) usual rate",
        rf"@ (?:관련 )?기사(?:는|가) (?:최근 )?{_N}일 (?:동안|간) {_N}건(?:이었다|이 나왔다| 나왔다|으로 평소의 \d[\d.]*배였다)",
        r"@ (?:관련 )?기사(?:는|가) 평소의 \d[\d.]*배(?:였다|다)",
        rf"@ (?:관련 )?(?:기사|소식)를? {_N}(?:개|곳의?) ?매체(?:가|에서) (?:최근 )?{_N}일 (?:동안|간) 보도했다",
        rf"@ (?:관련 )?첫 기사는 {_DAY}에 나왔다",
    )
)  # fmt: skip


def counts(sentence: str, brief: TopicBrief) -> bool:
    """Whether a sentence says only what was counted, and says it right."""
    text = even(sentence).rstrip(" .")
    for name in sorted({brief.label, *brief.aliases}, key=len, reverse=True):
        bare = re.sub(re.escape(even(name)), "@", text, count=1, flags=re.IGNORECASE)
        for form in _FORMS:
            match = form.fullmatch(bare)
            if match is not None:
                return _right(bare, match.groupdict().get("day"), brief)
    return False


def _right(bare: str, day: str | None, brief: TopicBrief) -> bool:
    if day is not None:
        first = brief.numbers.first_seen.astimezone(ZoneInfo(brief.time_zone)).date()
        there = Day("day", first.year, first.month, first.day, None)
        named = mentions(day)
        return len(named) == 1 and resolved(named[0], first).within(there)
    return all(_counted(bare, one, brief) for one in quantities(bare))


def _counted(bare: str, one: Quantity, brief: TopicBrief) -> bool:
    numbers = brief.numbers
    if one.unit == "times":
        written = {f"{numbers.growth:.1f}", f"{numbers.growth:.2f}"}
        return not numbers.is_new and any(float(one.value) == float(rate) for rate in written)
    if one.unit == "days":
        return one.value == numbers.window_days
    if re.match(r"(?:stories|articles|건)", bare[one.end :].lstrip()) or one.unit == "reports":
        return one.value == numbers.stories
    return 0 < one.value == numbers.outlets
