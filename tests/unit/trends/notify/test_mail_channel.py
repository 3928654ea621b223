"""The mail channel against a real SMTP server, which fails at every point of the conversation."""

import asyncio
import ssl
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.unit.trends.notify.mail_server import (
    AUTHORITY,
    MailServer,
    server_tls,
    serving_mail,
)
from tests.unit.trends.notify.notice_cases import LINES, message, now
from tests.unit.trends.notify.ways_out import outside
from trends.channel_settings import EmailSettings
from trends.errors import DeliveryError, DeliveryUnavailableError, DeliveryUncertainError
from trends.notify.mail import EmailChannel, _stuffed  # pyright: ignore[reportPrivateUsage]  # what goes over the wire

BEFORE_BODY = ["GREETING", "EHLO", "MAIL", "RCPT", "DATA"]


@pytest.fixture
def certificate() -> ssl.SSLContext:
    """The server's certificate, read before the event loop runs anything."""
    return server_tls()


def channel(server: MailServer, *, password: str | None = None, **changes: Any) -> EmailChannel:
    """A channel to a server."""
    settings = EmailSettings.model_validate(
        {
            "type": "email",
            "host": "localhost",
            "port": server.port,
            "security": "none",
            "sender": "trends@example.org",
            "sender_name": "트렌드",
            "recipients": ["a@example.org"],
            "timeout_seconds": 0.4,
            **changes,
        }
    )
    secret = SecretStr(password) if password else None
    return EmailChannel("mail", settings=settings, password=secret, dial=outside().dial, clock=now)


def read(server: MailServer) -> EmailMessage:
    """The letter that was taken, as a mail program reads it."""
    letter = message_from_bytes(server.letters[-1].content, policy=default)
    assert isinstance(letter, EmailMessage)
    return letter


def part(letter: EmailMessage, kind: str) -> str:
    """The text of one of its two forms."""
    found = letter.get_body((kind,))
    assert found is not None
    text: str = found.get_content()
    return text.replace("\r\n", "\n")


async def test_letter_arrives_with_its_headers() -> None:
    async with serving_mail(MailServer()) as server:
        assert await channel(server).send(message()) == ""

    letter = read(server)
    assert {name: letter[name] for name in ("From", "To", "Subject", "Date", "Message-ID")} == {
        "From": "트렌드 <trends@example.org>",
        "To": "a@example.org",
        "Subject": "뉴스 트렌드: 비건 간식 (KR)",
        "Date": "Fri, 09 Jan 2026 12:00:00 +0000",
        "Message-ID": f"<{message().id}@example.org>",
    }
    assert letter["Auto-Submitted"] == "auto-generated"
    assert server.letters[0].content.isascii()


async def test_letter_says_the_same_as_text_and_as_html() -> None:
    async with serving_mail(MailServer()) as server:
        await channel(server).send(message(link="https://trends.example.org/r?a=1&b=2"))

    letter = read(server)
    assert part(letter, "plain") == "\n".join(
        (*LINES, "", "https://trends.example.org/r?a=1&b=2\n")
    )
    html = part(letter, "html")
    assert "<p>다섯 &amp; &lt;여섯&gt;</p>" in html
    assert '<a href="https://trends.example.org/r?a=1&amp;b=2">' in html


async def test_line_of_a_dot_arrives_and_ends_nothing() -> None:
    async with serving_mail(MailServer()) as server:
        await channel(server).send(message(lines=(".", "..two", "after")))

    assert part(read(server), "plain").splitlines()[:3] == [".", "..two", "after"]


def test_lines_that_begin_with_a_dot_are_doubled_and_the_end_is_one() -> None:
    assert _stuffed(b".\r\n..a\nb.\r\n") == b"..\r\n...a\r\nb.\r\n.\r\n"


async def test_title_with_a_line_break_adds_no_header() -> None:
    async with serving_mail(MailServer()) as server:
        await channel(server).send(message(title="News\r\nBcc: evil@example.org"))

    letter = read(server)
    assert (letter["Subject"], letter["Bcc"]) == ("News Bcc: evil@example.org", None)
    assert server.letters[0].recipients == ("a@example.org",)


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_connection_is_encrypted_before_the_login(
    certificate: ssl.SSLContext, tmp_path: Path, security: str
) -> None:
    AUTHORITY.cert_pem.write_to_path(tmp_path / "authority.pem")
    asked = MailServer(login=("me", "s3cr3t"), offers_tls=True)
    async with serving_mail(asked, tls=certificate if security == "tls" else None) as server:
        sender = channel(
            server,
            security=security,
            ca_file=str(tmp_path / "authority.pem"),
            username="me",
            password="s3cr3t",
            timeout_seconds=5,
        )
        await sender.send(message())

    (letter,) = server.letters
    assert (letter.encrypted, letter.user) == (True, "me")


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_certificate_that_nobody_vouches_for_is_final(
    certificate: ssl.SSLContext, security: str
) -> None:
    asked = MailServer(login=("me", "s3cr3t"), offers_tls=True)
    async with serving_mail(asked, tls=certificate if security == "tls" else None) as server:
        sender = channel(
            server, security=security, username="me", password="s3cr3t", timeout_seconds=5
        )
        with pytest.raises(DeliveryError, match="not safe") as failed:
            await sender.send(message())

    assert not failed.value.retryable
    assert not any(command.startswith("AUTH") for command in server.commands)


