"""Reporting frames: that an outlet reported a statement, and on which day, set apart from the statement itself.

Whose a source is and when it appeared are known of it, as its words are; its words need not say so.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from trends.domain.drafting import Source
from trends.domain.text import even
from trends.domain.verify.dates import Day, mentions, resolved

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_WEEKDAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_EN_DAY = rf"(?P<day>(?:{_MONTHS}) \d{{1,2}}(?:, \d{{4}})?|{_WEEKDAYS})"
_KO_DAY = r"(?P<day>(?:\d{4}년 )?\d{1,2}월 ?\d{1,2}일|[월화수목금토일]요일)"
_EN_SAYS = r"(?:reports|reported|writes|wrote)"
_KO_SAYS = r"(?:보도했|전했|썼|적었)다"
# Each holds the outlet as {name}; what it reports is `inner`. A Korean speaker's quotation is closed by (이)라고, a
# statement by 고, which leaves the statement's own ending.
_PATTERNS = (
    r"According to (?:the )?{name},? (?P<inner>.+)",
    rf"(?:The )?{{name}} {_EN_SAYS}(?: on {_EN_DAY})?(?::| that|,(?= \")|(?= \")) ?(?P<inner>.+)",
    rf"On {_EN_DAY},? (?:the )?{{name}} {_EN_SAYS}(?::| that|,|(?= \")) ?(?P<inner>.+)",
    rf"(?P<inner>.+?),? (?:the )?{{name}} {_EN_SAYS}(?: on {_EN_DAY})?",
    rf"(?P<inner>.+?),? (?:according to|reports|reported|wrote) (?:the )?{{name}}(?: on {_EN_DAY})?",
    rf"(?:{_KO_DAY} )?{{name}}(?: 보도)?에 따르면,? (?P<inner>.+)",
    rf"{{name}}의 {_KO_DAY} 보도에 따르면,? (?P<inner>.+)",
    rf"(?:{_KO_DAY} )?{{name}} 보도:? ?(?P<inner>\".+)",
    rf"(?P<inner>.+?), (?:{_KO_DAY} )?{{name}} 보도",
    rf"{{name}}(?:은|는|이|가),? (?:{_KO_DAY},? )?(?P<inner>\".+\")(?:이)?라고 {_KO_SAYS}",
    rf"{{name}}(?:은|는|이|가),? (?:{_KO_DAY},? )?(?P<inner>[^\"]+다)고 {_KO_SAYS}",
    rf"(?P<inner>\".+\")(?:이)?라고 (?:{_KO_DAY} )?{{name}}(?:은|는|이|가|에서)? {_KO_SAYS}",
    rf"(?P<inner>[^\"]+다)고 (?:{_KO_DAY} )?{{name}}(?:은|는|이|가|에서)? {_KO_SAYS}",
)  # fmt: skip
_NOTICES = (
    rf"(?:The )?{{names}} (?:both )?(?:reported on|covered|wrote about) {{label}}(?: on {_EN_DAY})?",
    rf"(?:{_KO_DAY} )?{{names}} (?:모두 )?{{label}} (?:소식을 전했|소식을 다뤘|관련 소식을 전했)다",
)
_FIGURES = (
    rf"(?:The )?{{name}} (?:reported|gave) a figure of (?P<figure>\S+) (?:on|for|about) {{label}}(?: on {_EN_DAY})?",
    rf"{{label}} 관련 (?:{_KO_DAY} )?{{name}} 보도에 (?P<figure>\S+?)(?:이)?라는 수치가 (?:나온|나왔)다",
)
_WHOLE_QUOTE = re.compile(r"\"([^\"]+)\"")
_PARTS = re.compile(r";\s+|,? 그리고 |,? and (?=[^\"]+ (?:reported|wrote) )")


class Frame(NamedTuple):
    """A sentence taken apart.

    Attributes:
        sources: The cited sources of the outlet that it names, of the day that it names; none: no such source.
        inner: What it says that they report, without the quotation marks around it.
        quoted: Whether that stands in quotation marks.
        dated: Whether it names the day, from which "yesterday" in it then counts.
    """

    sources: tuple[Source, ...]
    inner: str
    quoted: bool = False
    dated: bool = False


def frames(sentence: str, sources: Sequence[Source], zone: str) -> list[Frame]:
    """The ways of reading a sentence as what an outlet of cited sources reports; none where it names none."""
    text = _plain(sentence)
    found: list[Frame] = []
    for outlet in _outlets(sources):
        for pattern in _PATTERNS:
            match = re.fullmatch(pattern.replace("{name}", re.escape(outlet)), text)
            if match is None:
                continue
            day = match.groupdict().get("day")
            own = [one for one in sources if even(one.outlet) == outlet and _on(one, day, zone)]
            inner = match["inner"].strip(" ,")
            quote = _WHOLE_QUOTE.fullmatch(inner)
            found.append(
                Frame(tuple(own), quote[1] if quote else inner, quote is not None, day is not None)
            )
    return found


def notices(sentence: str, sources: Sequence[Source], label: str, zone: str) -> Frame | None:
    """Read a sentence that says no more than that outlets reported on the topic; each needs a source that is cited."""
    text = _plain(sentence)
    outlets = "|".join(map(re.escape, _outlets(sources)))
    if not outlets:
        return None
    names = rf"(?P<first>{outlets})(?:(?:와|과| and) (?P<second>{outlets}))?(?:이|가|은|는)?"
    for pattern in _NOTICES:
        filled = pattern.replace("{names}", names).replace("{label}", re.escape(even(label)))
        match = re.fullmatch(filled, text)
        if match is None:
            continue
        named = {match["first"], match["second"]} - {None}
        day = match.groupdict().get("day")
        own = [one for one in sources if even(one.outlet) in named and _on(one, day, zone)]
        told = {even(one.outlet) for one in own} == named
        return Frame(tuple(own) if told else (), label)
    return None


def figures_named(sentence: str, sources: Sequence[Source], label: str, zone: str) -> Frame | None:
    """Read a sentence that says that an outlet gave a figure in what it reported on the topic."""
    text = _plain(sentence)
    for outlet in _outlets(sources):
        for pattern in _FIGURES:
            filled = pattern.replace("{name}", re.escape(outlet))
            match = re.fullmatch(filled.replace("{label}", re.escape(even(label))), text)
            if match is not None:
                day = match["day"]
                own = [one for one in sources if even(one.outlet) == outlet and _on(one, day, zone)]
                return Frame(tuple(own), match["figure"])
    return None


def parts(sentence: str) -> list[str]:
    """Cut a sentence where another statement with a frame of its own may begin."""
    text = even(sentence)
    spans = [match.span() for match in _WHOLE_QUOTE.finditer(text)]
    cut: list[str] = []
    begin = 0
    for match in _PARTS.finditer(text):
        if not any(start < match.start() < end for start, end in spans):
            cut.append(text[begin : match.start()].strip())
            begin = match.end()
    return [*cut, text[begin:].strip()]


def _plain(sentence: str) -> str:
    return even(sentence).rstrip(" .")


def _outlets(sources: Sequence[Source]) -> list[str]:
    """The outlets as they are written in an even text, the longest first: one name may be part of another."""
    return sorted(
        {even(one.outlet) for one in sources if one.outlet}, key=lambda one: (-len(one), one)
    )


def _on(source: Source, day: str | None, zone: str) -> bool:
    """Whether a source appeared on a day; no day is any."""
    if day is None:
        return True
    local: datetime = source.published_at.astimezone(ZoneInfo(zone))
    there = Day("day", local.year, local.month, local.day, None)
    named = mentions(day)
    return bool(named) and all(resolved(one, local.date()).within(there) for one in named)
