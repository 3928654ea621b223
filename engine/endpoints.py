"""Webhook endpoints: register, change, rotate, test, look at what went there; and their way into the channels."""

import asyncio
import base64
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from trends.domain.delivery import DeliveryState
from trends.domain.endpoints import (
    LONGEST_URL,
    OVERLAP,
    Endpoint,
    EndpointState,
    check_events,
    check_name,
)
from trends.domain.models import Language, utc_text
from trends.errors import (
    AddressRefusedError,
    ConflictError,
    DeliveryUncertainError,
    NotFoundError,
    OutboundUnavailableError,
)
from trends.notify.base import Notice
from trends.notify.deliver import hand_over, write_down
from trends.notify.endpoints import EVENTS, OpenEndpoint
from trends.notify.registry import Channels
from trends.notify.signature import PREFIX as SECRET_PREFIX
from trends.outbound import Outbound
from trends.outbound_hosts import port_of, read_url
from trends.server_key import ServerKey
from trends.storage.endpoints import DeliveryPage, EndpointStore
from trends.storage.outbox import Outbox
from trends.storage.rows import JsonObject
from trends.telemetry import get_logger

SECRET_BYTES = 32
LOOK_UP_SECONDS = 3.0
_PURPOSE = "webhook-endpoint"
_GONE = "Its receiver answered 410 Gone on {}."
_SEALED = {"secret", "previous_secret"}

_log = get_logger(__name__)


