"""A partner's mail to the desk, handed over by real SMTP."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

TIMEOUT = 20.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A mail to send; Message-IDs keep their angle brackets."""

    sender: str
    to: str
    subject: str
    text: str
    name: str = ""
    in_reply_to: str = ""
    references: str = ""


def post_mail(draft: Draft, host: str, port: int) -> str:
    """Send a draft and return its Message-ID.

    Raises ValueError for an address that is none, OSError or
    smtplib.SMTPException when the server does not take it.
    """
    message = EmailMessage()
    sender = Address(draft.name, addr_spec=draft.sender)
    message["From"] = sender
    message["To"] = Address(addr_spec=draft.to)
    message["Subject"] = draft.subject
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain=sender.domain)
    if draft.in_reply_to:
        message["In-Reply-To"] = draft.in_reply_to
        message["References"] = f"{draft.references} {draft.in_reply_to}".strip()
    message.set_content(draft.text)
    with smtplib.SMTP(host, port, timeout=TIMEOUT) as relay:
        relay.send_message(message, draft.sender, [draft.to])
    return str(message["Message-ID"])
