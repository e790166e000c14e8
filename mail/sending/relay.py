"""Who takes our mails: the one face of all relays, and the choice by URL."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from mail.sending.answers import TooLarge
from mail.sending.link import Manner
from mail.sending.maildir import MaildirRelay
from mail.sending.send import SmtpRelay
from mail.sending.server import read_server
from tickets.sending import Answer


class Relay(Protocol):
    """Takes mails one recipient at a time."""

    async def send(
        self, sender: str, recipient: str, content: bytes
    ) -> Answer | TooLarge:
        """Send and say what came of it; raises nothing of the network or disk."""

    async def close(self) -> None:
        """Let go of what is kept between mails."""


def relay_from(url: str, manner: Manner | None = None) -> Relay:
    """Build the relay of ``smtp://…``, ``smtps://…``, ``lmtp://…`` or ``maildir:path``.

    Raises ValueError that names the part that is wrong, never the password.
    """
    parts = urlsplit(url)
    if parts.scheme != "maildir":
        return SmtpRelay(read_server(url), manner)
    if parts.netloc or not parts.path:
        raise ValueError("relay url: path is missing, as in maildir:var/sent")
    return MaildirRelay(Path(unquote(parts.path)))
