"""Settings of a process: read once from layers, checked, and frozen.

Defaults stand in `config/base.yaml` alone; nothing here repeats them.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Protocol, Self

from pydantic import BaseModel, ValidationError

from trends.channel_settings import NotifySettings
from trends.domain.calls import ModelName, Role
from trends.errors import SettingsError, UnknownNameError
from trends.settings_calls import (
    CacheSettings,
    LimitSettings,
    LlmSettings,
    ProviderSettings,
    ProvidersSettings,
    RoleSettings,
)
from trends.settings_fields import NO_MODEL, Section
from trends.settings_layers import (
    Keys,
    config_folder,
    environment_layer,
    file_layers,
    lay_over,
    override_layer,
    select_environment,
)
from trends.settings_mistakes import wrong_values
from trends.settings_sections import (
    AnalysisSettings,
    ApiSettings,
    AuthSettings,
    BackfillSettings,
    EngineSettings,
    MonitoringSettings,
    OutboundSettings,
    ReloadSettings,
    RunDefaults,
    ScheduleSettings,
    SecretSettings,
    SourceSettings,
    WorkerSettings,
)

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
