"""A partner's mail to the desk, handed over by real SMTP, and kept."""

from __future__ import annotations

import mailbox
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

TIMEOUT = 20.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A mail to send; Message-IDs keep their angle brackets."""

    sender: str
    to: str
    subject: str
    text: str
    name: str = ""
    cc: Sequence[str] = ()
    in_reply_to: str = ""
    references: str = ""


def write_mail(draft: Draft) -> EmailMessage:
    """Return the draft as a mail; ValueError for an address that is none."""
    message = EmailMessage()
    sender = Address(draft.name, addr_spec=draft.sender)
    message["From"] = sender
    message["To"] = Address(addr_spec=draft.to)
    if draft.cc:
        message["Cc"] = [Address(addr_spec=one) for one in draft.cc]
    message["Subject"] = draft.subject
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain=sender.domain)
    if draft.in_reply_to:
        message["In-Reply-To"] = draft.in_reply_to
        message["References"] = f"{draft.references} {draft.in_reply_to}".strip()
    message.set_content(draft.text)
    return message


def post_mail(message: EmailMessage, host: str, port: int) -> None:
    """Hand the mail to the desk alone: a colleague in Cc is nobody it would relay to.

    Raises OSError or smtplib.SMTPException when the server does not take it.
    """
    sender, to = (message[name].addresses[0].addr_spec for name in ("From", "To"))
    with smtplib.SMTP(host, port, timeout=TIMEOUT) as relay:
        relay.send_message(message, sender, [to])


def keep_mail(message: EmailMessage, folder: Path) -> None:
    """Put what was sent where its author and its Cc find it again."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    mailbox.Maildir(folder).add(message.as_bytes())
