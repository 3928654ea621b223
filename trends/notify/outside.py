"""How channels leave this machine: `trends.outbound` in the words of deliveries."""

import asyncio
import socket
from collections.abc import Mapping

from trends.errors import (
    DeliveryError,
    DeliveryUnavailableError,
    DeliveryUncertainError,
    OutboundError,
    TooLargeError,
)
from trends.notify.web import Answer
from trends.outbound import Outbound, Request

# An answer is a status and a word; what is longer is cut off with the connection.
MAX_ANSWER_BYTES = 256 * 1024
POST_SECONDS = 30.0
CONNECT_SECONDS = 10.0
_ADDRESSES_TRIED = 3


class Outside:
    """The way out for channels.

    Errors name the channel and no host: they end up in the history of a run, where addresses have no place.

    Args:
        outbound: The one way out of the process.
        post_seconds: Longest that a POST takes, answer included.
        connect_seconds: Longest wait for a connection of mail to one address.
    """

    def __init__(
        self,
        outbound: Outbound,
        *,
        post_seconds: float = POST_SECONDS,
        connect_seconds: float = CONNECT_SECONDS,
    ) -> None:
        self._outbound = outbound
        self._post_seconds = post_seconds
        self._connect_seconds = connect_seconds

    async def post(self, channel: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one POST, follow nothing.

        Raises:
            DeliveryUnavailableError: Nothing was sent; a later attempt may succeed.
            DeliveryUncertainError: It was sent, and no whole answer came.
            DeliveryError: The address cannot be used, or lies inside and is not allowed.
        """
        request = Request(
            method="POST",
            url=url,
            headers=headers,
            body=body,
            max_bytes=MAX_ANSWER_BYTES,
            timeout_seconds=self._post_seconds,
        )
        try:
            response = await self._outbound.fetch(request)
        except TooLargeError:
            raise _uncertain(
                channel, "Its answer is larger than any answer of a receiver"
            ) from None
        except OutboundError as error:
            if error.sent:
                raise _uncertain(channel, "No whole answer came") from None
            raise _not_sent(channel, error) from None
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Answer(
            status=response.status,
            media_type=media_type,
            body=response.body,
            retry_after=response.retry_after,
        )

    async def dial(self, channel: str, host: str, port: int) -> socket.socket:
        """Connect to a checked address of the host.

        Raises:
            DeliveryUnavailableError: It takes no connection, or its name cannot be looked up.
            DeliveryError: It lies inside and is not allowed.
        """
        try:
            found = await self._outbound.addresses(host, port)
        except OutboundError as error:
            raise _not_sent(channel, error) from None
        for address in found[:_ADDRESSES_TRIED]:
            try:
                async with asyncio.timeout(self._connect_seconds):
                    return await _connected(address, port)
            except OSError:  # a timeout is one, too
                continue
        raise DeliveryUnavailableError(
            f"The channel '{channel}' took nothing.",
            why="Its server takes no connection.",
            next_step="It is tried again.",
        )


async def _connected(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setblocking(False)
        await asyncio.get_running_loop().sock_connect(opened, (address, port))
    except BaseException:
        opened.close()
        raise
    return opened


def _uncertain(channel: str, why: str) -> DeliveryUncertainError:
    return DeliveryUncertainError(
        f"The channel '{channel}' may have taken a message.",
        why=f"{why}.",
        next_step="Look whether it arrived; it is not sent again by itself.",
    )


def _not_sent(channel: str, error: OutboundError) -> DeliveryError:
    if error.retryable:
        return DeliveryUnavailableError(
            f"The channel '{channel}' took nothing.",
            why="Its address takes no connection.",
            next_step="It is tried again.",
            retry_after=error.retry_after,
        )
    return DeliveryError(
        f"The channel '{channel}' cannot be reached.",
        why=error.why or "Its address is not one that messages are sent to.",
        next_step=error.next_step or f"Mend notify.channels.{channel}.",
    )
