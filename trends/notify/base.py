"""What a notice and a message are, and what a channel is."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Self

from pydantic import AwareDatetime, Field

from trends.domain.delivery_policy import OPEN, DeliveryPolicy, Urgency
from trends.domain.models import Language, Model, Tenant, Window
from trends.errors import DeliveryError, DeliveryUnavailableError, SecretUnavailableError


class NoticeKind(StrEnum):
    """What a notice says."""

    REPORT_READY = "report.ready"
    NOTHING_NEW = "nothing.new"
    RUN_BLOCKED = "run.blocked"
    RUN_FAILED = "run.failed"
    SOURCE_DOWN = "source.down"
    SCHEDULE_MISSED = "schedule.missed"
    REPORT_LATE = "report.late"
    TREND_RISING = "trend.rising"
    BUDGET_WARNING = "budget.warning"
    BUDGET_SPENT = "budget.spent"
    DIGEST = "digest"
    CHANNEL_TEST = "channel.test"

    @property
    def urgency(self) -> Urgency:
        """Whether it is an alert; word of a report is none."""
        reports = {NoticeKind.REPORT_READY, NoticeKind.NOTHING_NEW, NoticeKind.DIGEST}
        return Urgency.REPORT if self in reports else Urgency.ALERT


class Notice(Model):
    """Something that people are told, once on each channel.

    Attributes:
        tenant: Whose it is.
        kind: What it says.
        subject: What it is about, such as `run/0199…/report`: one word for each subject and channel.
        at: When it came to be.
        language: Language of title and lines.
        title: One line.
        lines: What there is to say; five for a report.
        link: Where more of it is: an address, or a path where the address of the API is not known. May be empty.
        run_id: The run it speaks of, if any.
        monitor: Name of its monitor, if any.
        market: Market of the run.
        window: The span the run speaks of.
        facts: The same for programs: stage, slug, source and the like.
    """

    tenant: Tenant
    kind: NoticeKind
    subject: str
    at: AwareDatetime
    language: Language
    title: str
    lines: tuple[str, ...]
    link: str = ""
    run_id: str | None = None
    monitor: str = ""
    market: str = ""
    window: Window | None = None
    facts: Mapping[str, str] = Field(default_factory=dict[str, str])


class Message(Notice):
    """A notice on its way to one channel.

    Attributes:
        id: The same for every attempt; see `message_id`.
    """

    id: str

    @classmethod
    def of(cls, notice: Notice, channel: str) -> Self:
        """Address a notice to a channel."""
        id_ = message_id(notice.tenant, notice.subject, channel)
        return cls.model_validate({**dict(notice), "id": id_})


def message_id(tenant: str, subject: str, channel: str) -> str:
    """Derive the id of a message: no attempt can give it another."""
    name = f"{tenant}\n{subject}\n{channel}"
    return f"msg_{hashlib.sha256(name.encode()).hexdigest()[:32]}"


class Channel(ABC):
    """A way to reach people.

    Args:
        name: What settings and requests call it.

    Attributes:
        resend_from_sending: Whether a message that may have arrived is sent again. True where the receiver recognises
            its id; otherwise it becomes `uncertain`, is shown, and is never re-sent by itself.
        kinds: What it wants to hear of; empty: everything.
        policy: When something may go out to it.
    """

    resend_from_sending: ClassVar[bool]
    kinds: frozenset[str] = frozenset()
    policy: DeliveryPolicy = OPEN

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    async def send(self, message: Message) -> str:
        """Hand the message over; returning means that it was taken.

        Errors name the channel, never its address: they end up in the history of the run.

        Returns:
            What people should know of it all the same, such as recipients that were refused; usually nothing.

        Raises:
            DeliveryUnavailableError: Nothing was taken; a later attempt may succeed.
            DeliveryUncertainError: It may have been taken; nobody can tell.
            DeliveryError: Refused for good.
        """


class UnusableChannel(Channel):
    """A channel that cannot be made as it is set up: whatever is sent to it is refused with the reason.

    Args:
        name: What it was called.
        reason: Why it cannot be made.
    """

    resend_from_sending: ClassVar[bool] = False

    def __init__(self, name: str, reason: Exception) -> None:
        super().__init__(name)
        self.reason = reason

    async def send(self, message: Message) -> str:
        """Refuse.

        Raises:
            DeliveryError: Always.
            DeliveryUnavailableError: What the channel needs could not be read at the moment.
        """
        del message
        if isinstance(self.reason, SecretUnavailableError):
            raise DeliveryUnavailableError(str(self.reason)) from self.reason
        raise DeliveryError(str(self.reason)) from self.reason
