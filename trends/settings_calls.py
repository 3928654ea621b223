"""Sections of the settings: models, what calls of them may cost, and what is kept of answers."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from trends.settings_fields import ModelSpec, ProviderName, SecretText, Section, Usd, ZoneName


class OptionalLimits(Section):
    """Limits of one provider, where they are not those of all; None: as `limits` says."""

    requests_per_minute: Annotated[int, Field(gt=0)] | None
    requests_per_hour: Annotated[int, Field(gt=0)] | None
    tokens_per_minute: Annotated[int, Field(gt=0)] | None
    burst_size: Annotated[int, Field(gt=0)] | None
    concurrency: Annotated[int, Field(gt=0)] | None
    cost_per_day_usd: Usd | None


class ProviderSettings(Section):
    """One model provider.

    Attributes:
        api_key: Its key, or where the key is: `secret://env/OPENAI_API_KEY`. Empty where it needs none.
        base_url: Its address, where it is not the usual one; may be a reference as well.
        api_version: Version of the interface, for those that ask for one.
        deployments: Model by the name under which the provider knows it, where it has names of its own (Azure).
        limits: Its own limits.
    """

    api_key: SecretText
    base_url: str
    api_version: str
    deployments: Mapping[str, str]
    limits: OptionalLimits


class ProvidersSettings(Section):
    """The providers that can be named."""

    openai: ProviderSettings
    azure_openai: ProviderSettings
    anthropic: ProviderSettings
    google: ProviderSettings
    ollama: ProviderSettings


class RoleSettings(Section):
    """Which model does one kind of work; what is empty is as `llm` says.

    Attributes:
        provider: Name of a provider.
        model: Name of the model there; `none`: this work is done without a model.
        temperature: How freely it writes.
        max_output_tokens: The longest answer, thinking included.
        fallback: Models to ask where the first is unavailable, as `provider:model`, in this order.
    """

    provider: Literal[ProviderName, ""]
    model: str
    temperature: Annotated[float, Field(ge=0, le=2)] | None
    max_output_tokens: Annotated[int, Field(gt=0)] | None
    fallback: tuple[ModelSpec, ...]


class RolesSettings(Section):
    """The kinds of work that a model does."""

    planner: RoleSettings
    analyst: RoleSettings
    judge: RoleSettings
    embedder: RoleSettings


class PriceSettings(Section):
    """Price of a model in USD per million tokens; 0 is free.

    Attributes:
        input_usd: Of what is sent.
        output_usd: Of what comes back, thinking included.
        cached_input_usd: Of what is sent and the provider had kept; None: as `input_usd`.
    """

    input_usd: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    output_usd: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    cached_input_usd: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


class LlmSettings(Section):
    """The models that plan and write, where there is a key for them.

    Attributes:
        enabled: Whether models are asked at all; otherwise reports are extractive.
        provider: Provider of every role that names none.
        model: Model of every role that names none.
        temperature: How freely it writes.
        timeout_seconds: Longest call.
        max_output_tokens: Longest answer.
        rounds: Most times an answer that does not hold against the evidence is sent back to be revised.
        roles: What differs by kind of work.
        providers: What differs by provider.
        prices: Prices that go before those of the price table, by `provider:model`.
    """

    enabled: bool
    provider: ProviderName
    model: Annotated[str, Field(min_length=1)]
    temperature: Annotated[float, Field(ge=0, le=2)]
    timeout_seconds: Annotated[float, Field(gt=0, le=600)]
    max_output_tokens: Annotated[int, Field(gt=0)]
    rounds: Annotated[int, Field(ge=0, le=5)]
    roles: RolesSettings
    providers: ProvidersSettings
    prices: Mapping[ModelSpec, PriceSettings]


class LimitSettings(Section):
    """Limits of each tenant at each provider; held exactly across processes.

    Attributes:
        requests_per_minute: Calls in any minute.
        requests_per_hour: Calls in any hour.
        tokens_per_minute: Tokens in any minute, sent and received.
        burst_size: Calls that may begin at once.
        concurrency: Calls under way at once.
        cost_per_day_usd: What may be spent in a day of `time_zone`.
        cost_per_run_usd: What one run may spend.
        cost_per_month_usd: What the runs of one monitor may spend in a month of `time_zone`.
        headroom: Part of the rates that is left unused: what travels at uneven speed arrives in bunches.
        warn_at: Part of a budget at which people are told.
        time_zone: Whose days and months; the zone of `runs.market` where empty.
        rates: Where rates are counted: the database, or Redis. Money is always in the database.
        redis_url: Address of the Redis server, or a reference to it.
        calls_days: How long reservations that ended, and calls that belong to no run, are kept; 0 for ever.
    """

    requests_per_minute: Annotated[int, Field(gt=0)]
    requests_per_hour: Annotated[int, Field(gt=0)]
    tokens_per_minute: Annotated[int, Field(gt=0)]
    burst_size: Annotated[int, Field(gt=0)]
    concurrency: Annotated[int, Field(gt=0)]
    cost_per_day_usd: Usd
    cost_per_run_usd: Usd
    cost_per_month_usd: Usd
    headroom: Annotated[float, Field(ge=0, lt=1)]
    warn_at: Annotated[float, Field(gt=0, lt=1)]
    time_zone: ZoneName
    rates: Literal["database", "redis"]
    redis_url: SecretText
    calls_days: Annotated[int, Field(ge=0)]


class CacheSettings(Section):
    """The cache of model and source responses, shared by all processes.

    Attributes:
        max_size_mb: All of it; the least recently used goes first.
        model_ttl_hours: How long a model's answer serves the same question of another run; 0: never.
        source_ttl_seconds: How long a source's answer serves other runs at least, where its cadence is shorter.
    """

    max_size_mb: Annotated[int, Field(gt=0)]
    model_ttl_hours: Annotated[float, Field(ge=0)]
    source_ttl_seconds: Annotated[float, Field(ge=0)]
