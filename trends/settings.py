"""Settings of a process: read once from layers, checked, and frozen.

Defaults stand in `config/base.yaml` alone; nothing here repeats them.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, Protocol, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from trends.channel_settings import NotifySettings
from trends.domain.access import read_scopes
from trends.domain.calls import ModelName, Role
from trends.domain.models import Language
from trends.errors import SettingsError, UnknownNameError
from trends.settings_layers import (
    Keys,
    Layer,
    config_folder,
    environment_layer,
    file_layers,
    lay_over,
    near_name,
    override_layer,
    packaged_folder,
    select_environment,
)
from trends.settings_mistakes import wrong_values
from trends.yaml_files import read_mapping


def _zone(value: str) -> str:
    if value:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            message = f"no time zone '{value}'"
            raise ValueError(message) from error
    return value


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


Port = Annotated[int, Field(ge=1, le=65_535)]
Names = tuple[str, ...]
# `host`, `host:port`, `[::1]` or `[::1]:port`; no scheme, no path.
PrivateHost = Annotated[
    str, Field(pattern=r"^(\[[0-9A-Fa-f:.]+\]|[^\s\[\]:/@?#*]+)(:[0-9]{1,5})?$")
]
ProviderName = Literal["openai", "azure_openai", "anthropic", "google", "ollama"]
REFERENCE_SCHEME = "secret://"
# In place of a model's name: this work is done without one.
NO_MODEL = "none"


def _model_spec(value: str) -> str:
    provider, _, model = value.partition(":")
    if not model or any(char.isspace() for char in value):
        message = f"'{value[:80]}' is not written as provider:model, such as openai:gpt-4.1-mini"
        raise ValueError(message)
    known = get_args(ProviderName)
    if provider not in known:
        near = near_name(provider, known)
        hint = f"did you mean '{near}:{model[:80]}'?" if near else f"known: {', '.join(known)}"
        message = f"no provider '{provider[:80]}' ({hint})"
        raise ValueError(message)
    return value


def _without_secret(value: SecretStr) -> str:
    text = value.get_secret_value()
    return text if text.startswith(REFERENCE_SCHEME) else ""


# A secret, or where it is: `secret://env/NAME`, `secret://file/PATH`, `secret://vault/…`, `secret://aws/…`.
# A snapshot holds the reference; a secret that is written down in place stays with the process.
SecretText = Annotated[SecretStr, PlainSerializer(_without_secret, return_type=str)]
Usd = Annotated[float, Field(gt=0, le=1_000_000_000, allow_inf_nan=False)]
ZoneName = Annotated[str, AfterValidator(_zone)]
# A model at its provider, such as `openai:gpt-4.1-mini`.
ModelSpec = Annotated[str, AfterValidator(_model_spec)]
LogLevel = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_upper)
]


class Section(BaseModel):
    """Base of every section: frozen, and unknown keys are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CallerLimits(Section):
    """How many requests each caller may send: so many a minute, and so many at once; 0 a minute is without end."""

    reads_per_minute: Annotated[int, Field(ge=0)]
    reads_burst: Annotated[int, Field(ge=1)]
    writes_per_minute: Annotated[int, Field(ge=0)]
    writes_burst: Annotated[int, Field(ge=1)]


class ApiSettings(Section):
    """The HTTP door."""

    host: str
    port: Port
    allowed_hosts: Names
    max_upload_mb: Annotated[int, Field(gt=0)]
    wait_timeout_seconds: Annotated[int, Field(gt=0)]
    # Links in messages begin with it; without it they are paths.
    public_url: Annotated[str, Field(pattern=r"^(https?://[^\s/?#@]+(/[^\s?#]*)?[^\s/?#])?$")]
    # Whose word on the address and scheme of a caller is taken: addresses, or networks such as 10.0.0.0/8.
    trusted_proxies: Names
    limits: CallerLimits

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, values: Names) -> Names:
        for value in values:
            ip_network(value, strict=False)
        return values


