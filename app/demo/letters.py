"""The mails that the demo's partners and their robots write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, make_msgid
from types import MappingProxyType

from sandbox.mailbox import Mail

SUPPORT = "support@example.org"


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody with a mailbox."""

    name: str
    address: str

    @property
    def mailbox(self) -> str:
        return formataddr((self.name, self.address), charset="utf-8")

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """What is attached; ``kind`` is its media type."""

    name: str
    kind: str
    content: bytes


def letter(  # noqa: PLR0913 # what a mail has, by name
    author: Person,
    subject: str,
    text: str,
    *,
    to: str = SUPPORT,
    cc: Person | None = None,
    file: File | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> EmailMessage:
    """Return a new mail; ``headers`` are more of its own."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = author.mailbox, to, subject
    if cc:
        mail["Cc"] = cc.mailbox
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = make_msgid(domain=author.domain)
    for name, value in headers.items():
        mail[name] = value
    mail.set_content(text)
    if file:
        main, _, sub = file.kind.partition("/")
        mail.add_attachment(
            file.content, maintype=main, subtype=sub, filename=file.name
        )
    return mail


def reply_to_all(parent: EmailMessage, author: Person, text: str) -> EmailMessage:
    """Return an answer to a colleague's mail, as mail programs write it."""
    known = str(parent["Message-ID"])
    return letter(
        author,
        f"Re: {parent['Subject']}",
        text,
        to=str(parent["To"]),
        headers={"In-Reply-To": known, "References": known},
    )


def answer(
    mail: Mail, author: Person, text: str, *, automatic: bool = False
) -> EmailMessage:
    """Return an answer to a mail of the desk, as mail programs write it."""
    headers = {
        "In-Reply-To": mail.message_id,
        "References": f"{mail.references} {mail.message_id}".strip(),
    }
    if automatic:
        headers["Auto-Submitted"] = "auto-replied"
    return letter(
        author,
        f"Re: {mail.subject}",
        f"{text}\n\n> {mail.text.strip().splitlines()[0]}\n",
        to=mail.reply_to or mail.sender,
        headers=headers,
    )


def bounce(mail: Mail, of: Person) -> bytes:
    """Return a mail server's report that a mailbox is full (RFC 3464)."""
    said = _BOUNCE.format(
        server=f"mx.{of.domain}",
        sender=SUPPORT,
        recipient=of.address,
        date=format_datetime(datetime.now(UTC)),
        id=make_msgid(domain=f"mx.{of.domain}"),
        original=mail.message_id,
    )
    return said.replace("\n", "\r\n").encode()


_BOUNCE = """\
From: Mail Delivery System <MAILER-DAEMON@{server}>
To: {sender}
Subject: Undelivered Mail Returned to Sender
Date: {date}
Message-ID: {id}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type="delivery-status"; boundary="b"

--b
Content-Type: text/plain

{recipient}: the mailbox is full.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; {server}

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 Mailbox full

--b
Content-Type: text/rfc822-headers

Message-ID: {original}

--b--
"""
