"""Numbers with their units, as Korean and English news write them: 3만, 1억2천만원, 36%, $1.2bn, one in ten, 두 배."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

_MYRIADS = {"조": 10**12, "억": 10**8, "만": 10**4}
_STEPS = {"천": 1_000, "백": 100, "십": 10}
_EN_SCALES = {
    "hundred": 100, "thousand": 1_000, "k": 1_000, "million": 10**6, "m": 10**6, "mn": 10**6,
    "billion": 10**9, "b": 10**9, "bn": 10**9, "trillion": 10**12, "tn": 10**12,
}  # fmt: skip
_EN_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()
_EN_WORDS = {word: value for value, word in enumerate(_EN_SMALL)} | {
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12,
}  # fmt: skip
_EN_ORDINALS = {
    "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
_EN_MULTIPLES = {
    "double": 2, "doubles": 2, "doubled": 2, "doubling": 2, "twice": 2, "twofold": 2, "triple": 3, "triples": 3,
    "tripled": 3, "tripling": 3, "threefold": 3, "quadrupled": 4, "tenfold": 10,
}  # fmt: skip
_HALVES = ("half", "halved", "halves", "halving", "절반")
_KO_NATIVE = {
    "한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10, "스무": 20,
}  # fmt: skip
_KO_COUNTERS = "배|번째|번|곳|명|개월|개|가지|달|주|살|차례|잔|병|팀|건|시간|쌍|대|분기|계절|해|사람|달러|원|마리|권|채|벌"
_KO_DIGITS = {digit: value for value, digit in enumerate("영일이삼사오육칠팔구")}

_CURRENCIES = {"$": "usd", "€": "eur", "£": "gbp", "₩": "krw", "¥": "jpy", "￦": "krw"}
# One spelling for each unit; what is not here has none, and its noun is looked at like any other word.
_UNITS = {
    "%p": "pp", "%포인트": "pp", "퍼센트포인트": "pp", "percentage points": "pp", "percentage point": "pp",
    "%": "%", "％": "%", "퍼센트": "%", "프로": "%", "percent": "%", "per cent": "%", "pct": "%",
    "원": "krw", "won": "krw", "달러": "usd", "dollars": "usd", "dollar": "usd", "유로": "eur", "euros": "eur",
    "euro": "eur", "엔": "jpy", "yen": "jpy", "위안": "cny", "yuan": "cny", "pounds": "gbp", "파운드": "gbp",
    "번째": "ordinal", "배": "times", "times": "times", "fold": "times",
    "명": "people", "인": "people", "people": "people", "사람": "people", "persons": "people",
    "개월": "months", "달": "months", "months": "months", "month": "months", "년": "years", "해": "years",
    "years": "years", "year": "years", "주": "weeks", "weeks": "weeks", "week": "weeks", "일": "days",
    "days": "days", "day": "days", "시간": "hours", "hours": "hours", "hour": "hours", "분": "minutes",
    "minutes": "minutes", "minute": "minutes", "대": "ages", "살": "age", "세": "age",
    "곳": "places", "outlets": "places", "건": "reports", "stories": "reports", "kg": "kg", "km": "km", "g": "g", "ml": "ml", "톤": "t", "tons": "t",
}  # fmt: skip
_UNIT_NAMES = "|".join(re.escape(name) for name in sorted(_UNITS, key=lambda name: -len(name)))
_UNIT = re.compile(rf"[\s-]?(?P<unit>{_UNIT_NAMES})(?![A-Za-z])", re.IGNORECASE)

_DIGITS = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_NUMBER = re.compile(
    rf"(?P<money>[$€£₩¥￦])?\s?(?P<minus>(?<![\w-])[-−–](?=\d)|마이너스\s?|minus\s)?(?P<first>{_DIGITS})"
)
_KO_REST = re.compile(rf"\s?(?P<more>{_DIGITS})?\s?(?P<step>[천백십])?(?P<myriad>[조억만])?")
_EN_SCALE = re.compile(
    r"(?:\s(?P<word>hundred|thousand|million|billion|trillion)|(?P<letter>k|m|mn|bn|b|tn))(?![A-Za-z])",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b", re.IGNORECASE)
_EN_NUMBER_WORD = re.compile(
    r"\b(?:" + "|".join(sorted({*_EN_WORDS, "hundred", "million"}, key=len, reverse=True)) + r")\b"
    r"(?:[\s-](?:" + "|".join(sorted({*_EN_WORDS, *_EN_SCALES} - {"k", "m", "b"}, key=len, reverse=True)) + r")\b)*",
    re.IGNORECASE,
)  # fmt: skip
_EN_SINGLE = re.compile(
    r"\b(?:" + "|".join([*_EN_ORDINALS, *_EN_MULTIPLES, *_HALVES[:-1]]) + r")\b", re.IGNORECASE
)
_KO_NATIVE_NUMBER = re.compile(
    rf"(?<![가-힣])(?P<word>{'|'.join(sorted(_KO_NATIVE, key=len, reverse=True))})\s?(?P<unit>{_KO_COUNTERS})"
)
_KO_SPELT = re.compile(
    r"(?<![가-힣])(?P<word>[일이삼사오육칠팔구십백천만억조]{2,})\s?(?P<unit>원|명|퍼센트|배|건|달러)"
)
_EN_HALF_OF = re.compile(r"\bhalf an? (?P<scale>million|billion|trillion)\b", re.IGNORECASE)
_KO_HALF = re.compile(r"절반")


class Quantity(NamedTuple):
    """A number in a text.

    Attributes:
        value: Its value; 50 % is 50.
        unit: One spelling of its unit, such as `krw`; empty where it has none of the known ones.
        start: Where it begins, sign and currency included.
        end: Where it ends, unit included.
    """

    value: Decimal
    unit: str
    start: int
    end: int

    def same(self, other: "Quantity") -> bool:
        """Whether both say the same: a value is nothing without its unit."""
        return self.value == other.value and self.unit == other.unit


def quantities(text: str) -> tuple[Quantity, ...]:
    """Find every number in a text, in order; what lies in another one is part of that."""
    found: list[Quantity] = []
    for one in sorted(_all(text), key=lambda one: (one.start, -one.end)):
        if not found or one.start >= found[-1].end:
            found.append(one)
    return tuple(found)


def _all(text: str) -> Iterator[Quantity]:
    place = 0
    while match := _NUMBER.search(text, place):
        one = _digits(text, match)
        yield one
        place = max(one.end, match.end())
    for match in _EN_HALF_OF.finditer(text):
        value = Decimal(_EN_SCALES[match["scale"].lower()]) / 2
        yield _with_unit(text, value, *match.span())
    for match in _EN_NUMBER_WORD.finditer(text):
        yield _with_unit(text, Decimal(_spelt_en(match.group())), match.start(), match.end())
    for match in _EN_SINGLE.finditer(text):
        word = match.group().lower()
        if word in _EN_ORDINALS:
            yield Quantity(Decimal(_EN_ORDINALS[word]), "ordinal", *match.span())
        elif word in _EN_MULTIPLES:
            yield Quantity(Decimal(_EN_MULTIPLES[word]), "times", *match.span())
        else:
            yield Quantity(Decimal("0.5"), "share", *match.span())
    for match in _KO_NATIVE_NUMBER.finditer(text):
        yield _with_unit(text, Decimal(_KO_NATIVE[match["word"]]), match.start(), match.end("word"))
    for match in _KO_SPELT.finditer(text):
        yield _with_unit(text, Decimal(_spelt_ko(match["word"])), match.start(), match.end("word"))
    for match in _KO_HALF.finditer(text):
        yield Quantity(Decimal("0.5"), "share", *match.span())


def _digits(text: str, match: re.Match[str]) -> Quantity:
    value, end = _korean_scale(text, _plain(match["first"]), match.end())
    if end == match.end() and (scale := _EN_SCALE.match(text, end)):
        value *= _EN_SCALES[(scale["word"] or scale["letter"]).lower()]
        end = scale.end()
    if match["minus"]:
        value = -value
    start = match.start() + (len(match.group()) - len(match.group().lstrip()))
    if ordinal := _ORDINAL.match(text, end):
        return Quantity(value, "ordinal", start, ordinal.end())
    one = _with_unit(text, value, start, end)
    return one._replace(unit=_CURRENCIES[match["money"]]) if match["money"] else one


def _korean_scale(text: str, first: Decimal, place: int) -> tuple[Decimal, int]:
    """Read on from the first digits: 1억2천만, 3만5,000, 1조 2000억."""
    total, section = Decimal(0), first
    end = place
    following = re.compile(r"(?P<step>[천백십])?(?P<myriad>[조억만])?").match(text, place)
    step, myriad = (following["step"], following["myriad"]) if following else (None, None)
    if following and following.end() > place:
        end = following.end()
    while step or myriad:
        section *= _STEPS.get(step or "", 1)
        if myriad:
            total, section = total + section * _MYRIADS[myriad], Decimal(0)
        more = _KO_REST.match(text, end)
        # Only what goes on at once belongs to it; "3만 5개" is two numbers unless a smaller scale follows.
        if not more or not more["more"]:
            break
        glued = text[end : end + 1].isdigit()
        if not glued and not (more["step"] or more["myriad"]):
            break
        section += _plain(more["more"]) if not more["step"] else Decimal(0)
        if more["step"]:
            section += _plain(more["more"]) * _STEPS[more["step"]]
        step, myriad, end = None, more["myriad"], more.end()
    return total + section, end


def _plain(digits: str) -> Decimal:
    return Decimal(digits.replace(",", ""))


def _with_unit(text: str, value: Decimal, start: int, end: int) -> Quantity:
    match = _UNIT.match(text, end)
    if match is None:
        return Quantity(value, "", start, end)
    return Quantity(value, _UNITS[match["unit"].lower()], start, match.end())


def _spelt_en(words: str) -> int:
    total, section = 0, 0
    for word in re.split(r"[\s-]", words.lower()):
        if word in _EN_WORDS:
            section += _EN_WORDS[word]
        elif word == "hundred":
            section = max(section, 1) * 100
        else:
            total, section = total + max(section, 1) * _EN_SCALES[word], 0
    return total + section


def _spelt_ko(word: str) -> int:
    total, section, digit = 0, 0, 0
    for letter in word:
        if letter in _KO_DIGITS:
            digit = _KO_DIGITS[letter]
        elif letter in _STEPS:
            section, digit = section + max(digit, 1) * _STEPS[letter], 0
        else:
            total, section, digit = total + max(section + digit, 1) * _MYRIADS[letter], 0, 0
    return total + section + digit