class OidcSettings(Section):
    """Whose tokens are taken; nobody's while `issuer` is empty.

    Attributes:
        issuer: Its `iss`, to the letter.
        audience: What tokens for this service carry as `aud`.
        jwks_url: Where its public keys are; found by discovery below the issuer where empty.
        tenant_claim: Claim that names the tenant.
        tenant: Tenant of every token, whatever it claims; empty to read the claim.
        scope_claim: Claim with what the caller may do: words with blanks between, or a list.
        scopes: What each word of that claim stands for, such as `{analysts: [read, trends:write]}`; where empty, the
            words are scopes of ours.
    """

    issuer: Annotated[str, Field(pattern=r"^(https?://[^\s?#@]+)?$")]
    audience: str
    jwks_url: Annotated[str, Field(pattern=r"^(https?://[^\s#@]+)?$")]
    tenant_claim: Annotated[str, Field(min_length=1)]
    tenant: Annotated[str, Field(pattern=r"^([a-z0-9-]{1,40})?$")]
    scope_claim: Annotated[str, Field(min_length=1)]
    scopes: Mapping[str, Names]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.issuer and not self.audience:
            # Else a token that the provider made for any other service would open this one.
            message = "an issuer needs the audience that its tokens for this service carry"
            raise ValueError(message)
        try:
            for words in self.scopes.values():
                read_scopes(words)
        except UnknownNameError as error:
            raise ValueError(str(error)) from error
        return self


def _mode(value: Any) -> Any:
    # YAML reads a plain `off` as false.
    return "off" if value is False else value


class AuthSettings(Section):
    """Who may use the API.

    Attributes:
        mode: `required`, or `off`: nobody is asked, in development and on loopback alone.
        session_hours: How long a browser stays signed in.
        failures: So many credentials that do not hold are looked at from one address ...
        failures_seconds: ... in such a time.
        audit_days: How long rows of the audit log are kept; 0 for ever.
    """

    mode: Annotated[Literal["off", "required"], BeforeValidator(_mode)]
    session_hours: Annotated[int, Field(ge=1, le=720)]
    failures: Annotated[int, Field(ge=1)]
    failures_seconds: Annotated[int, Field(ge=1)]
    audit_days: Annotated[int, Field(ge=0)]
    oidc: OidcSettings


# A name, an IPv4 address or an IPv6 one in brackets, and a port of one to five digits; or nothing.
_HOST_AND_PORT = r"^(([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):[1-9][0-9]{0,4})?$"


class EngineSettings(Section):
    """The Temporal server that `trends up` starts."""

    port: Port
    ui_port: Port
    namespace: Annotated[str, Field(min_length=1)]
    retention_days: Annotated[int, Field(ge=1)]


class WorkerSettings(Section):
    """Worker processes; the two timeouts apply to one attempt of a stage.

    Attributes:
        metrics_address: `host:port` at which each worker serves its figures, or the next free port; empty: none does.
    """

    num_workers: Annotated[int, Field(ge=1)]
    timeout_seconds: Annotated[int, Field(gt=0)]
    heartbeat_timeout_seconds: Annotated[int, Field(ge=2)]
    graceful_shutdown_seconds: Annotated[int, Field(ge=0)]
    metrics_address: Annotated[str, Field(pattern=_HOST_AND_PORT)]


class RunDefaults(Section):
    """What a run is given where the request says nothing."""

    time_window: Annotated[str, Field(pattern=r"^[1-9][0-9]*[hdw]$")]
    market: Annotated[str, Field(min_length=1)]
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    sources: Annotated[Names, Field(min_length=1)]
    report_language: Language
    deadline_hours: Annotated[int, Field(gt=0)]


class ScheduleSettings(Section):
    """Monitors that run by themselves.

    Attributes:
        lead_minutes: How long before its due time a run begins.
    """

    lead_minutes: Annotated[int, Field(ge=1, le=720)]

    @property
    def lead(self) -> timedelta:
        """The same as a length of time."""
        return timedelta(minutes=self.lead_minutes)


class BackfillSettings(Section):
    """Bounds of a backfill.

    Attributes:
        parallel: Windows under way at once, where the request does not say.
        max_windows: More windows than these are refused.
    """

    parallel: Annotated[int, Field(ge=1, le=5)]
    max_windows: Annotated[int, Field(ge=1)]


class AnalysisSettings(Section):
    """What counts as a trend."""

    error_rate: Annotated[float, Field(gt=0, lt=1)]
    history_days: Annotated[int, Field(ge=1)]
    min_stories: Annotated[int, Field(ge=1)]
    max_topics: Annotated[int, Field(ge=1)]
    user_words: Names


class FileSourceSettings(Section):
    """What the `file` source may read, and how.

    Attributes:
        roots: Folders under which it may read, besides the uploads.
        max_bytes: The most it reads of one file, unpacked.
        path: What it reads when a run writes `file` alone.
        fields: Column by field where the usual names do not fit, such as `{title: subject_line}`.
        title_outlet: Whether titles end in ` - Outlet`; None finds out for each file.
    """

    roots: Names
    max_bytes: Annotated[int, Field(gt=0)]
    path: str = ""
    fields: Mapping[str, str] = Field(default_factory=dict[str, str])
    title_outlet: bool | None = None


