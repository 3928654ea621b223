"""The bound of input tokens before a call."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.model_server import ModelServer, Reply
from tests.unit.trends.llm.cases import GOOD, KEY, Finding, provider_settings, question
from trends.llm.base import Message
from trends.llm.registry import PROVIDERS, make_model
from trends.llm.tokens import MESSAGE_TOKENS, input_token_bound

NOTHING = input_token_bound([], Finding)


@given(st.lists(st.text(), max_size=5))
def test_no_text_is_counted_short_of_its_bytes(texts: list[str]) -> None:
    messages = [Message("user", text) for text in texts]
    least = sum(len(text.encode()) + MESSAGE_TOKENS for text in texts)
    assert input_token_bound(messages, Finding) >= NOTHING + least


def test_korean_counts_three_bytes_a_syllable() -> None:
    assert (
        input_token_bound([Message("user", "저속노화")], Finding) == NOTHING + 12 + MESSAGE_TOKENS
    )


def test_character_that_grows_when_normalised_counts_as_it_grows() -> None:
    grown = len(unicodedata.normalize("NFKC", "\ufdfa").encode())
    assert input_token_bound([Message("user", "\ufdfa")], Finding) == (
        NOTHING + grown + MESSAGE_TOKENS
    )


def test_half_of_a_pair_is_counted_too() -> None:
    assert input_token_bound([Message("user", "\ud83d")], Finding) > NOTHING


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_bound_covers_the_form_as_it_is_sent(server: ModelServer, provider: str) -> None:
    server.script(Reply(answer=GOOD))
    await make_model(provider, provider_settings(), KEY, server.url(provider)).ask(
        question(provider)
    )
    sent = json.dumps(server.requests[0].asked.schema, ensure_ascii=False).encode()
    assert len(sent) < NOTHING
