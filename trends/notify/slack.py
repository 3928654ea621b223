"""The `slack` channel: an incoming webhook."""

import json
import re
from typing import Any, ClassVar

from pydantic import SecretStr

from trends.errors import DeliveryError, DeliveryUncertainError
from trends.notify.base import Channel, Message
from trends.notify.web import Answer, Post
from trends.notify.words import words_of

HEADER_LIMIT = 150
SECTION_LIMIT = 3000
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# Slack names its reasons in one such word: no_service, invalid_payload, channel_is_archived.
_REASON = re.compile(rb"[a-z_]{2,60}")
# A gateway between us and Slack gave up: Slack itself may have taken the message.
_GATEWAY = frozenset({502, 504})


class SlackChannel(Channel):
    """Posts a header, the lines, and a link.

    Slack does not recognise a repetition, so a message whose answer was lost is never sent again by itself.

    Args:
        name: What settings and requests call it.
        url: Address of the incoming webhook.
        post: The way out.
    """

    resend_from_sending: ClassVar[bool] = False

    def __init__(self, name: str, *, url: SecretStr, post: Post) -> None:
        super().__init__(name)
        self._url = url
        self._post = post

    async def send(self, message: Message) -> str:
        """Post it.

        Raises:
            DeliveryUnavailableError: Slack is down, or asks to slow down (429).
            DeliveryUncertainError: It was sent, and no answer of Slack's own came.
            DeliveryError: Slack does not take it, or the address is not Slack's.
        """
        body = json.dumps(payload(message), ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        answer = await self._post(self.name, self._url.get_secret_value(), headers, body)
        if answer.status in _GATEWAY:
            raise DeliveryUncertainError(
                f"The channel '{self.name}' may have taken a message.",
                why=f"A gateway answered {answer.status} in its place.",
                next_step="Look whether it arrived; it is not sent again by itself.",
            )
        if not answer.taken:
            answer.refuse(self.name, said=_reason(answer))
        if answer.media_type == "text/html":
            raise DeliveryError(
                f"The channel '{self.name}' is not an incoming webhook of Slack.",
                why="A web page answered.",
                next_step=f"Mend the url of notify.channels.{self.name}.",
            )
        return ""


def payload(message: Message) -> dict[str, Any]:
    """Write the message in Block Kit, with a plain text for notifications and old clients."""
    words = words_of(message.language)
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": _plain(cut(message.title, HEADER_LIMIT))}
    ]
    text = escaped("\n".join(message.lines), SECTION_LIMIT)
    if text:
        blocks.append({"type": "section", "text": {**_marked(text), "verbatim": True}})
    if message.link:
        blocks.append({"type": "context", "elements": [_marked(_link(message.link, words.more))]})
    fallback = escaped("\n".join((message.title, *message.lines, message.link)), SECTION_LIMIT)
    return {
        "text": fallback,
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def escaped(text: str, limit: int) -> str:
    """Escape what Slack would act on, at most `limit` characters, never ending within an escape."""
    pieces = [_ESCAPES.get(char, char) for char in text.strip()]
    if sum(map(len, pieces)) <= limit:
        return "".join(pieces)
    room = limit - 1  # for the ellipsis
    kept: list[str] = []
    for piece in pieces:
        room -= len(piece)
        if room < 0:
            break
        kept.append(piece)
    return "".join(kept) + "…"


def cut(text: str, limit: int) -> str:
    """One line of at most `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _link(link: str, label: str) -> str:
    if link.startswith(("https://", "http://")):
        # A bar would end the address early, and Slack takes no other escape for it.
        return f"<{escaped(link.replace('|', '%7C'), SECTION_LIMIT - 100)}|{label}>"
    return f"{label}: `{escaped(link, SECTION_LIMIT - 100)}`"


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _marked(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def _reason(answer: Answer) -> str:
    found = _REASON.fullmatch(answer.body.strip())
    return found.group().decode() if found else ""