class SampleSourceSettings(Section):
    """The seeded generator."""

    seed: Annotated[int, Field(ge=0)]
    days: Annotated[int, Field(ge=1)]
    per_day: Annotated[int, Field(ge=1)]


class FeedSettings(Section):
    """One feed.

    Attributes:
        url: Its address.
        title: What people call it; the feed's own title where empty.
        language: Language of its items, where they do not say it themselves.
        outlet: Who publishes items that do not name their own outlet; the feed's title where empty.
        market: Market whose clock times without a zone are on; the run's where empty.
        cadence_minutes: How often it is polled, where not as often as the others.
        retention_days: How long its items are kept, where not as long as the others'.
    """

    url: Annotated[str, Field(pattern=r"^https?://\S+$")]
    title: str = ""
    language: Annotated[str, Field(pattern=r"^([a-z]{2})?$")] = ""
    outlet: str = ""
    market: str = ""
    cadence_minutes: Annotated[int, Field(ge=1)] | None = None
    retention_days: Annotated[int, Field(ge=1)] | None = None


SearchTemplate = Annotated[str, Field(pattern=r"^https?://[^\s{}]*\{query\}[^\s{}]*$")]
FeedName = Annotated[str, Field(pattern=r"^[\w][\w.-]{0,59}$")]


class RssSourceSettings(Section):
    """Feeds by name; a run reads one as `rss:NAME`."""

    feeds: Mapping[FeedName, FeedSettings]


class SourceSettings(Section):
    """How sources are polled, and one section for each source that has settings of its own.

    Attributes:
        polling: Whether live sources are asked by themselves, and not only when a run wants them.
        cadence_minutes: How often.
        retention_days: How long their items are kept.
    """

    polling: bool
    cadence_minutes: Annotated[int, Field(ge=1, le=10_080)]
    retention_days: Annotated[int, Field(ge=1)]
    file: FileSourceSettings
    rss: RssSourceSettings
    sample: SampleSourceSettings


class OutboundSettings(Section):
    """What this process may reach, and how long it waits.

    Attributes:
        connect_timeout_seconds: For a connection, and for its encryption.
        total_timeout_seconds: For a request with all that belongs to it: names, redirects, the answer's last byte.
        max_bytes: The most of an answer that is read, unpacked.
        allow_private_hosts: Hosts inside that may be reached, as `host` or `host:port`.
        user_agent: What the product calls itself.
    """

    connect_timeout_seconds: Annotated[float, Field(gt=0, le=60)]
    total_timeout_seconds: Annotated[float, Field(gt=0, le=600)]
    max_bytes: Annotated[int, Field(gt=0)]
    allow_private_hosts: tuple[PrivateHost, ...]
    user_agent: Annotated[str, Field(pattern=r"^[\x20-\x7e]{1,200}$")]


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


class SecretSettings(Section):
    """Where secrets are looked for that settings refer to.

    Attributes:
        ttl_seconds: How long one is kept before it is read again; the last good one serves while it cannot be.
        vault_url: Address of a Vault server, for `secret://vault/MOUNT/PATH#KEY`.
        vault_token: Its token, or a reference to it.
        aws_region: Region of AWS Secrets Manager, for `secret://aws/NAME#KEY`.
        aws_endpoint_url: Its address, where it is not the usual one.
    """

    ttl_seconds: Annotated[float, Field(ge=0)]
    vault_url: Annotated[str, Field(pattern=r"^(https?://[^\s?#@]+)?$")]
    vault_token: SecretText
    aws_region: str
    aws_endpoint_url: Annotated[str, Field(pattern=r"^(https?://[^\s?#@]+)?$")]


class ReloadSettings(Section):
    """How a running process learns of a change.

    Attributes:
        watch: Whether the files are watched.
        poll_seconds: How often the database is asked for changes by `trends config set`.
    """

    watch: bool
    poll_seconds: Annotated[float, Field(ge=0.05, le=60)]


class MonitoringSettings(Section):
    """What is logged."""

    log_level: LogLevel


# A report may depend on these; the rest says where and how a process runs.
RESULT_SECTIONS = ("analysis", "llm", "runs", "sources")
# Within them: where files may lie, and when sources are asked. A run's items are in its own record.
_NO_RESULT = {
    "sources": {
        "polling": True,
        "cadence_minutes": True,
        "retention_days": True,
        "file": {"roots": True},
    },
    # Where a model is reached and how often; which one answers is what a report depends on.
    "llm": {"timeout_seconds": True, "providers": True, "prices": True},
}


