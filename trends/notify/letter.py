"""Write a message as mail: plain text and HTML side by side."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from urllib.parse import urlsplit

from trends.channel_settings import EmailSettings
from trends.notify.base import Message
from trends.notify.words import words_of


def write_letter(message: Message, settings: EmailSettings, now: datetime) -> bytes:
    """Write the bytes that go over the wire; ASCII throughout, so that every server takes them.

    `Message-ID` is the message's own id, so that mailboxes recognise a repetition.

    Args:
        message: What to say.
        settings: From whom and to whom.
        now: For `Date`.
    """
    user, _, domain = settings.sender.rpartition("@")
    # Lines of a header cannot be broken by what a person wrote: the library refuses, and this joins them beforehand.
    subject = " ".join(message.title.split())
    letter = EmailMessage(policy=SMTP)
    letter["From"] = Address(settings.sender_name, user, domain)
    letter["To"] = ", ".join(settings.recipients)
    letter["Subject"] = subject
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = f"<{message.id}@{domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter["Content-Language"] = message.language.value
    letter.set_content(_text(message), cte="base64")
    letter.add_alternative(_html(message), subtype="html", cte="base64")
    return letter.as_bytes()


def _text(message: Message) -> str:
    return "\n".join((*message.lines, "", message.link)).rstrip() + "\n"


def _html(message: Message) -> str:
    lines = "".join(f"<p>{escape(line)}</p>\n" for line in message.lines)
    return (
        f'<!doctype html>\n<html lang="{message.language.value}">\n<head><meta charset="utf-8">'
        f"<title>{escape(message.title)}</title></head>\n<body>\n<h1>{escape(message.title)}</h1>\n"
        f"{lines}{_link(message)}</body>\n</html>\n"
    )


def _link(message: Message) -> str:
    if not message.link:
        return ""
    label = words_of(message.language).more
    if urlsplit(message.link).scheme not in {"http", "https"}:
        return f"<p>{escape(label)}: <code>{escape(message.link)}</code></p>\n"
    return f'<p><a href="{escape(message.link)}">{escape(label)}</a></p>\n'
