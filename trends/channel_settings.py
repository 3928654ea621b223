"""Settings of channels: each has a name, by which runs and monitors call it, and a type.

Addresses that open a door and secrets are kept so that they cannot be printed. Each may be written down in place, or be
a reference such as `secret://env/NAME`; what it refers to is read when a channel is made, so that a secret may change
without a restart.
"""

import ipaddress
import re
from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)

from trends.domain.delivery_policy import DigestTime, QuietHours, bounds, is_quiet

LOG = "log"
MAX_RECIPIENTS = 50
_DAY_MINUTES = 1440

# RFC 5321 without quoting and comments; what stands here goes into commands and headers of the mail protocol.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251})")


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        message = "not a mail address of the form name@example.org, in ASCII"
        raise ValueError(message)
    return value


def _one_line(value: str) -> str:
    if not value.isprintable():
        message = "has a line break or another control character"
        raise ValueError(message)
    return value


def _clock(value: Any) -> Any:
    # YAML 1.1 reads a plain 18:00 as a number in base 60.
    if isinstance(value, int) and 0 <= value < _DAY_MINUTES:
        return f"{value // 60:02}:{value % 60:02}"
    return value


ChannelName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Address = Annotated[str, AfterValidator(_address)]
OneLine = Annotated[str, AfterValidator(_one_line)]


class ChannelSection(BaseModel):
    """Base of a channel's settings: frozen, unknown keys are an error, and no error shows what was written."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class DeliverySection(ChannelSection):
    """When messages may go out to a channel. Without any of these they go out at once.

    Attributes:
        digest: Time of day at which its reports go out in one message, such as `08:30`.
        quiet_hours: Nothing goes out between, such as `22:00-07:00`.
        workdays_only: Nothing goes out on the market's weekends and holidays.
        market: Whose clock and holidays count; empty: that of `runs.market`.
        max_alerts_per_day: Alerts that go out by themselves on one day; the rest goes out in a digest.
    """

    digest: Annotated[DigestTime, BeforeValidator(_clock)] = ""
    quiet_hours: QuietHours = ""
    workdays_only: bool = False
    market: str = ""
    max_alerts_per_day: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _opens(self) -> Self:
        if not self.quiet_hours:
            return self
        begin, end = bounds(self.quiet_hours)
        if begin == end:
            message = "quiet_hours that end where they begin never end: write such as 22:00-07:00"
            raise ValueError(message)
        if self.digest and is_quiet(self.quiet_hours, time.fromisoformat(self.digest)):
            message = f"the digest at {self.digest} lies in the quiet hours {self.quiet_hours}"
            raise ValueError(message)
        return self


class LogSettings(DeliverySection):
    """The log of the worker and a file beside it."""

    type: Literal["log"]


class SlackSettings(DeliverySection):
    """An incoming webhook of Slack; its address is the secret.

    Attributes:
        url: The address.
    """

    type: Literal["slack"]
    url: SecretStr | None = None


class WebhookSettings(DeliverySection):
    """A web address that takes signed JSON.

    Attributes:
        url: The address.
        secret: `whsec_…`; several with blanks between them while one is replaced by another.
    """

    type: Literal["webhook"]
    url: SecretStr | None = None
    secret: SecretStr | None = None


class EmailSettings(DeliverySection):
    """Mail through an SMTP server.

    Attributes:
        host: The server.
        port: Its port.
        security: `starttls`, `tls` from the first byte, or `none`.
        allow_unencrypted: Let `none` go to a host that is not this machine.
        ca_file: Certificates to trust instead of the system's.
        sender: Address that it comes from.
        sender_name: What people read beside it.
        recipients: Addresses that it goes to.
        username: Name to log in with; empty for a server that asks for none.
        password: The password.
        timeout_seconds: Longest wait for one answer of the server.
    """

    type: Literal["email"]
    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]{1,253}$")]
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    allow_unencrypted: bool = False
    ca_file: str = ""
    sender: Address
    sender_name: OneLine = ""
    recipients: Annotated[tuple[Address, ...], Field(min_length=1, max_length=MAX_RECIPIENTS)]
    username: OneLine = ""
    password: SecretStr | None = None
    timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 20

    @model_validator(mode="after")
    def _is_encrypted(self) -> Self:
        if self.security == "none" and not self.allow_unencrypted and not _is_here(self.host):
            message = (
                "security none sends everything readable: "
                "use starttls or tls, or say allow_unencrypted: true"
            )
            raise ValueError(message)
        return self


ChannelSettings = Annotated[
    LogSettings | SlackSettings | WebhookSettings | EmailSettings, Field(discriminator="type")
]


class NotifySettings(BaseModel):
    """Who is told, and how.

    Attributes:
        channels: Channels by name; `log` is there even where it is not named.
        run_channels: Those that hear of a run that names none.
        alert_channels: Those that hear of what belongs to no run, such as a source that is down.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    channels: Mapping[ChannelName, ChannelSettings]
    run_channels: tuple[ChannelName, ...]
    alert_channels: tuple[ChannelName, ...]

    @model_validator(mode="after")
    def _log_is_the_log(self) -> Self:
        named = self.channels.get(LOG)
        if named is not None and not isinstance(named, LogSettings):
            message = f"the channel '{LOG}' is always of the type log: give this one another name"
            raise ValueError(message)
        return self

    def all_channels(self) -> dict[str, ChannelSettings]:
        """Every channel by name, sorted, `log` among them."""
        return dict(sorted({LOG: LogSettings(type="log"), **self.channels}.items()))


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
