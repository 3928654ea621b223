"""The most tokens that a request can be, known before it is sent and without a tokenizer.

Tokenizers of providers cannot be had offline, and an estimate by characters is five times too low for Korean. No token
of a byte-level vocabulary is shorter than one byte of its text, so the bytes bound the tokens.
"""

import json
import unicodedata
from collections.abc import Sequence

from pydantic import BaseModel

from trends.llm.base import Message

# Marks around a message that say who wrote it: 3 to 5 tokens at the providers known; a space before the text.
MESSAGE_TOKENS = 16
# What a provider adds of its own to have the answer in a form; the most told of is 346 tokens (Anthropic, tools).
REQUEST_TOKENS = 512
# Forms are sent with each field named as required and each object closed: less than once more its text.
_SCHEMA_FACTOR = 2


def input_token_bound(messages: Sequence[Message], answer: type[BaseModel]) -> int:
    """Count the most tokens that these messages and the form of the answer can be; never too few, often four times too many.

    Returns:
        UTF-8 bytes of the texts and twice those of the form, with MESSAGE_TOKENS a message and REQUEST_TOKENS on top.
    """
    texts = sum(_bytes(message.text) + MESSAGE_TOKENS for message in messages)
    form = json.dumps(answer.model_json_schema(), ensure_ascii=False)
    return texts + _SCHEMA_FACTOR * _bytes(form) + REQUEST_TOKENS


def _bytes(text: str) -> int:
    # Some vocabularies normalise before they cut: one character can become eighteen.
    normal = unicodedata.normalize("NFKC", text)
    return max(len(each.encode(errors="surrogatepass")) for each in (text, normal))
