"""An SMTP server that keeps what it is given, and fails where it is told to."""

import asyncio
import base64
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import trustme

AUTHORITY = trustme.CA()


@dataclass(frozen=True)
class Letter:
    """What the server took."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    encrypted: bool
    user: str


@dataclass
class MailServer:
    """How it behaves, and what it saw.

    Attributes:
        port: Where it listens on loopback.
        answers: By command (`GREETING`, `EHLO`, `MAIL`, `RCPT <a@b>`, `DATA`, `BODY`, `QUIT`): what to say instead.
        hang: The command after which it says nothing more.
        cut: The command after which it breaks the connection.
        login: User and password that it asks for.
        offers_tls: Whether it knows STARTTLS.
        letters: What it took.
        commands: What it was told, passwords included.
    """

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict[str, str])
    hang: str = ""
    cut: str = ""
    login: tuple[str, str] | None = None
    offers_tls: bool = False
    letters: list[Letter] = field(default_factory=list[Letter])
    commands: list[str] = field(default_factory=list[str])
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    talks: set["asyncio.Task[None] | None"] = field(
        default_factory=set["asyncio.Task[None] | None"]
    )

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one conversation."""
        self.talks.add(asyncio.current_task())
        try:
            await _Conversation(self, reader, writer).hold()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


class _OverError(Exception):
    """The conversation ends here."""


class _Conversation:
    def __init__(
        self, server: MailServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._sender = ""
        self._recipients: list[str] = []
        self._user = ""

    async def hold(self) -> None:
        try:
            await self._say("GREETING", "220 localhost")
            while line := (await self._reader.readline()).decode().strip():
                self._server.commands.append(line)
                await self._take(line)
        except _OverError:
            return

    async def _take(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        if verb == "EHLO":
            await self._greet()
        elif verb == "STARTTLS":
            await self._say(verb, "220 go on")
            await self._writer.start_tls(server_tls())
        elif verb == "AUTH":
            await self._log_in(rest)
        elif verb == "MAIL":
            self._sender = _address(rest)
            await self._say(verb, "250 ok")
        elif verb == "RCPT":
            await self._add(_address(rest))
        elif verb == "DATA":
            await self._say(verb, "354 go on")
            await self._read_body()
        else:
            await self._say(verb, "221 bye" if verb == "QUIT" else "502 what")

    async def _greet(self) -> None:
        offers = ["250-localhost"]
        if self._server.offers_tls and not self._encrypted:
            offers.append("250-STARTTLS")
        if self._server.login:
            offers.append("250-AUTH PLAIN")
        await self._say("EHLO", "\r\n".join((*offers, "250 8BITMIME")))

    async def _log_in(self, given: str) -> None:
        _, user, password = base64.b64decode(given.partition(" ")[2]).decode().split("\0")
        right = (user, password) == self._server.login
        self._user = user if right else ""
        await self._say("AUTH", "235 ok" if right else "535 5.7.8 no")

    async def _add(self, recipient: str) -> None:
        answer = self._server.answers.get(f"RCPT <{recipient}>", "250 ok")
        if answer.startswith("2"):
            self._recipients.append(recipient)
        await self._say("RCPT", answer)

    async def _read_body(self) -> None:
        content = await self._reader.readuntil(b"\r\n.\r\n")
        self._server.letters.append(
            Letter(
                sender=self._sender,
                recipients=tuple(self._recipients),
                content=content.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n."),
                encrypted=self._encrypted,
                user=self._user,
            )
        )
        await self._say("BODY", "250 taken")

    @property
    def _encrypted(self) -> bool:
        return self._writer.get_extra_info("sslcontext") is not None

    async def _say(self, at: str, usual: str) -> None:
        if self._server.hang == at:
            await self._server.closing.wait()
            raise _OverError
        if self._server.cut == at:
            self._writer.transport.abort()
            raise _OverError
        self._writer.write(f"{self._server.answers.get(at, usual)}\r\n".encode())
        await self._writer.drain()


def server_tls() -> ssl.SSLContext:
    """The server's side, with a certificate for localhost by an authority that nobody else knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("localhost", "127.0.0.1").configure_cert(context)  # pyright: ignore[reportUnknownMemberType]  # half typed
    return context


@asynccontextmanager
async def serving_mail(
    server: MailServer, *, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[MailServer]:
    """Serve on a free port of loopback; with `tls`, encrypted from the first byte."""
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        server.closing.set()
        listening.close()
        # A client that left a connection open would be waited for in vain.
        await asyncio.wait_for(asyncio.gather(*filter(None, server.talks)), timeout=5)
        await listening.wait_closed()


def _address(text: str) -> str:
    return text.partition("<")[2].partition(">")[0]
