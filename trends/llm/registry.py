"""Model providers by name. To add one: its settings, a file beside this one, and a line here."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from trends.domain.models import Model
from trends.errors import SettingsError, TrendsError, UnknownNameError
from trends.llm.anthropic import make_anthropic
from trends.llm.azure_openai import make_azure_openai
from trends.llm.base import ChatModel
from trends.llm.google import make_google
from trends.llm.ollama import make_ollama
from trends.llm.openai import make_openai
from trends.settings_calls import ProviderSettings

# Keys change, seldom; the provider with the old one is not needed again.
_KEPT = 16


@dataclass(frozen=True)
class Provider:
    """How one is made.

    Attributes:
        make: Makes it from its settings, its key and its address.
        library: The module that it needs.
        extra: Extra of ours that brings the module; empty where it always comes.
        needs_key: Whether it is of no use without a key.
    """

    make: Callable[[ProviderSettings, str | None, str], ChatModel]
    library: str
    extra: str = ""
    needs_key: bool = True


PROVIDERS: Mapping[str, Provider] = {
    "openai": Provider(make_openai, "langchain_openai"),
    "azure_openai": Provider(make_azure_openai, "langchain_openai"),
    "anthropic": Provider(make_anthropic, "langchain_anthropic", "anthropic"),
    "google": Provider(make_google, "langchain_google_genai", "google"),
    "ollama": Provider(make_ollama, "langchain_ollama", "ollama", needs_key=False),
}


class ProviderState(Model):
    """Whether a provider could be asked, as far as can be told without asking it.

    Attributes:
        name: Its name.
        installed: Whether its library is there.
        key: Whether there is a key that can be one; true where none is needed.
        trouble: What is missing; empty when nothing is.
    """

    name: str
    installed: bool
    key: bool
    trouble: str = ""


def make_model(
    provider: str, settings: ProviderSettings, key: str | None, base_url: str
) -> ChatModel:
    """Make a provider, ready to be asked. Opens no connection and imports no library yet.

    Args:
        provider: Its name.
        settings: Its section of `llm.providers`.
        key: Its key as resolved; None where there is none.
        base_url: Its address as resolved; empty for the usual one.

    Raises:
        UnknownNameError: No such provider; names the near one.
        ModelKeyError: There is no key, or it cannot be one.
        SettingsError: Its library is not installed, or its address is none.
    """
    kind = _find(provider)
    _check_library(provider, kind)
    _check_address(provider, base_url)
    return kind.make(settings, key, base_url)


def check_provider(
    provider: str, settings: ProviderSettings, key: Callable[[], str | None], base_url: str
) -> ProviderState:
    """Tell whether a provider has what it needs. Asks nobody.

    Args:
        provider: Its name.
        settings: Its section of `llm.providers`.
        key: Resolves its key; what it raises is what the trouble is.
        base_url: Its address as resolved.

    Raises:
        UnknownNameError: No such provider; names the near one.
    """
    kind = _find(provider)
    installed = find_spec(kind.library) is not None
    secret: str | None = None
    try:
        secret = key()
        make_model(provider, settings, secret, base_url)
    except TrendsError as error:
        has_key = not kind.needs_key or bool(secret)
        return ProviderState(name=provider, installed=installed, key=has_key, trouble=str(error))
    return ProviderState(name=provider, installed=installed, key=True)


class Models:
    """The providers of a process. One is made once for its settings and key, and made anew when they change."""

    def __init__(self) -> None:
        self._made: OrderedDict[str, ChatModel] = OrderedDict()

    def get(
        self, provider: str, settings: ProviderSettings, key: str | None, base_url: str
    ) -> ChatModel:
        """Give a provider, ready to be asked.

        Raises:
            UnknownNameError: No such provider; names the near one.
            ModelKeyError: There is no key, or it cannot be one.
            SettingsError: Its library is not installed, or its address is none.
        """
        name = _digest(provider, settings, key, base_url)
        if name not in self._made:
            self._made[name] = make_model(provider, settings, key, base_url)
        self._made.move_to_end(name)
        model = self._made[name]
        while len(self._made) > _KEPT:
            self._made.popitem(last=False)
        return model


def _find(provider: str) -> Provider:
    if provider not in PROVIDERS:
        kind = "model provider"
        raise UnknownNameError(kind, provider, PROVIDERS)
    return PROVIDERS[provider]


def _check_library(provider: str, kind: Provider) -> None:
    if find_spec(kind.library) is None:
        extra = f"[{kind.extra}]" if kind.extra else ""
        raise SettingsError(
            f"The model provider '{provider}' is not installed.",
            why=f"It needs {kind.library}.",
            next_step=f"Run `pip install 'consumer-trend-agent{extra}'`, or choose another under llm.",
        )


def _check_address(provider: str, base_url: str) -> None:
    if base_url and not (base_url.startswith(("https://", "http://")) and base_url.isprintable()):
        raise SettingsError(
            f"The address of the model provider '{provider}' cannot be used.",
            why="It is not one that begins with https:// or http://.",
            next_step=f"Mend llm.providers.{provider}.base_url, or what it refers to.",
        )


def _digest(provider: str, settings: ProviderSettings, key: str | None, base_url: str) -> str:
    # The key itself is kept by nobody who looks things up.
    parts = [provider, settings.api_version, dict(settings.deployments), key, base_url]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
