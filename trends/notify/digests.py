"""A digest: many messages to one channel, told in one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from trends.domain.delivery_policy import Urgency
from trends.notify.base import Message, Notice, NoticeKind
from trends.notify.words import words_of

# What rose, and how far it can be trusted, stand within these; the rest is behind the link.
_LINES_OF_ONE = 3


class Bundle(NamedTuple):
    """A digest as it goes into the outbox."""

    subject: str
    message_id: str
    payload: dict[str, Any]


def bundle(
    messages: Sequence[Message], channel: str, *, at: datetime, most_alerts: int | None
) -> Bundle:
    """Write a digest of messages; the language is that of the first.

    Args:
        messages: At least one, the oldest first.
        channel: Where it goes.
        at: Now.
        most_alerts: Alerts that the channel takes on one day; None: all.
    """
    first = messages[0]
    words = words_of(first.language)
    alerts = [one for one in messages if one.kind.urgency is Urgency.ALERT]
    reports = [one for one in messages if one.kind.urgency is not Urgency.ALERT]
    lines: list[str] = []
    for message in reports:
        lines += _told(message)
    if alerts:
        lines.append(words.digest_alerts.format(count=len(alerts), most=most_alerts or 0))
        for message in alerts:
            lines += _told(message)
    notice = Notice(
        tenant=first.tenant,
        kind=NoticeKind.DIGEST,
        # A message is in one digest at most: its id makes the digest's.
        subject=f"digest/{first.id}",
        at=at,
        language=first.language,
        title=words.digest.format(reports=len(reports), alerts=len(alerts)),
        lines=tuple(lines),
        facts={"reports": str(len(reports)), "alerts": str(len(alerts))},
    )
    message = Message.of(notice, channel)
    return Bundle(notice.subject, message.id, message.model_dump(mode="json"))


def _told(message: Message) -> list[str]:
    lines = [f"■ {message.title}", *message.lines[:_LINES_OF_ONE]]
    return [*lines, message.link] if message.link else lines
