"""How far a message to a channel got: the states of the outbox."""

from enum import StrEnum


class DeliveryState(StrEnum):
    """`pending` → `sending` → `sent`, or `digested` into another message, or one of the two ends that people are shown."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    DIGESTED = "digested"
