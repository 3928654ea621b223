"""What a message is, and what a channel is."""

import hashlib
from abc import ABC, abstractmethod
from typing import ClassVar

from trends.domain.models import Model, Tenant


class Message(Model):
    """Word of a report.

    Attributes:
        id: The same for every attempt; see `message_id`.
        tenant: Whose run.
        run_id: Which run.
        lines: The report's five lines.
        report_path: Path of the report below the address of the API.
    """

    id: str
    tenant: Tenant
    run_id: str
    lines: tuple[str, ...]
    report_path: str


def message_id(tenant: str, run_id: str, channel: str) -> str:
    """Derive the id of a run's message to a channel: no attempt can give it another."""
    name = f"{tenant}\n{run_id}\n{channel}"
    return f"msg_{hashlib.sha256(name.encode()).hexdigest()[:32]}"


class Channel(ABC):
    """A way to reach people.

    Attributes:
        name: What settings and requests call it.
        resend_from_sending: Whether a message that may have arrived is sent again. True where the receiver recognises
            its id; otherwise it becomes `uncertain`, is shown, and is never re-sent by itself.
    """

    name: ClassVar[str]
    resend_from_sending: ClassVar[bool]

    @abstractmethod
    async def send(self, message: Message) -> None:
        """Hand the message over; returning means that it was taken.

        Raises:
            DeliveryUnavailableError: Nothing was taken; a later attempt may succeed.
            DeliveryError: Refused for good.
        """
