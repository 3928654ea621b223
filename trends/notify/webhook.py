"""The `webhook` channel: signed JSON for programs, such as an n8n workflow."""

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar

from pydantic import SecretStr

from trends.domain.models import utc_text
from trends.errors import DeliveryUnavailableError, DeliveryUncertainError
from trends.notify.base import Channel, Message
from trends.notify.signature import sign
from trends.notify.web import Post

PAYLOAD_VERSION = "1"
# A receiver that is busy with the same id says 409; it takes it later, or has it.
_PASSING = frozenset({408, 409, 425, 429})


class WebhookChannel(Channel):
    """Posts JSON, signed as Standard Webhooks has it.

    A message goes again under the same `webhook-id` until an answer comes: the receiver keeps those it has seen.

    Args:
        name: What settings and requests call it.
        url: Where to.
        keys: Signing keys; every message is signed with each.
        post: The way out.
        clock: Dates signatures; receivers refuse old ones.
        gone: Is told when the receiver answers 410, that it is gone for good.
    """

    resend_from_sending: ClassVar[bool] = True

    def __init__(
        self,
        name: str,
        *,
        url: SecretStr,
        keys: Sequence[bytes],
        post: Post,
        clock: Callable[[], datetime],
        gone: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__(name)
        self._url = url
        self._keys = keys
        self._post = post
        self._clock = clock
        self._gone = gone

    async def send(self, message: Message) -> str:
        """Post it; any 2xx means that it was taken.

        Raises:
            DeliveryUnavailableError: No answer, 5xx, 408, 409, 425 or 429.
            DeliveryError: Any other answer; 410 says that the address is gone for good.
        """
        body = json.dumps(payload(message), ensure_ascii=False, separators=(",", ":")).encode()
        seconds = int(self._clock().timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message.id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": sign(self._keys, message.id, seconds, body),
        }
        try:
            answer = await self._post(self.name, self._url.get_secret_value(), headers, body)
        except DeliveryUncertainError as error:
            raise DeliveryUnavailableError(
                f"The channel '{self.name}' did not answer.",
                why=error.why,
                next_step="It is sent again under the same webhook-id.",
            ) from error
        if answer.status == HTTPStatus.GONE and self._gone is not None:
            await self._gone()
        if not answer.taken:
            answer.refuse(self.name, passing=_PASSING)
        return ""


def payload(message: Message) -> dict[str, Any]:
    """Write what a webhook carries: see docs/reference/channels.md. Members are only ever added within a version."""
    window = message.window
    return {
        "type": message.kind.value,
        "version": PAYLOAD_VERSION,
        "timestamp": utc_text(message.at),
        "data": {
            "tenant": message.tenant,
            "run_id": message.run_id,
            "monitor": message.monitor or None,
            "market": message.market or None,
            "window": None
            if window is None
            else {"start": utc_text(window.start), "end": utc_text(window.end)},
            "language": message.language.value,
            "title": message.title,
            "lines": list(message.lines),
            "link": message.link or None,
            "facts": dict(message.facts),
        },
    }
