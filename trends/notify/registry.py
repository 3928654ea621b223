"""Channels by name. To add a type: its settings, a file beside this one, and a line here."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import SecretStr

from trends.channel_settings import (
    ChannelSettings,
    EmailSettings,
    LogSettings,
    NotifySettings,
    SlackSettings,
    WebhookSettings,
)
from trends.domain.delivery_policy import OPEN, DeliveryPolicy
from trends.domain.endpoints import PREFIX as HOOK
from trends.domain.models import Language, Model
from trends.errors import SettingsError, TrendsError, UnknownNameError
from trends.notify.alerts import channel_test
from trends.notify.base import Channel, Message, UnusableChannel
from trends.notify.credentials import ReadSecret, read_secret
from trends.notify.endpoints import Endpoints, endpoint_channel
from trends.notify.log import LogChannel
from trends.notify.mail import Dial, EmailChannel
from trends.notify.signature import read_keys
from trends.notify.slack import SlackChannel
from trends.notify.web import Post
from trends.notify.webhook import WebhookChannel


@dataclass(frozen=True)
class ChannelMeans:
    """What channels need of the process they run in.

    Attributes:
        logs: Folder of log files.
        secret: Reads a secret that settings hold or refer to.
        post: The way out for HTTP.
        dial: The way out for mail.
        clock: Dates mail and signatures.
    """

    logs: Path
    secret: ReadSecret
    post: Post
    dial: Dial
    clock: Callable[[], datetime]


class ChannelState(Model):
    """How a channel is set up.

    Attributes:
        name: What runs and monitors call it.
        type: `log`, `slack`, `email` or `webhook`.
        trouble: Why nothing can be sent to it; empty when all that it needs is there.
    """

    name: str
    type: str
    trouble: str = ""


def _log(name: str, settings: LogSettings, means: ChannelMeans) -> Channel:
    del settings
    return LogChannel(name, means.logs)


def _slack(name: str, settings: SlackSettings, means: ChannelMeans) -> Channel:
    url = _url(name, read_secret(name, settings, "url", means.secret))
    return SlackChannel(name, url=url, post=means.post)


def _webhook(name: str, settings: WebhookSettings, means: ChannelMeans) -> Channel:
    url = _url(name, read_secret(name, settings, "url", means.secret))
    keys = read_keys(name, read_secret(name, settings, "secret", means.secret))
    return WebhookChannel(name, url=url, keys=keys, post=means.post, clock=means.clock)


def _email(name: str, settings: EmailSettings, means: ChannelMeans) -> Channel:
    password = read_secret(name, settings, "password", means.secret) if settings.username else None
    return EmailChannel(
        name, settings=settings, password=password, dial=means.dial, clock=means.clock
    )


TYPES: dict[type[Any], tuple[str, Callable[[str, Any, ChannelMeans], Channel]]] = {
    LogSettings: ("log", _log),
    SlackSettings: ("slack", _slack),
    WebhookSettings: ("webhook", _webhook),
    EmailSettings: ("email", _email),
}


class Channels:
    """The channels of a process.

    Args:
        settings: How each is set up.
        means: What they need of the process.
        endpoints: Finds the webhook endpoints of a tenant, which are channels too; None where there are none.
        policies: When something may go out, by channel; where none is given, at once.
    """

    def __init__(
        self,
        settings: NotifySettings,
        means: ChannelMeans,
        endpoints: Endpoints | None = None,
        policies: Mapping[str, DeliveryPolicy] = MappingProxyType({}),
    ) -> None:
        self._means = means
        self._endpoints = endpoints
        self.take(settings, policies)

    def take(self, settings: NotifySettings, policies: Mapping[str, DeliveryPolicy]) -> None:
        """Be as other settings say from now on.

        Args:
            settings: How each is set up.
            policies: When something may go out, by channel.
        """
        # Policies first: a channel that is new must not send by none for an instant.
        self._policies = policies
        self._settings: Mapping[str, ChannelSettings] = settings.all_channels()

    async def open(self, tenant: str, name: str) -> Channel:
        """Make a channel of the settings, or of an endpoint of the tenant; its secrets are read now.

        Raises:
            UnknownNameError: No such channel; names the near one.
            SettingsError: Something that it needs is missing.
            StorageError: The database failed.
        """
        if self._endpoints is None or name in self._settings or not name.startswith(HOOK):
            # On a thread: a secret may stand in a file, or in a store far away.
            channel = await asyncio.to_thread(self.create, name)
            channel.policy = self._policies.get(name, OPEN)
            return channel
        found = await self._endpoints.find(tenant, name.removeprefix(HOOK))
        if found is None:
            kind = "channel"
            raise UnknownNameError(
                kind, name, [*self._settings, *await self._endpoints.names(tenant)]
            )
        return endpoint_channel(name, found, self._endpoints, self._means.post, self._means.clock)

    async def check_for(self, tenant: str, names: Iterable[str]) -> None:
        """Refuse names that nothing of this tenant could be sent to, before a run is promised.

        Raises:
            UnknownNameError: No such channel; names the near one.
            SettingsError: Something that it needs is missing, or the endpoint is switched off.
            StorageError: The database failed.
        """
        for name in names:
            channel = await self.open(tenant, name)
            if isinstance(channel, UnusableChannel):
                raise channel.reason

    async def listening(self, tenant: str, kind: str) -> tuple[str, ...]:
        """Names of the endpoints that ask to be told of what belongs to no run.

        Raises:
            StorageError: The database failed.
        """
        return () if self._endpoints is None else await self._endpoints.listening(tenant, kind)

    def create(self, name: str) -> Channel:
        """Make a channel; its secrets are read now.

        Raises:
            UnknownNameError: No such channel; names the near one.
            SettingsError: Something that it needs is missing.
        """
        # Read once: they may be exchanged by the event loop while this runs on a thread.
        every = self._settings
        if name not in every:
            kind = "channel"
            raise UnknownNameError(kind, name, every)
        settings = every[name]
        return TYPES[type(settings)][1](name, settings, self._means)

    def check(self, names: Iterable[str]) -> None:
        """Refuse names that nothing could be sent to, before a run is promised.

        Raises:
            UnknownNameError: No such channel; names the near one.
            SettingsError: Something that it needs is missing.
        """
        for name in names:
            self.create(name)

    def states(self) -> tuple[ChannelState, ...]:
        """How every channel is set up, by name. Shows no address and no secret."""
        return tuple(self._state(name, each) for name, each in self._settings.items())

    async def test(self, tenant: str, name: str, *, language: Language, nonce: str) -> str:
        """Send a test to a channel, once and now; nothing of it is kept.

        Args:
            tenant: Whose channel.
            name: Which channel.
            language: Language of the test.
            nonce: Tells this test from others.

        Returns:
            What the channel had to say of it; usually nothing.

        Raises:
            UnknownNameError: No such channel; names the near one.
            SettingsError: Something that it needs is missing.
            DeliveryError: It was not taken, or nobody can tell; its subclasses say which.
        """
        channel = await self.open(tenant, name)
        notice = channel_test(tenant, name, language=language, at=self._means.clock(), nonce=nonce)
        return await channel.send(Message.of(notice, name))

    def _state(self, name: str, settings: ChannelSettings) -> ChannelState:
        trouble = ""
        try:
            self.create(name)
        except TrendsError as error:
            trouble = str(error)
        return ChannelState(name=name, type=TYPES[type(settings)][0], trouble=trouble)


def _url(channel: str, secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if not text.startswith(("https://", "http://")) or not text.isascii() or " " in text:
        raise SettingsError(
            f"The url of the channel '{channel}' cannot be used.",
            why="It is not an address that begins with https:// or http://.",
            next_step=f"Mend the url of notify.channels.{channel}.",
        )
    return secret
