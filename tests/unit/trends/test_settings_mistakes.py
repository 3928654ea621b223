"""What is said of names and values that settings cannot have, and of one that lacks another."""

from pathlib import Path

import pytest

from trends.errors import SettingsError
from trends.settings import load_settings
from trends.settings_layers import packaged_folder
from trends.settings_snapshot import read_snapshot

DEFAULTS = packaged_folder()


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("opnai:gpt-4.1-mini", "no provider 'opnai' (did you mean 'openai:gpt-4.1-mini'?)"),
        ("azure-openai:a:b", "no provider 'azure-openai' (did you mean 'azure_openai:a:b'?)"),
        ("qqq:m", "no provider 'qqq' (known: openai, azure_openai, anthropic, google, ollama)"),
        ("gpt-4.1-mini", "'gpt-4.1-mini' is not written as provider:model"),
        ("openai:", "'openai:' is not written as provider:model"),
        ("openai:gpt 4", "'openai:gpt 4' is not written as provider:model"),
    ],
)
def test_a_fallback_that_is_none_is_refused_with_its_place(written: str, message: str) -> None:
    variable = "TRENDS_LLM__ROLES__JUDGE__FALLBACK"

    with pytest.raises(SettingsError) as caught:
        load_settings({variable: f"ollama:qwen3:8b,{written}"}, DEFAULTS)

    assert f"llm.roles.judge.fallback.1 ({variable})" in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize("url", ["''", "'  '"])
def test_rates_in_redis_without_its_address_are_refused_with_their_line(
    tmp_path: Path, url: str
) -> None:
    file = tmp_path / "development.yaml"
    file.write_text(f"limits:\n  rates: redis\n  redis_url: {url}\n")

    with pytest.raises(SettingsError, match=r"Set limits\.redis_url, such as redis://") as caught:
        load_settings({}, tmp_path)

    assert f"limits.rates is 'redis' ({file}:2)" in str(caught.value)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:6379/0", "secret://env/REDIS_URL"])
def test_rates_in_redis_with_an_address_or_a_reference_are_taken(url: str) -> None:
    environ = {"TRENDS_LIMITS__RATES": "redis", "TRENDS_LIMITS__REDIS_URL": url}

    assert load_settings(environ, DEFAULTS).limits.rates == "redis"


def test_a_snapshot_without_the_address_is_still_read() -> None:
    environ = {"TRENDS_LIMITS__RATES": "redis", "TRENDS_LIMITS__REDIS_URL": "redis://:pw@host"}

    read = read_snapshot(load_settings(environ, DEFAULTS).snapshot())

    assert (read.limits.rates, read.limits.redis_url.get_secret_value()) == ("redis", "")
