"""Providers by name: what they need, and what is kept of them."""

import subprocess
import sys

import pytest

from tests.unit.trends.llm.cases import KEY, provider_settings
from trends.errors import ModelKeyError, SecretError, SettingsError, UnknownNameError
from trends.llm.registry import PROVIDERS, Models, check_provider, make_model
from trends.settings_calls import ProvidersSettings

ADDRESS = "http://127.0.0.1:9"
WITH_KEY = [name for name, provider in PROVIDERS.items() if provider.needs_key]
EXTRAS = [(name, each.library, each.extra) for name, each in PROVIDERS.items() if each.extra]


def test_every_provider_of_the_settings_can_be_made() -> None:
    assert set(PROVIDERS) == set(ProvidersSettings.model_fields)


def test_unknown_provider_suggests_the_near_one() -> None:
    with pytest.raises(UnknownNameError, match="anthropic"):
        make_model("antropic", provider_settings(), KEY, "")


@pytest.mark.parametrize("provider", WITH_KEY)
@pytest.mark.parametrize("key", [None, "", "sk-abc\n"])
def test_key_is_asked_for_before_anything_is_sent(provider: str, key: str | None) -> None:
    with pytest.raises(ModelKeyError):
        make_model(provider, provider_settings(), key, ADDRESS)


def test_ollama_needs_no_key() -> None:
    assert check_provider("ollama", provider_settings(), lambda: None, "").trouble == ""


@pytest.mark.parametrize(("provider", "library", "extra"), EXTRAS)
def test_missing_library_names_its_extra(
    monkeypatch: pytest.MonkeyPatch, provider: str, library: str, extra: str
) -> None:
    # As the import system remembers a module that is not there.
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(SettingsError, match=rf"consumer-trend-agent\[{extra}\]"):
        make_model(provider, provider_settings(), KEY, ADDRESS)


@pytest.mark.parametrize("address", ["api.example.org", "ftp://example.org", "http://a\nb"])
def test_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="base_url"):
        make_model("openai", provider_settings(), KEY, address)


@pytest.mark.parametrize(
    ("version", "address", "missing"),
    [("", ADDRESS, "api_version"), ("2024-10-21", "", "base_url")],
)
def test_azure_needs_endpoint_and_version(version: str, address: str, missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        make_model("azure_openai", provider_settings(api_version=version), KEY, address)


def test_check_tells_that_all_is_there() -> None:
    state = check_provider("anthropic", provider_settings(), lambda: KEY, "")
    assert (state.installed, state.key, state.trouble) == (True, True, "")


def test_check_tells_a_missing_key() -> None:
    state = check_provider("anthropic", provider_settings(), lambda: None, "")
    assert (state.installed, state.key) == (True, False)
    assert "llm.providers.anthropic.api_key" in state.trouble


def test_check_tells_why_a_key_cannot_be_read() -> None:
    def locked() -> str | None:
        raise SecretError("secret://vault/kv/openai cannot be read.")

    state = check_provider("openai", provider_settings(), locked, "")
    assert (state.key, state.trouble) == (False, "secret://vault/kv/openai cannot be read.")


def test_check_tells_a_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "langchain_google_genai", None)
    state = check_provider("google", provider_settings(), lambda: KEY, "")
    assert (state.installed, state.key) == (False, True)
    assert "[google]" in state.trouble


def test_provider_is_made_once_for_its_settings_and_key() -> None:
    models = Models()
    first = models.get("openai", provider_settings(), KEY, ADDRESS)
    assert models.get("openai", provider_settings(), KEY, ADDRESS) is first
    assert models.get("openai", provider_settings(), "another-key", ADDRESS) is not first
    assert models.get("openai", provider_settings(), KEY, ADDRESS + "/v1") is not first


def test_providers_of_keys_that_are_gone_are_let_go() -> None:
    models = Models()
    first = models.get("openai", provider_settings(), KEY, ADDRESS)
    for number in range(20):
        models.get("openai", provider_settings(), f"key-{number}", ADDRESS)
    assert models.get("openai", provider_settings(), KEY, ADDRESS) is not first


def test_making_a_provider_imports_no_client_library() -> None:
    program = (
        "import sys; from trends.llm.registry import make_model, PROVIDERS; "
        "from tests.unit.trends.llm.cases import provider_settings; "
        "[make_model(name, provider_settings(), 'k', 'http://a') for name in PROVIDERS]; "
        "print([n for n in sys.modules if n.partition('.')[0] in "
        "('openai', 'anthropic', 'google.genai', 'ollama', 'langchain_core', 'httpx2')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
