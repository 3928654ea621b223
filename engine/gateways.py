"""The way to models for a process: put together once, asked anew for what each run's settings say."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from engine.spending import quotas_in_force
from trends.domain.calls import Role, Usage
from trends.errors import SecretError
from trends.limits.base import Ledger
from trends.limits.ledger import SqlLedger
from trends.limits.prices import Prices
from trends.limits.redis import RedisRates, SplitLedger
from trends.llm.base import ChatModel, Gateway
from trends.llm.candidates import plan_of
from trends.llm.gateway import ModelGateway
from trends.llm.gateway_parts import GatewayParts
from trends.llm.registry import PROVIDERS, Models
from trends.llm.tokens import input_token_bound
from trends.secrets.resolver import Secrets
from trends.settings import Settings, SettingsInForce
from trends.storage.calls import CallStore
from trends.storage.database import Database
from trends.storage.response_cache import CacheStore


class Providers:
    """The providers as they can be reached now: address and key are read when one is asked.

    Args:
        live: Settings in force.
        secrets: Reads what they refer to.
    """

    def __init__(self, live: SettingsInForce, secrets: Secrets) -> None:
        self._live = live
        self._secrets = secrets
        self._models = Models()

    def get(self, name: str) -> ChatModel:
        """Make a provider ready. May block: a store of secrets may take seconds.

        Raises:
            UnknownNameError: No such provider.
            ModelKeyError: There is no key, or it cannot be one.
            SecretError: Key or address cannot be read.
            SettingsError: Its library is not installed, or its address is none.
        """
        settings = self._live.current.provider(name)
        return self._models.get(name, settings, self.key(name), self._address(name))

    def key(self, name: str) -> str | None:
        """Read the key of a provider; None where there is none. May block.

        Raises:
            SecretError: It cannot be read.
        """
        found = self._secrets.read(self._live.current.provider(name).api_key)
        return None if found is None else found.get_secret_value()

    def configured(self, name: str) -> bool:
        """Whether somebody meant a provider to be asked: it has a key, or, where it needs none, an address.

        One whose secret is there and cannot be read counts as well: that is a mistake, which reports tell.
        """
        try:
            return bool(self.key(name) if PROVIDERS[name].needs_key else self._address(name))
        except SecretError:
            return True

    def _address(self, name: str) -> str:
        found = self._secrets.read(self._live.current.provider(name).base_url)
        return "" if found is None else found.get_secret_value()


@dataclass(frozen=True)
class LivePrices:
    """Prices by the settings in force.

    Attributes:
        live: Settings in force.
    """

    live: SettingsInForce

    def worst_micro(self, provider: str, model: str, input_tokens: int, output_tokens: int) -> int:
        """Price of so many tokens with nothing cached, in micro-USD, rounded up.

        Raises:
            PriceUnknownError: No price is known for the model.
        """
        return Prices(self.live.current.llm).worst_case_micro(
            provider, model, input_tokens=input_tokens, output_tokens=output_tokens
        )

    def cost_micro(self, provider: str, model: str, usage: Usage) -> int:
        """Price of a call as it was counted, in micro-USD, rounded up.

        Raises:
            PriceUnknownError: No price is known for the model.
        """
        return Prices(self.live.current.llm).cost_micro(provider, model, usage)


class Gateways:
    """Makes the gateway of a run, where its settings name a model that somebody has given a key for.

    Args:
        parts: What all gateways of the process share.
        configured: Whether a provider was meant to be asked.
    """

    def __init__(self, parts: GatewayParts, configured: Callable[[str], bool]) -> None:
        self._parts = parts
        self._configured = configured

    def of_run(self, settings: Settings, role: Role) -> Gateway | None:
        """Give the way to the model of a kind of work; None: it is done without one. May block.

        Args:
            settings: Those that the run was begun with.
            role: The kind of work.
        """
        if not self.has_model(settings, role):
            return None
        return ModelGateway(self._parts, lambda asked: plan_of(settings, asked))

    def has_model(self, settings: Settings, role: Role) -> bool:
        """Whether a kind of work is done with a model. May block."""
        choice = settings.model_for(role)
        if choice is None:
            return False
        named = (choice.provider, *(each.provider for each in choice.fallback))
        return any(self._configured(provider) for provider in named)


def make_ledger(database: Database, live: SettingsInForce, secrets: Secrets) -> Ledger:
    """Make the ledger: money in the database; rates there as well, or in Redis.

    Raises:
        SettingsError: The address of Redis cannot be used, or its client is not installed.
    """
    quotas = quotas_in_force(live)
    limits = live.current.limits
    if limits.rates == "database":
        return SqlLedger(database, quotas)
    url = secrets.read(limits.redis_url)
    rates = RedisRates.at("" if url is None else url.get_secret_value())
    money = SqlLedger(database, quotas, holds_rates=False)
    return SplitLedger(rates, money, quotas, random.random)


def make_gateways(
    calls: CallStore, cache: CacheStore, ledger: Ledger, live: SettingsInForce, secrets: Secrets
) -> Gateways:
    """Put the way to models together. Opens no connection and loads no provider's library yet."""
    providers = Providers(live, secrets)
    parts = GatewayParts(
        calls=calls,
        cache=cache,
        ledger=ledger,
        prices=LivePrices(live),
        bound=input_token_bound,
        chat_model=providers.get,
    )
    return Gateways(parts, providers.configured)
