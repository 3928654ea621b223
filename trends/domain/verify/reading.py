"""Read texts as the checks need them, each by its own language."""

import re
from collections.abc import Mapping, Sequence

from trends.domain.korean import Morpheme, Tokenizer
from trends.domain.verify.reading_en import english
from trends.domain.verify.reading_ko import korean
from trends.domain.verify.text_parts import Reading

_HANGUL = re.compile(r"[가-힣]")


def read(texts: Sequence[str], tokenizer: Tokenizer) -> list[Reading]:
    """Read texts; those that hold Hangul as Korean."""
    hangul = [text for text in texts if _HANGUL.search(text)]
    cut: Mapping[str, Sequence[Morpheme]] = (
        dict(zip(hangul, tokenizer.cut(hangul, ()), strict=True)) if hangul else {}
    )
    return [korean(text, cut[text]) if text in cut else english(text) for text in texts]
