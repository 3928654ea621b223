"""The small pieces by which two headlines are compared."""

import re
from itertools import pairwise

from trends.domain.models import Language
from trends.domain.text import fold

# [단독], [HK영상], (종합): a desk's mark. One that holds a number is part of what is said: [1월 7일].
_MARK = r"\[[^\[\]0-9]{1,20}\]|【[^【】0-9]{1,20}】|\((?:종합|종합2보|속보|영상|사진)\)"
_MARKS = re.compile(rf"^(?:\s*(?:{_MARK}))+|(?:(?:{_MARK})\s*)+$")
_POSSESSIVE = re.compile(r"'s\b")
_WORD = re.compile(r"\w+(?:[.,]\d+)*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# Latin words and numbers whole, every other letter by itself.
_SIGN = re.compile(r"[a-z\u00c0-\u024f]+|\d+(?:[.,]\d+)*|[^\W\d_]")

_FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a about after an and are as at be been but by for from had has have he her his how i in into is
    it its more new not of on or our out over said say says she than that the their they this to up
    us was we were what when who why will with you your""",
    )
)


def title_key(title: str) -> str:
    """Reduce a title to what makes two spellings of it the same: its letters and numbers.

    Without any, its signs.
    """
    return " ".join(_WORD.findall(_unmarked(title))) or fold(title)


def shingles(title: str, language: Language) -> frozenset[str]:
    """Cut a title into the pieces whose Jaccard index says how alike two titles are.

    English: words without function words. Korean: pairs of neighbouring syllables, across spaces,
    since spacing and particles vary from desk to desk; Latin words and numbers count as one
    syllable in such pairs, and once more by themselves.
    """
    text = _unmarked(title)
    if language is Language.EN:
        words = frozenset(_WORD.findall(_POSSESSIVE.sub("", text)))
        return words - _FUNCTION_WORDS or words
    signs = _SIGN.findall(text)
    pairs = (left + " " + right for left, right in pairwise(signs))
    return frozenset(pairs) | frozenset(sign for sign in signs if len(sign) > 1 or sign.isascii())


def numbers(title: str) -> frozenset[str]:
    """The numbers in a title, as written."""
    return frozenset(_NUMBER.findall(_unmarked(title)))


def _unmarked(title: str) -> str:
    folded = fold(title)
    return _MARKS.sub("", folded) or folded