class EndpointDirectory:
    """Finds endpoints for the channels of a process.

    Args:
        store: Where they are kept.
        key: Opens their secrets.
        clock: Tells whether a secret that was replaced is still used.
    """

    def __init__(self, store: EndpointStore, key: ServerKey, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._key = key
        self._clock = clock

    async def find(self, tenant: str, name: str) -> OpenEndpoint | None:
        """Find one by its name; None where there is none.

        Raises:
            SettingsError: Its secret cannot be opened.
            StorageError: The database failed.
        """
        found = await self._store.find(tenant, name)
        if found is None:
            return None
        sealed = [found.secret]
        if found.previous_until is not None and self._clock() < found.previous_until:
            sealed.append(found.previous_secret)
        opened = [self._key.unseal(_PURPOSE, each) for each in sealed]
        return OpenEndpoint(
            tenant=tenant,
            name=name,
            url=SecretStr(found.url),
            secret=SecretStr(" ".join(opened)),
            events=frozenset(found.events),
            disabled="" if found.state is EndpointState.ENABLED else found.reason or "By hand.",
        )

    async def names(self, tenant: str) -> Sequence[str]:
        """Names of all, as channels.

        Raises:
            StorageError: The database failed.
        """
        return [endpoint.channel for endpoint in await self._store.all(tenant)]

    async def listening(self, tenant: str, kind: str) -> tuple[str, ...]:
        """Names, as channels, of those that are enabled and ask for this event by name.

        Raises:
            StorageError: The database failed.
        """
        return tuple(
            endpoint.channel
            for endpoint in await self._store.all(tenant)
            if endpoint.state is EndpointState.ENABLED and kind in endpoint.events
        )

    async def gone(self, tenant: str, name: str) -> None:
        """Switch one off whose receiver says that it is gone for good.

        Raises:
            StorageError: The database failed.
        """
        now = self._clock()
        if await self._store.disable(tenant, name, _GONE.format(utc_text(now)), now):
            _log.warning("webhook.disabled", tenant=tenant, endpoint=name, why="410 Gone")


@dataclass(frozen=True)
class MadeEndpoint:
    """An endpoint with its secret, which is shown this once."""

    endpoint: Endpoint
    secret: str


class EndpointService:
    """Everything that people do with endpoints.

    Args:
        store: Where they are kept.
        outbox: What is sent again.
        channels: How a test and a repetition go out.
        outbound: Refuses addresses inside.
        key: Seals secrets.
        clock: Now, in UTC.
        make_secret: Makes signing secrets.
    """

    def __init__(
        self,
        store: EndpointStore,
        outbox: Outbox,
        channels: Channels,
        *,
        outbound: Outbound,
        key: ServerKey,
        clock: Callable[[], datetime],
        make_secret: Callable[[], str] | None = None,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._channels = channels
        self._outbound = outbound
        self._key = key
        self._clock = clock
        self._make_secret = make_secret or new_secret

    async def add(
        self, tenant: str, name: str, url: str, events: Sequence[str], description: str, author: str
    ) -> MadeEndpoint:
        """Register an endpoint.

        Raises:
            InvalidRequestError: Its name cannot be.
            UnknownNameError: One of its events is none.
            AddressRefusedError: Its address is not one that messages are sent to.
            EndpointExistsError: Its name is taken.
            SettingsError: The server has no key to seal its secret with.
            StorageError: The database failed.
        """
        check_name(name)
        wanted = check_events(events, EVENTS)
        await self._check_address(url)
        secret, now = self._make_secret(), self._clock()
        endpoint = Endpoint(
            tenant=tenant,
            name=name,
            url=url,
            events=wanted,
            description=description,
            state=EndpointState.ENABLED,
            reason="",
            secret=self._key.seal(_PURPOSE, secret),
            previous_secret="",
            previous_until=None,
            created_at=now,
            created_by=author,
            updated_at=now,
        )
        await self._store.add(endpoint)
        return MadeEndpoint(endpoint, secret)

    async def all(self, tenant: str) -> tuple[Endpoint, ...]:
        """Read the endpoints of a tenant, by name.

        Raises:
            StorageError: The database failed.
        """
        return await self._store.all(tenant)

    async def get(self, tenant: str, name: str) -> Endpoint:
        """Read an endpoint.

        Raises:
            EndpointNotFoundError: There is none of this name.
            StorageError: The database failed.
        """
        return await self._store.get(tenant, name)

    async def change(
        self,
        tenant: str,
        name: str,
        *,
        url: str | None = None,
        events: Sequence[str] | None = None,
        description: str | None = None,
        enabled: bool | None = None,
    ) -> Endpoint:
        """Change what is given.

        Raises:
            EndpointNotFoundError: There is none of this name.
            UnknownNameError: One of its events is none.
            AddressRefusedError: Its address is not one that messages are sent to.
            StorageError: The database failed.
        """
        values: dict[str, object] = {"updated_at": self._clock()}
        if url is not None:
            await self._check_address(url)
            values["url"] = url
        if events is not None:
            values["events"] = check_events(events, EVENTS)
        if description is not None:
            values["description"] = description
        if enabled is not None:
            values["state"] = EndpointState.ENABLED if enabled else EndpointState.DISABLED
            values["reason"] = "" if enabled else "By hand."
        return await self._store.change(tenant, name, **values)

    async def rotate(self, tenant: str, name: str) -> MadeEndpoint:
        """Give an endpoint a new secret; for a day messages are signed with the old one, too.

        Raises:
            EndpointNotFoundError: There is none of this name.
            SettingsError: The server has no key to seal it with.
            StorageError: The database failed.
        """
        secret, now = self._make_secret(), self._clock()
        sealed = self._key.seal(_PURPOSE, secret)
        endpoint = await self._store.rotate(tenant, name, sealed, now=now, until=now + OVERLAP)
        return MadeEndpoint(endpoint, secret)

    async def remove(self, tenant: str, name: str) -> None:
        """Take an endpoint out. Runs that name it go on without it.

        Raises:
            EndpointNotFoundError: There is none of this name.
            StorageError: The database failed.
        """
        await self._store.remove(tenant, name)

    async def test(self, tenant: str, name: str, *, language: Language) -> tuple[str, str]:
        """Send a test, once and now; nothing of it is kept.

        Returns:
            `sent` or `uncertain`, and what there is to say of it.

        Raises:
            EndpointNotFoundError: There is none of this name.
            SettingsError: It is switched off, or its secret cannot be opened.
            DeliveryError: It was not taken.
        """
        endpoint = await self._store.get(tenant, name)
        if endpoint.state is EndpointState.DISABLED:
            raise ConflictError(
                f"The webhook endpoint '{name}' is switched off.",
                why=endpoint.reason,
                next_step=f"Switch it on first: trends webhooks enable {name}",
            )
        nonce = secrets.token_hex(8)
        try:
            remark = await self._channels.test(
                tenant, endpoint.channel, language=language, nonce=nonce
            )
        except DeliveryUncertainError as error:
            return DeliveryState.UNCERTAIN, str(error)
        return DeliveryState.SENT, remark

    async def deliveries(
        self,
        tenant: str,
        name: str,
        *,
        state: DeliveryState | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> DeliveryPage:
        """Read what went to an endpoint, newest first.

        Raises:
            EndpointNotFoundError: There is none of this name.
            InvalidRequestError: The cursor is not one of ours.
            StorageError: The database failed.
        """
        endpoint = await self._store.get(tenant, name)
        return await self._store.deliveries(endpoint, state=state, cursor=cursor, limit=limit)

    async def resend(self, tenant: str, name: str, message_id: str) -> DeliveryState:
        """Send a message again that was refused for good, under the id it has.

        Raises:
            EndpointNotFoundError: There is no endpoint of this name.
            NotFoundError: No such message went to it.
            ConflictError: It was taken, or is on its way.
            SettingsError: The endpoint is switched off.
            DeliveryError: It was refused again, or nobody answered.
            StorageError: The database failed.
        """
        endpoint = await self._store.get(tenant, name)
        found = await self._store.written(endpoint, message_id)
        if found is None:
            raise NotFoundError(
                f"No message '{message_id[:80]}' went to '{name}'.",
                next_step=f"See those that did: trends webhooks deliveries {name}",
            )
        state, payload = found
        if state is not DeliveryState.FAILED:
            raise ConflictError(
                f"The message is '{state.value}'; only one that failed is sent again by hand.",
                next_step="Wait for its next attempt." if state is DeliveryState.PENDING else "",
            )
        await self._channels.check_for(tenant, [endpoint.channel])
        channel = await self._channels.open(tenant, endpoint.channel)
        # At once, also what had to wait for its hour before.
        row = await write_down(self._outbox, channel, _notice_of(payload))
        return await hand_over(self._outbox, channel, row)

    async def _check_address(self, url: str) -> None:
        if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
            raise AddressRefusedError(
                "The address of a webhook endpoint cannot be used.",
                why=f"It is not one of at most {LONGEST_URL:,} visible ASCII characters.",
                next_step="Write it as https://host/path.",
            )
        self._outbound.check(url)
        parsed = read_url(url)
        # A name that nobody knows now may be known when a message goes there; one that leads inside is refused at once.
        with suppress(OutboundUnavailableError, TimeoutError):
            async with asyncio.timeout(LOOK_UP_SECONDS):
                await self._outbound.addresses(parsed.raw_host.decode("ascii"), port_of(parsed))


def new_secret() -> str:
    """Make a signing secret as Standard Webhooks has it."""
    return f"{SECRET_PREFIX}{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def _notice_of(payload: JsonObject) -> Notice:
    """Read the notice out of what was written down; its id is derived anew, and the same."""
    return Notice.model_validate(
        {name: value for name, value in payload.items() if name in Notice.model_fields}
    )
