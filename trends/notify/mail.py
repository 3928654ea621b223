"""The `email` channel: one conversation with an SMTP server for each message.

aiosmtplib and not smtplib on a thread: a wait that hangs can be ended at any moment, and a cancelled run leaves no
thread behind. The body is handed over in two steps instead of the library's one, because only so it can be told whether
a connection broke before the server had the message or after.
"""

import asyncio
import re
import ssl
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from socket import socket
from typing import TYPE_CHECKING, ClassVar, Protocol

from pydantic import SecretStr

from trends.channel_settings import EmailSettings
from trends.errors import DeliveryError, DeliveryUnavailableError, DeliveryUncertainError
from trends.notify.base import Channel, Message
from trends.notify.letter import write_letter

if TYPE_CHECKING:
    from aiosmtplib import SMTP
    from aiosmtplib.errors import SMTPResponseException

# All there is before the body, however many short answers it takes.
BEFORE_DATA = 3
QUIT_SECONDS = 2.0
_PASSING = range(400, 500)
_START_INPUT, _COMPLETED = 354, 250
# RFC 3463. The rest of an answer may hold addresses, which have no place in a run's history.
_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_LINE_ENDS = re.compile(rb"\r\n|\n|\r")


class Dial(Protocol):
    """Opens a connection; `trends.notify.outside.Outside` does it through the one way out."""

    async def __call__(self, channel: str, host: str, port: int) -> socket:
        """Connect to an address of the host that was checked, and to no other.

        Raises:
            DeliveryUnavailableError: It takes no connection.
            DeliveryError: It lies inside and is not allowed.
        """
        ...


