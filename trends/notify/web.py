"""How channels reach the web: one POST, and what its answer means."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import NoReturn, Protocol

from trends.errors import DeliveryError, DeliveryUnavailableError

# 409 is not among them: for a receiver that speaks of a conflict see `Answer.refuse`.
_PASSING = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Answer:
    """What a web address answered.

    Attributes:
        status: HTTP status.
        media_type: Of the body, lower case, without parameters.
        body: Its beginning.
        retry_after: How long it asks to be left alone, where it said so.
    """

    status: int
    media_type: str
    body: bytes
    retry_after: timedelta | None = None

    @property
    def taken(self) -> bool:
        """Whether it is one of 2xx."""
        return self.status // 100 == 2  # noqa: PLR2004  # that is what 2xx means

    def refuse(
        self, channel: str, *, said: str = "", passing: frozenset[int] = _PASSING
    ) -> NoReturn:
        """Raise what an answer other than 2xx means.

        Args:
            channel: Name of the channel, for the message.
            said: What it said of why, if that is fit to be shown.
            passing: Statuses of 4xx after which a later attempt may succeed.

        Raises:
            DeliveryUnavailableError: 5xx, or one of `passing`.
            DeliveryError: Anything else. Redirects too: they are not followed.
        """
        why = f"It answered {self.status}{_phrase(self.status)}{f': {said}' if said else ''}."
        if self.status in passing or self.status // 100 == 5:  # noqa: PLR2004  # that is what 5xx means
            raise DeliveryUnavailableError(
                f"The channel '{channel}' took nothing.",
                why=why,
                next_step="It is tried again.",
                retry_after=self.retry_after,
            )
        raise DeliveryError(
            f"The channel '{channel}' refused a message.",
            why=why,
            next_step=f"Mend notify.channels.{channel}, then try it: trends notify test {channel}",
        )


class Post(Protocol):
    """Sends one POST; `trends.notify.outside.Outside` does it through the one way out."""

    async def __call__(
        self, channel: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        """Send, follow nothing, and read the beginning of the answer.

        Raises:
            DeliveryUnavailableError: Nothing was sent; a later attempt may succeed.
            DeliveryUncertainError: It was sent, and no answer came.
            DeliveryError: The address cannot be used, or lies inside and is not allowed.
        """
        ...


def _phrase(status: int) -> str:
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""