@dataclass(frozen=True)
class ModelChoice:
    """The model of one kind of work, with what `llm` says where its role says nothing.

    Attributes:
        provider: Such as `openai`.
        model: What it is called there.
        temperature: How freely it writes.
        max_output_tokens: The longest answer, thinking included.
        fallback: Whom to ask, in this order, where the first is unavailable.
    """

    provider: str
    model: str
    temperature: float
    max_output_tokens: int
    fallback: tuple[ModelName, ...]

    @property
    def name(self) -> ModelName:
        """The first to be asked."""
        return ModelName(self.provider, self.model)


class SettingsInForce(Protocol):
    """Settings that are asked for each time they are used, since a process that goes on takes changes over.

    What belongs together, such as a snapshot and its revision, is read from one `current`.
    """

    @property
    def current(self) -> "Settings":
        """Those that hold now."""
        ...


class Settings(Section):
    """All settings of a process. Made by `load_settings`, never changed."""

    environment: Literal["development", "staging", "production"]
    api: ApiSettings
    auth: AuthSettings
    engine: EngineSettings
    workers: WorkerSettings
    runs: RunDefaults
    schedules: ScheduleSettings
    backfill: BackfillSettings
    analysis: AnalysisSettings
    sources: SourceSettings
    outbound: OutboundSettings
    notify: NotifySettings
    llm: LlmSettings
    limits: LimitSettings
    cache: CacheSettings
    secrets: SecretSettings
    reload: ReloadSettings
    monitoring: MonitoringSettings

    @property
    def current(self) -> Self:
        """These: what never changes serves where settings in force are asked for."""
        return self

    def model_for(self, role: Role) -> ModelChoice | None:
        """Say which model does a kind of work; None: it is done without one."""
        own: RoleSettings = getattr(self.llm.roles, role.value)
        model = own.model or self.llm.model
        if not self.llm.enabled or model == NO_MODEL:
            return None
        return ModelChoice(
            provider=own.provider or self.llm.provider,
            model=model,
            temperature=self.llm.temperature if own.temperature is None else own.temperature,
            max_output_tokens=own.max_output_tokens or self.llm.max_output_tokens,
            fallback=tuple(ModelName(*spec.split(":", 1)) for spec in own.fallback),
        )

    def provider(self, name: str) -> ProviderSettings:
        """Say how a provider is reached.

        Raises:
            UnknownNameError: There is none of this name; names the near one.
        """
        if name not in ProvidersSettings.model_fields:
            kind = "provider"
            raise UnknownNameError(kind, name, ProvidersSettings.model_fields)
        return getattr(self.llm.providers, name)

    def limits_for(self, provider: str) -> LimitSettings:
        """Say what holds at a provider: its own limits, and those of all where it has none.

        Raises:
            UnknownNameError: There is no provider of this name; names the near one.
        """
        own = {name: value for name, value in self.provider(provider).limits if value is not None}
        return self.limits.model_copy(update=own)

    def snapshot(self) -> bytes:
        """Canonical JSON of the settings, from which `read_snapshot` makes them again.

        Without channels: their addresses and secrets stay with the process that sends.
        """
        values = self.model_dump(mode="json", exclude={"notify": {"channels"}})
        values["notify"]["channels"] = {}
        return _canonical(values)

    @property
    def revision(self) -> str:
        """First 12 hex digits of the SHA-256 over the sections that a report may depend on.

        Ports, folders and limits are left out: the same question on another port gives the same report.
        """
        values = self.model_dump(mode="json", include=set(RESULT_SECTIONS), exclude=_NO_RESULT)
        return hashlib.sha256(_canonical(values)).hexdigest()[:12]


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Market(Section):
    """A market's clock and languages, from `config/markets/<name>.yaml`.

    Attributes:
        name: Such as `KR`.
        title: What to call it, by language of the reader.
        time_zone: IANA name.
        languages: Languages read there, first the usual one.
        search: Searches that give their results as a feed, by name; `{query}` in the address is what is searched for.
        weekend: Days off of every week.
        holidays: Other days off, by date, each with its name by language of the reader.
    """

    name: str
    title: dict[Language, str]
    time_zone: str
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    search: Mapping[str, SearchTemplate] = Field(default_factory=dict[str, str])
    weekend: tuple[Weekday, ...] = ()
    holidays: Mapping[date, dict[Language, str]] = Field(
        default_factory=dict[date, dict[Language, str]]
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if not value:
            message = "a market needs a time zone"
            raise ValueError(message)
        return _zone(value)


def load_settings(
    environ: Mapping[str, str] = os.environ, config_dir: Path | None = None
) -> Settings:
    """Read the settings: packaged base.yaml < base.yaml < <environment>.yaml < TRENDS_SECTION__KEY variables.

    Args:
        environ: Environment variables.
        config_dir: Folder of the YAML files; else TRENDS_CONFIG_DIR, ./config, or the packaged one.

    Raises:
        SettingsError: A file is absent or broken, a name or value is not one we know, or one setting lacks another.
            Names file, line and key.
    """
    return load_settings_and_origins(environ, config_dir)[0]


def load_settings_and_origins(
    environ: Mapping[str, str] = os.environ,
    config_dir: Path | None = None,
    overrides: Mapping[str, Any] = MappingProxyType({}),
    overrides_place: str = "overrides",
) -> tuple[Settings, dict[str, str]]:
    """Read the settings as `load_settings` does, and where each was written, by its name with dots.

    Args:
        environ: Environment variables.
        config_dir: Folder of the YAML files.
        overrides: Values by name with dots, over the files and under the variables.
        overrides_place: What to call them in messages.

    Raises:
        UnknownNameError: An override names no setting.
        SettingsError: As `load_settings`.
    """
    environment = select_environment(environ)
    keys = setting_keys()
    folder = config_folder(environ, config_dir)
    layers = [
        *file_layers(folder, environment, keys),
        override_layer(overrides, overrides_place, keys),
        environment_layer(environ, keys),
    ]
    values = {**lay_over(layers), "environment": environment}
    # By way of JSON, because only there strict types and lists for tuples go together.
    text = json.dumps(values, default=str)
    try:
        settings = Settings.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise wrong_values(error, layers) from error
    # The last layer that says it is the one that counts.
    places = {".".join(path): place for layer in layers for path, place in layer.places.items()}
    _check_redis(settings, places)
    return settings, places


def setting_keys() -> Keys:
    """The names of all settings, section in section."""
    return _keys(Settings)


def market_names(
    config_dir: Path | None = None, environ: Mapping[str, str] = os.environ
) -> tuple[str, ...]:
    """Names of all markets, sorted."""
    return tuple(sorted(_market_files(config_dir, environ)))


def load_market(
    name: str, config_dir: Path | None = None, environ: Mapping[str, str] = os.environ
) -> Market:
    """Read one market.

    Raises:
        UnknownNameError: There is no such market; names the near one.
        SettingsError: Its file is broken.
    """
    files = _market_files(config_dir, environ)
    if name not in files:
        kind = "market"
        raise UnknownNameError(kind, name, files)
    try:
        written = files[name].stat()
    except OSError:
        # Gone since it was listed; reading it says so.
        return _read_market(files[name], name)
    return _known_market(files[name], name, written.st_mtime_ns, written.st_size)


@lru_cache(maxsize=64)
def _known_market(file: Path, name: str, written_ns: int, size: int) -> Market:
    """Read a market once as long as its file stays as it is: years of holidays take 50 ms, and every run asks."""
    del written_ns, size
    return _read_market(file, name)


def _read_market(file: Path, name: str) -> Market:
    content = read_mapping(file)
    try:
        market = Market.model_validate_json(json.dumps(content.values, default=str), strict=True)
    except ValidationError as error:
        layer = Layer({}, {path: content.place(path) for path in content.lines})
        raise wrong_values(error, [layer], str(file)) from error
    if market.name != name:
        raise SettingsError(
            f"{content.place(('name',))} names the market '{market.name}'.",
            next_step="The name and the file's name must agree.",
        )
    return market


def _market_files(config_dir: Path | None, environ: Mapping[str, str]) -> dict[str, Path]:
    folders = (packaged_folder(), config_folder(environ, config_dir))
    return {file.stem: file for each in folders for file in (each / "markets").glob("*.yaml")}


def _keys(section: type[BaseModel]) -> Keys:
    found: dict[str, Any] = {}
    for name, field in section.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found[name] = _keys(kind)
        elif name != "environment":  # chosen by TRENDS_ENV, before any file is read
            found[name] = kind
    return found


def _check_redis(settings: Settings, places: Mapping[str, str]) -> None:
    # Not a rule of the section: a run's snapshot has no address that was written in place, and is read all the same.
    limits = settings.limits
    if limits.rates == "redis" and not limits.redis_url.get_secret_value().strip():
        raise SettingsError(
            f"limits.rates is 'redis' ({places['limits.rates']}), and limits.redis_url is empty.",
            why="Nothing says where the Redis server is that counts the rates.",
            next_step="Set limits.redis_url, such as redis://:password@host:6379/0 or secret://env/REDIS_URL, "
            "or leave the rates in the database; nothing was loaded.",
        )


def _canonical(values: Any) -> bytes:
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()
