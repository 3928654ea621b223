"""Types of settings, and what every section of them is."""

from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SecretStr,
)

from trends.settings_layers import near_name


def check_zone(value: str) -> str:
    """Give the name of a time zone as it is; empty for none.

    Raises:
        ValueError: There is no such zone.
    """
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
ZoneName = Annotated[str, AfterValidator(check_zone)]
# A model at its provider, such as `openai:gpt-4.1-mini`.
ModelSpec = Annotated[str, AfterValidator(_model_spec)]
LogLevel = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_upper)
]


class Section(BaseModel):
    """Base of every section: frozen, and unknown keys are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
