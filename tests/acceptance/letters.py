"""Mails that partners write, sent over SMTP, and those that reach their mailboxes."""

from __future__ import annotations

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
    """Return what a reader of the plain part sees."""
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


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
        found = sorted((self.folder / "new").glob("*"), key=_written)
        mails = [_read(path) for path in found]
        return [one for one in mails if recipient in {"", bare(one["X-Envelope-To"])}]

    def newest(self, recipient: str) -> EmailMessage | None:
        """Return one of the last mails, if it is for this recipient."""
        found = sorted((self.folder / "new").glob("*"), key=_written)[-50:]
        mails = (_read(path) for path in reversed(found))
        return next((m for m in mails if bare(m["X-Envelope-To"]) == recipient), None)


def _written(path: Path) -> int:
    return path.stat().st_mtime_ns


def _read(path: Path) -> EmailMessage:
    mail = READ.parsebytes(path.read_bytes())
    assert isinstance(mail, EmailMessage)
    return mail
