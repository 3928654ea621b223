"""Keys that cannot be one."""

import pytest

from trends.errors import ModelKeyError
from trends.llm.keys import read_key

WRONG = [
    ("sk-abc\n", "line break"),
    ("sk-a\r\nbc", "line break"),
    (" sk-abc", "blank"),
    ("sk-a\tbc", "blank"),
    ("sk-a\u00a0bc", "blank"),
    ("sk-a\x00bc", "control character"),
    ("sk-a\u200bbc", "control character"),
    ("sk-äbc", "not ASCII"),
]


@pytest.mark.parametrize(("key", "why"), WRONG)
def test_key_that_cannot_be_one_is_refused_and_not_shown(key: str, why: str) -> None:
    with pytest.raises(ModelKeyError, match=why) as caught:
        read_key("openai", key)
    assert "sk-" not in str(caught.value)
    assert caught.value.billed is False


@pytest.mark.parametrize("key", [None, ""])
def test_missing_key_names_the_setting(key: str | None) -> None:
    with pytest.raises(ModelKeyError, match=r"llm\.providers\.google\.api_key"):
        read_key("google", key)


def test_good_key_is_given_as_it_is() -> None:
    assert read_key("openai", "sk-abc_123") == "sk-abc_123"
