"""The mail the desk sent, read from its Maildir for people to see."""

from __future__ import annotations

import mailbox
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path

SHOWN = 200

# What the standard parser is known to let through on hostile headers.
_PARSER_ERRORS = (LookupError, ValueError, AttributeError, TypeError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """One mail as the page shows it; ``at`` is seconds, for sorting newest first."""

    key: str
    sender: str
    to: str
    reply_to: str
    subject: str
    message_id: str
    references: str
    at: float
    text: str
    files: list[str]
    headers: list[tuple[str, str]]


class SentMail:
    """A Maildir, read and never written; parsed mails are kept by key."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._read: dict[str, Mail] = {}

    def stamp(self) -> str:
        """Return a text that changes whenever a mail comes or goes."""
        if self._folder is None:
            return ""
        places = (self._folder / "new", self._folder / "cur")
        return "-".join(
            str(place.stat().st_mtime_ns) for place in places if place.is_dir()
        )

    def listed(self) -> list[Mail]:
        """Return the newest mails first; a missing folder is an empty one."""
        if self._folder is None or not self.stamp():
            return []
        box = mailbox.Maildir(self._folder, factory=None, create=False)
        keys = set(box.keys())
        for key in keys - self._read.keys():
            self._read[key] = self._parse(box, key)
        self._read = {key: mail for key, mail in self._read.items() if key in keys}
        ordered = sorted(self._read.values(), key=lambda mail: (mail.at, mail.key))
        return ordered[: -SHOWN - 1 : -1]

    def raw(self, key: str) -> bytes | None:
        if self._folder is None or not self.stamp():
            return None
        box = mailbox.Maildir(self._folder, factory=None, create=False)
        return box.get_bytes(key) if key in box else None

    def _parse(self, box: mailbox.Maildir, key: str) -> Mail:
        raw = box.get_bytes(key)
        try:
            message = BytesParser(policy=policy.default).parsebytes(raw)
            return _read_mail(key, message)
        except _PARSER_ERRORS as error:
            return _unreadable(key, raw, error)


def _read_mail(key: str, message: EmailMessage) -> Mail:
    body = message.get_body(preferencelist=("plain", "html"))
    date = str(message.get("Date", ""))
    return Mail(
        key=key,
        sender=str(message.get("From", "")),
        to=str(message.get("X-Envelope-To") or message.get("To", "")),
        reply_to=str(message.get("Reply-To", "")),
        subject=str(message.get("Subject", "")),
        message_id=str(message.get("Message-ID", "")),
        references=str(message.get("References", "")),
        at=parsedate_to_datetime(date).timestamp() if date else 0.0,
        text=str(body.get_content()) if body is not None else "",
        files=[part.get_filename() or "?" for part in message.iter_attachments()],
        headers=[(name, str(value)) for name, value in message.items()],
    )


def _unreadable(key: str, raw: bytes, error: Exception) -> Mail:
    return Mail(
        key=key,
        sender="",
        to="",
        reply_to="",
        subject=f"({type(error).__name__}: {error})",
        message_id="",
        references="",
        at=0.0,
        text=raw.decode(errors="replace"),
        files=[],
        headers=[],
    )
