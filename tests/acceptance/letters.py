"""Mails that partners write, sent over SMTP, and those that reach their mailboxes."""

from __future__ import annotations

import os
import re
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from pathlib import Path
from typing import cast
from uuid import uuid4

READ = BytesParser(policy=SMTP)


def letter(
    *, sender: str, to: str, text: str = "Добрый день!", **fields: str
) -> EmailMessage:
    """Return a mail; ``fields`` are headers, with _ for -."""
    mail = EmailMessage(policy=SMTP)
    domain = sender.rpartition("@")[2].rstrip(">")
    given = {name.replace("_", "-"): value for name, value in fields.items()}
    headers = {
        "From": sender,
        "To": to,
        "Subject": "Не печатает принтер",
        "Message-ID": f"<{uuid4().hex}@{domain}>",
        "Date": "Mon, 02 Mar 2026 12:00:00 +0300",
        **given,
    }
    for name, value in headers.items():
        mail[name] = value
    mail.set_content(text)
    return mail


def reply(
    parent: EmailMessage, *, sender: str, text: str, **fields: str
) -> EmailMessage:
    """Return an answer as a mail program writes it: to Reply-To, with the thread."""
    known = str(parent.get("References", ""))
    chain = f"{known} {parent['Message-ID']}".strip()
    given = {
        "to": str(parent.get("Reply-To", parent["From"])),
        "Subject": f"Re: {parent['Subject']}",
        "In_Reply_To": str(parent["Message-ID"]),
        "References": chain,
        **fields,
    }
    return letter(sender=sender, text=text, **given)


def send(
    port: int,
    mail: EmailMessage | bytes,
    *,
    sender: str | None = None,
    recipients: tuple[str, ...] = (),
) -> None:
    """Hand a mail over; SMTPResponseException and the like if it is refused."""
    content = mail if isinstance(mail, bytes) else mail.as_bytes()
    if isinstance(mail, EmailMessage):
        sender = bare(mail["From"]) if sender is None else sender
        recipients = recipients or (bare(mail["To"]),)
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.sendmail(sender or "", recipients, content)


def bare(mailbox: object) -> str:
    return str(mailbox).rpartition("<")[2].rstrip(">")


def texts(mail: EmailMessage) -> str:
    """Return what the plain part says, without the conversation quoted below."""
    part = mail.get_body(("plain",))
    whole = str(part.get_content()) if part is not None else ""
    return re.split(r"^--- .* ---\r?$", whole, flags=re.MULTILINE)[0]


def files(mail: EmailMessage) -> dict[str, bytes]:
    return {
        str(part.get_filename()): cast("bytes", part.get_payload(decode=True))
        for part in mail.iter_attachments()
    }


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """The Maildir into which the desk's mails go, whoever they are for."""

    folder: Path

    def mails(self, recipient: str = "") -> list[EmailMessage]:
        """Return what came, oldest first; all of it, or one recipient's."""
        mails = (_read(path, recipient) for path in self._paths())
        return [one for one in mails if one is not None]

    def newest(self, recipient: str) -> EmailMessage | None:
        """Return one of the last mails, if it is for this recipient."""
        mails = (_read(path, recipient) for path in reversed(self._paths()[-50:]))
        return next((one for one in mails if one is not None), None)

    def _paths(self) -> list[str]:
        try:
            found = list(os.scandir(self.folder / "new"))
        except FileNotFoundError:  # until the first mail
            return []
        found.sort(key=lambda one: one.stat().st_mtime_ns)
        return [one.path for one in found]


def _read(path: str, recipient: str) -> EmailMessage | None:
    """Return a mail if it is for a recipient, or for anybody if that is empty."""
    content = Path(path).read_bytes()
    if recipient.encode() not in content:  # reading takes a hundred times as long
        return None
    mail = READ.parsebytes(content)
    assert isinstance(mail, EmailMessage)
    return mail if recipient in {"", bare(mail["X-Envelope-To"])} else None
