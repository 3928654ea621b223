"""What a source says word for word: its headline, the clauses at which a headline is cut, and the sentences of its lead."""

import re
from collections.abc import Iterator

from trends.domain.drafting import Source
from trends.domain.sentences import sentences
from trends.domain.text import even
from trends.domain.verify.quantities import Quantity, quantities
from trends.domain.verify.words_en import HEDGES, NEGATORS, PREPOSITIONS, REVERSERS, SAID
from trends.domain.verify.words_ko import REVERSERS as KO_REVERSERS

_TAG = re.compile(r"^\s*\[[^\]]{1,20}\]\s*|\s*\[[^\]]{1,30}\]\s*$")
_CUT = re.compile(r"\s*\.\.\.\s*| - | \| ")
_EDGES = " .,!"
_LEAST = 6
_QUOTES = re.compile(r"\"|(?<!\w)'|'(?!\w)")
_EN_TURNS = re.compile(
    r"\b(?:but|" + "|".join(sorted({*NEGATORS, *REVERSERS})) + r")\b|n't\b", re.IGNORECASE
)
_KO_TURNS = re.compile(
    "|".join(
        sorted(
            {
                *KO_REVERSERS,
                "않",
                "없",
                "못",
                "아니",
                "아닌",
                "거짓",
                "가짜",
                "조건",
                "전제",
                "경우",
            }
        )
    )
)
# After a dash a headline names who says so, or how sure it is: what is before it does not stand without that.
_BEHIND = re.compile(
    r"\b(?:sources?|study|survey|poll|reports?|analysts?|experts?|critics?|minister|"
    + "|".join(sorted({*HEDGES, *SAID}))
    + r")\b|관측|전망|소문|주장|알려져|설$",
    re.IGNORECASE,
)
_MOST_BEHIND = 3
_GOES_ON = PREPOSITIONS | {"if", "unless", "only", "says", "say", "or", "but", "and"}
NAMED_BEHIND = re.compile(r" - ([A-Z][\w.']*(?: [A-Z][\w.']*){0,2})$")
"""Whom a headline names behind it as the one who says so."""


def verbatim(text: str, source: Source) -> bool:
    """Whether a text is what a source says, word for word, but for how numbers are spelt: 9,900원 and 9900원.

    Only whole headlines, whole clauses of one and whole sentences count: a part of a clause may say something else.
    """
    wanted = _canonical(text)
    return len(wanted) >= _LEAST and any(wanted == _canonical(one) for one in _said(source))


def stands_quoted(text: str, source: Source) -> bool:
    """Whether a text that stands in quotation marks is one that a source says whole; case counts."""
    wanted = even(text).strip(_EDGES)
    return any(wanted == even(one).strip(_EDGES) for one in _said(source))


def clauses(title: str) -> list[str]:
    """The clauses of a headline that say the same without the others; all of it where they do not."""
    text = even(_TAG.sub("", title)).strip()
    found = [one for one in _CUT.split(text) if one.strip(_EDGES)]
    if len(found) == 1 and text.endswith("..."):
        return found
    leans = any(_EN_TURNS.search(one) or _KO_TURNS.search(one) for one in found)
    leans = leans or any(map(_leant_on, found[1:])) or NAMED_BEHIND.search(text) is not None
    # A quotation that goes on past the cut is none any more.
    broken = any(len(_QUOTES.findall(one)) % 2 for one in found)
    return [text] if leans or broken else found


def _leant_on(clause: str) -> bool:
    # "… if the council agrees", "… in Leeds only" go on with the clause before.
    if clause.split(maxsplit=1)[0] in _GOES_ON:
        return True
    return len(clause.split()) <= _MOST_BEHIND and _BEHIND.search(clause) is not None


def _said(source: Source) -> Iterator[str]:
    yield source.title
    yield _TAG.sub("", source.title)
    held = clauses(source.title)
    yield from held
    for one in held:
        # Headlines are made of clauses side by side: which of two comes first says nothing.
        yield from (f"{other}: {one}" for other in held if other != one)
    yield from sentences(source.text)


def _canonical(text: str) -> str:
    """Write a text in one way: white space, marks, the case of its first letter, and the spelling of its numbers."""
    plain = even(text).strip(_EDGES)
    written: list[str] = []
    place = 0
    for one in quantities(plain):
        written += [plain[place : one.start], _number(plain, one)]
        place = one.end
    whole = "".join((*written, plain[place:]))
    return whole[:1].casefold() + whole[1:]


def _number(text: str, one: Quantity) -> str:
    # "half" is not "halved", nor "twice" "doubled": these are words of their sentence as well as numbers.
    if one.unit in {"share", "ordinal", "times"}:
        return text[one.start : one.end]
    return f"<{one.value.normalize():f} {one.unit}>" if one.unit else f"<{one.value.normalize():f}>"
