"""What goes out and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from trends.errors import OutboundError, OutboundUnavailableError

LONGEST_RETRY_AFTER = timedelta(days=1)
_PASSING = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)


@dataclass(frozen=True)
class Request:
    """What to send.

    Attributes:
        method: GET and HEAD follow redirects, others do not.
        url: Where to: http or https, without user name and password.
        headers: Beside those that HTTP needs.
        body: Bytes to send.
        max_bytes: The most of the answer that is read, unpacked; at most, and by default, the settings' limit.
        timeout_seconds: For everything; at most, and by default, the settings' limit.
        whole: Whether an answer over `max_bytes` is an error; otherwise its beginning is returned.
    """

    method: str
    # An address may be the secret, as Slack's are: none of this is ever printed.
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: bytes | None = field(default=None, repr=False)
    max_bytes: int | None = None
    timeout_seconds: float | None = None
    whole: bool = True


@dataclass(frozen=True)
class Response:
    """What came back.

    Attributes:
        status: HTTP status; whether it is good news is the caller's to say.
        headers: By name in lower case.
        body: Unpacked.
        url: Where it came from after redirects.
        host: Its host, for messages.
        moved_to: Where the address has moved for good (301, 308), if it has.
        retry_after: How long the host asks to be left alone, where it said so.
        at: When it was asked for, where that was earlier: it was kept since.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    url: str = field(repr=False)
    host: str
    moved_to: str | None = field(default=None, repr=False)
    retry_after: timedelta | None = None
    at: datetime | None = None

    def raise_for_status(self) -> None:
        """Do nothing for statuses below 400.

        Raises:
            OutboundUnavailableError: 408, 425, 429 or 5xx; carries `retry_after`.
            OutboundError: Any other.
        """
        if self.status < HTTPStatus.BAD_REQUEST:
            return
        passing = self.status in _PASSING or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        kind = OutboundUnavailableError if passing else OutboundError
        raise kind(
            f"{self.host} answered {self.status}{_phrase(self.status)}.",
            next_step="" if passing else "Check the address.",
            retry_after=self.retry_after,
            sent=True,
        )


def read_retry_after(text: str | None, now: datetime) -> timedelta | None:
    """Read a `Retry-After`: seconds, or a date (RFC 9110, 10.2.3); None where it says nothing that can be read."""
    written = (text or "").strip()
    if written.isascii() and written.isdigit():
        return min(timedelta(seconds=int(written[:10])), LONGEST_RETRY_AFTER)
    try:
        date = parsedate_to_datetime(written)
    except ValueError:
        return None
    moment = date if date.tzinfo else date.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta(0)), LONGEST_RETRY_AFTER)


def _phrase(status: int) -> str:
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""