async def test_server_without_encryption_is_not_talked_to_in_the_open() -> None:
    asked = MailServer(login=("me", "s3cr3t"), offers_tls=False)
    async with serving_mail(asked) as server:
        sender = channel(server, security="starttls", username="me", password="s3cr3t")
        with pytest.raises(DeliveryError) as failed:
            await sender.send(message())

    assert not failed.value.retryable
    assert [command.split()[0] for command in server.commands] == ["EHLO"]


async def test_wrong_password_is_final_and_not_shown() -> None:
    async with serving_mail(MailServer(login=("me", "right"))) as server:
        sender = channel(server, username="me", password="wr0ng-one")
        with pytest.raises(DeliveryError, match=r"535 5\.7\.8") as failed:
            await sender.send(message())

    assert not failed.value.retryable
    assert "wr0ng" not in f"{failed.value!r} {vars(sender)!r}"


@pytest.mark.parametrize("at", BEFORE_BODY)
async def test_server_that_hangs_before_the_body_is_tried_again(at: str) -> None:
    async with serving_mail(MailServer(hang=at)) as server:
        with pytest.raises(DeliveryUnavailableError, match="time was over"):
            await channel(server).send(message())

    assert server.letters == []


@pytest.mark.parametrize("at", BEFORE_BODY)
async def test_connection_that_breaks_before_the_body_is_tried_again(at: str) -> None:
    async with serving_mail(MailServer(cut=at)) as server:
        with pytest.raises(DeliveryUnavailableError, match="connection broke"):
            await channel(server).send(message())

    assert server.letters == []


async def test_server_that_hangs_after_the_body_may_have_taken_it() -> None:
    async with serving_mail(MailServer(hang="BODY")) as server:
        with pytest.raises(DeliveryUncertainError, match="time was over"):
            await channel(server).send(message())

    assert len(server.letters) == 1


async def test_connection_that_breaks_after_the_body_may_have_taken_it() -> None:
    async with serving_mail(MailServer(cut="BODY")) as server:
        with pytest.raises(DeliveryUncertainError, match="connection broke"):
            await channel(server).send(message())


@pytest.mark.parametrize("asked", [MailServer(hang="QUIT"), MailServer(cut="QUIT")])
async def test_parting_that_fails_leaves_the_letter_taken(asked: MailServer) -> None:
    async with serving_mail(asked) as server:
        assert await channel(server).send(message()) == ""

    assert len(server.letters) == 1


async def test_cancelled_letter_ends_at_once() -> None:
    async with serving_mail(MailServer(hang="BODY")) as server:
        sending = asyncio.create_task(channel(server, timeout_seconds=60).send(message()))
        while not server.letters:
            await asyncio.sleep(0.01)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(sending, timeout=5)


@pytest.mark.parametrize("at", ["GREETING", "MAIL", "DATA", "BODY"])
@pytest.mark.parametrize(
    ("answer", "kind"),
    [("451 4.3.0 later", DeliveryUnavailableError), ("554 5.7.1 never", DeliveryError)],
)
async def test_answer_s_first_digit_decides(
    at: str, answer: str, kind: type[DeliveryError]
) -> None:
    async with serving_mail(MailServer(answers={at: answer})) as server:
        with pytest.raises(DeliveryError) as failed:
            await channel(server).send(message())

    assert type(failed.value) is kind
    assert answer[:9].strip() in str(failed.value)


async def test_recipients_that_are_refused_are_named_and_the_others_told() -> None:
    refused = {"RCPT <no@example.org>": "550 5.1.1 who", "RCPT <later@example.org>": "450 full"}
    async with serving_mail(MailServer(answers=refused)) as server:
        sender = channel(
            server, recipients=["no@example.org", "a@example.org", "later@example.org"]
        )
        remark = await sender.send(message())

    assert server.letters[0].recipients == ("a@example.org",)
    assert "no@example.org (550 5.1.1), later@example.org (450)" in remark


@pytest.mark.parametrize(
    ("second", "kind"), [("550 no", DeliveryError), ("450 later", DeliveryUnavailableError)]
)
async def test_letter_that_nobody_may_get_is_not_sent(
    second: str, kind: type[DeliveryError]
) -> None:
    refused = {"RCPT <a@example.org>": "550 no", "RCPT <b@example.org>": second}
    async with serving_mail(MailServer(answers=refused)) as server:
        with pytest.raises(DeliveryError) as failed:
            await channel(server, recipients=["a@example.org", "b@example.org"]).send(message())

    assert type(failed.value) is kind
    assert server.letters == []


async def test_errors_hold_no_address() -> None:
    refused = {"RCPT <a@example.org>": "450 4.2.1 <a@example.org> is busy, ask 127.0.0.1"}
    async with serving_mail(MailServer(answers=refused)) as server:
        with pytest.raises(DeliveryUnavailableError) as failed:
            await channel(server).send(message())

    said = f"{failed.value} {failed.value.__cause__}"
    assert "450 4.2.1" in said
    assert "@" not in said
    assert "127.0.0.1" not in said
