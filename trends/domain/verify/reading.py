"""Read texts as the checks need them, each by its own language."""

import re
from collections.abc import Mapping, Sequence

from trends.domain.korean import Morpheme, Tokenizer
from trends.domain.verify.reading_en import english
from trends.domain.verify.reading_ko import korean
from trends.domain.verify.text_parts import Reading

_HANGUL = re.compile(r"[가-힣]+")
# A name in another script does not make a sentence of its language: "Larkfield may cut 김치 prices".
_LOWER = re.compile(r"(?<![\w])[a-z]+(?![\w])")


def read(texts: Sequence[str], tokenizer: Tokenizer) -> list[Reading]:
    """Read texts; those that hold Hangul as Korean, unless more of their words are plain English ones."""
    hangul = [text for text in texts if _written_korean(text)]
    cut: Mapping[str, Sequence[Morpheme]] = (
        dict(zip(hangul, tokenizer.cut(hangul, ()), strict=True)) if hangul else {}
    )
    return [korean(text, cut[text]) if text in cut else english(text) for text in texts]


def _written_korean(text: str) -> bool:
    words = len(_HANGUL.findall(text))
    return words > 0 and words >= len(_LOWER.findall(text))
