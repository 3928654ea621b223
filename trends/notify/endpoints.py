"""Webhook endpoints as channels: those that tenants register, beside the channels of the settings."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from pydantic import SecretStr

from trends.errors import (
    DeliveryError,
    DeliveryUnavailableError,
    DeliveryUncertainError,
    SettingsError,
)
from trends.notify.base import Channel, Message, NoticeKind, UnusableChannel
from trends.notify.signature import read_keys
from trends.notify.web import Post
from trends.notify.webhook import WebhookChannel

# What an endpoint may ask for. A test goes to whoever is tested, a digest to channels that the settings give an hour.
_NOT_ASKED_FOR = frozenset({NoticeKind.CHANNEL_TEST, NoticeKind.DIGEST})
EVENTS: tuple[str, ...] = tuple(kind.value for kind in NoticeKind if kind not in _NOT_ASKED_FOR)


@dataclass(frozen=True)
class OpenEndpoint:
    """An endpoint with its secrets opened.

    Attributes:
        tenant: Whose it is.
        name: What it is called.
        url: Where it is.
        secret: Signing secrets with blanks between them, the newest first.
        events: What it wants to hear of; empty: everything.
        disabled: Why nothing goes there; empty while it is enabled.
    """

    tenant: str
    name: str
    url: SecretStr
    secret: SecretStr
    events: frozenset[str]
    disabled: str


class Endpoints(Protocol):
    """Finds endpoints; `engine.endpoints.EndpointDirectory` is the real one."""

    async def find(self, tenant: str, name: str) -> OpenEndpoint | None:
        """Find one by its name; None where there is none."""
        ...

    async def names(self, tenant: str) -> Sequence[str]:
        """Names of all, as channels."""
        ...

    async def listening(self, tenant: str, kind: str) -> tuple[str, ...]:
        """Names, as channels, of those that are enabled and ask for this event by name."""
        ...

    async def gone(self, tenant: str, name: str) -> None:
        """Switch one off whose receiver says that it is gone for good."""
        ...


class EndpointChannel(WebhookChannel):
    """The webhook channel of an endpoint: its errors lead to the endpoint, not to the settings."""

    def __init__(
        self,
        name: str,
        endpoint: OpenEndpoint,
        *,
        post: Post,
        clock: Callable[[], datetime],
        gone: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(
            name,
            url=endpoint.url,
            keys=read_keys(name, endpoint.secret),
            post=post,
            clock=clock,
            gone=gone,
        )
        self.kinds = endpoint.events
        self._endpoint = endpoint.name

    async def send(self, message: Message) -> str:
        """Post it; any 2xx means that it was taken.

        Raises:
            DeliveryUnavailableError: No answer, 5xx, 408, 409, 425 or 429.
            DeliveryError: Any other answer; after 410 the endpoint is switched off.
        """
        try:
            return await super().send(message)
        except (DeliveryUnavailableError, DeliveryUncertainError):
            raise
        except DeliveryError as error:
            raise DeliveryError(
                error.what,
                why=error.why,
                next_step=f"Mend the receiver, then try it: trends webhooks test {self._endpoint}",
            ) from error


def endpoint_channel(
    name: str,
    endpoint: OpenEndpoint,
    endpoints: Endpoints,
    post: Post,
    clock: Callable[[], datetime],
) -> Channel:
    """Make the channel of an endpoint; one that is switched off refuses with the reason.

    Raises:
        SettingsError: Its secret cannot be used.
    """
    if endpoint.disabled:
        off = SettingsError(
            f"The webhook endpoint '{endpoint.name}' is switched off.",
            why=endpoint.disabled,
            next_step=f"When its receiver is back: trends webhooks enable {endpoint.name}",
        )
        channel = UnusableChannel(name, off)
        channel.kinds = endpoint.events
        return channel
    gone = partial(endpoints.gone, endpoint.tenant, endpoint.name)
    return EndpointChannel(name, endpoint, post=post, clock=clock, gone=gone)
