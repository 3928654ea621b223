"""Sections of the settings: how a process serves, works, and reaches the world."""

import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_network
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from trends.domain.access import read_scopes
from trends.domain.models import Language
from trends.errors import UnknownNameError
from trends.settings_fields import LogLevel, Names, Port, PrivateHost, SecretText, Section


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


# A name, an IPv4 address or an IPv6 one in brackets, and a port; or nothing.
_HOST_AND_PORT = re.compile(r"(([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[1-9][0-9]{0,4}))?")
_LAST_PORT = 65_535


def _host_and_port(value: str) -> str:
    found = _HOST_AND_PORT.fullmatch(value)
    if not found or int(found["port"] or 1) > _LAST_PORT:
        message = f"'{value[:80]}' is not written as host:port, such as 127.0.0.1:9464"
        raise ValueError(message)
    return value


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
    metrics_address: Annotated[str, AfterValidator(_host_and_port)]


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