class EmailChannel(Channel):
    """Sends mail.

    A mailbox may know a repetition by its Message-ID, or not: a message whose answer was lost is never sent again by
    itself.

    Args:
        name: What settings and requests call it.
        settings: Server, sender, recipients.
        password: For the login, where there is one.
        dial: The way out.
        clock: For the header `Date`.
    """

    resend_from_sending: ClassVar[bool] = False

    def __init__(
        self,
        name: str,
        *,
        settings: EmailSettings,
        password: SecretStr | None,
        dial: Dial,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(name)
        self._settings = settings
        self._password = password
        self._dial = dial
        self._clock = clock

    async def send(self, message: Message) -> str:
        """Send it to all recipients at once.

        Returns:
            Which recipients the server refused, when it took the message for others.

        Raises:
            DeliveryUnavailableError: The server is away, or refused for now; nothing was taken.
            DeliveryUncertainError: The server had the message and did not say what became of it.
            DeliveryError: Refused for good, or the connection cannot be secured as asked.
        """
        letter = write_letter(message, self._settings, self._clock())
        with self._before_data():
            context = await asyncio.to_thread(_tls_context, self._settings)
        connection = await self._dial(self.name, self._settings.host, self._settings.port)
        client = self._client(connection, context)
        try:
            with self._before_data():
                async with asyncio.timeout(BEFORE_DATA * self._settings.timeout_seconds):
                    await _connect(client, connection)
                    refused = await self._envelope(client)
            await self._hand_over(client, letter)
            await _quit(client)
        finally:
            client.close()
        return _remark(refused)

    def _client(self, connection: socket, context: ssl.SSLContext | None) -> "SMTP":
        # Imported when first used: it takes longer than everything else here.
        from aiosmtplib import SMTP

        settings = self._settings
        return SMTP(
            # For the certificate: the connection is open already.
            hostname=settings.host,
            sock=connection,
            use_tls=settings.security == "tls",
            # Asked for and not offered is an error, never a reason to go on in the open.
            start_tls=settings.security == "starttls",
            tls_context=context,
            username=settings.username or None,
            password=self._password.get_secret_value() if self._password else None,
            # Its own guess asks the network for a name.
            local_hostname=settings.sender.rpartition("@")[2],
            timeout=settings.timeout_seconds,
        )

    async def _envelope(self, client: "SMTP") -> Mapping[str, "SMTPResponseException"]:
        """Name sender and recipients and ask to begin; returns the recipients that were refused."""
        from aiosmtplib.errors import SMTPDataError, SMTPRecipientRefused

        refused: dict[str, SMTPResponseException] = {}
        await client.mail(self._settings.sender)
        for recipient in self._settings.recipients:
            try:
                await client.rcpt(recipient)
            except SMTPRecipientRefused as error:
                refused[recipient] = error
        if len(refused) == len(self._settings.recipients):
            # One that may pass is worth another attempt for all.
            raise min(refused.values(), key=lambda error: error.code not in _PASSING)
        begun = await client.execute_command(b"DATA")
        if begun.code != _START_INPUT:
            raise SMTPDataError(begun.code, begun.message)
        return refused

    async def _hand_over(self, client: "SMTP", letter: bytes) -> None:
        from aiosmtplib.errors import SMTPDataError, SMTPException

        protocol = client.protocol
        assert protocol is not None  # connected
        try:
            protocol.write(_stuffed(letter))
            answer = await protocol.read_response(timeout=self._settings.timeout_seconds)
        except (SMTPException, OSError) as error:
            raise DeliveryUncertainError(
                f"The mail server of the channel '{self.name}' may have taken a message.",
                why=f"It had all of it, then {_lost(error)}.",
                next_step="Look whether it arrived; it is not sent again by itself.",
            ) from None
        if answer.code != _COMPLETED:
            with self._before_data():
                raise SMTPDataError(answer.code, answer.message)

    @contextmanager
    def _before_data(self) -> Generator[None]:
        """Say what a failure means while the server has taken nothing.

        The cause is left out: what servers and the library say of it holds addresses.
        """
        from aiosmtplib.errors import SMTPException, SMTPResponseException

        mend = f"Mend notify.channels.{self.name}, then try it: trends notify test {self.name}"
        try:
            yield
        except SMTPResponseException as error:
            why = f"It answered {_codes(error)}."
            if error.code in _PASSING:
                raise self._away(why) from None
            what = f"The mail server of the channel '{self.name}' refused a message."
            raise DeliveryError(what, why=why, next_step=mend) from None
        except (SMTPException, OSError) as error:
            if (fault := _tls_fault(error)) is not None:
                what = f"The connection to the mail server of '{self.name}' is not safe: {fault}."
                raise DeliveryError(what, why="Nothing was sent.", next_step=mend) from None
            if isinstance(error, OSError):  # SMTPException among them, where a connection broke
                raise self._away(f"Nothing was sent: {_lost(error)}.") from None
            what = f"The mail server of the channel '{self.name}' cannot be used."
            raise DeliveryError(what, why=f"{error}", next_step=mend) from None

    def _away(self, why: str) -> DeliveryUnavailableError:
        return DeliveryUnavailableError(
            f"The mail server of the channel '{self.name}' took nothing.",
            why=why,
            next_step="It is tried again.",
        )


async def _connect(client: "SMTP", connection: socket) -> None:
    """Greet, secure the connection and log in, as the client was told."""
    try:
        await client.connect()
    except BaseException:
        # It is nobody's yet, or the client has let go of it.
        connection.close()
        raise


async def _quit(client: "SMTP") -> None:
    # The message is taken: however the parting goes, it stays so.
    from aiosmtplib.errors import SMTPException

    with suppress(SMTPException, OSError):
        await client.quit(timeout=QUIT_SECONDS)


def _tls_context(settings: EmailSettings) -> ssl.SSLContext | None:
    """Read the certificates to trust.

    Raises:
        DeliveryError: The file of the settings cannot be read.
    """
    if settings.security == "none":
        return None
    try:
        return ssl.create_default_context(cafile=settings.ca_file or None)
    except OSError as error:
        raise DeliveryError(
            f"The certificates in {settings.ca_file} cannot be used.",
            why=f"{error.strerror or error}.",
            next_step="Name a file with certificates in PEM as ca_file.",
        ) from error


def _stuffed(letter: bytes) -> bytes:
    """Double the dot of every line that begins with one, and end with the line that is one."""
    lines = _LINE_ENDS.split(letter.rstrip(b"\r\n"))
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + (
        b"\r\n.\r\n"
    )


def _codes(error: "SMTPResponseException") -> str:
    enhanced = _ENHANCED.search(error.message)
    return f"{error.code} {enhanced.group()}" if enhanced else str(error.code)


def _remark(refused: Mapping[str, "SMTPResponseException"]) -> str:
    if not refused:
        return ""
    listed = ", ".join(f"{address} ({_codes(error)})" for address, error in refused.items())
    return f"The mail server took it for the others and refused {listed}."


def _lost(error: Exception) -> str:
    return "the time was over" if isinstance(error, TimeoutError) else "the connection broke"


def _tls_fault(error: BaseException | None) -> str | None:
    """Find a failed check of certificates among the causes; a later attempt would fail as well."""
    seen = 0
    while error is not None and seen < 8:  # noqa: PLR2004  # chains are short; a loop would be ours
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message.rstrip(".")
        error, seen = error.__cause__ or error.__context__, seen + 1
    return None
