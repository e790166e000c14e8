"""The mail of the desk and of its partners, read from Maildirs for people to see."""

from __future__ import annotations

import mailbox
from collections.abc import Iterable
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from typing import Literal

SHOWN = 200
Kind = Literal["letter", "acknowledgement", "notice", "digest", "written"]

# What the standard parser is known to let through on hostile headers.
PARSER_ERRORS = (LookupError, ValueError, AttributeError, TypeError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """One mail as the page shows it; ``at`` is seconds, for sorting newest first.

    ``readers`` are the names of those in whose mailboxes it is, by address;
    ``everybody`` are the addresses that an answer to all goes to.
    """

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
    kind: Kind = "letter"
    has_html: bool = False
    readers: dict[str, str] = field(default_factory=dict)
    everybody: list[str] = field(default_factory=list)


class SentMail:
    """A Maildir, read and never written; parsed mails are kept by key.

    ``by_partners`` says who wrote what is in it; else the desk did.
    """

    def __init__(self, folder: Path | None, *, by_partners: bool = False) -> None:
        self._folder = folder
        self._by_partners = by_partners
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
        """Return the newest mails first, at most SHOWN."""
        return newest(self.everything())

    def everything(self) -> list[Mail]:
        """Return all mails as they came; a missing folder is an empty one."""
        if self._folder is None or not self.stamp():
            return []
        box = mailbox.Maildir(self._folder, factory=None, create=False)
        known = self._read
        self._read = {
            key: known.get(key) or self._parse(box, key)
            for key in sorted(box.iterkeys(), key=self._came)
        }
        return list(self._read.values())

    def _came(self, key: str) -> int:
        """Return when a mail was put here, in ns; 0 if it has just been moved."""
        path = (self._folder or Path()) / "new" / key
        return path.stat().st_mtime_ns if path.exists() else 0

    def raw(self, key: str) -> bytes | None:
        if self._folder is None or not self.stamp():
            return None
        box = mailbox.Maildir(self._folder, factory=None, create=False)
        return box.get_bytes(key) if key in box else None

    def _parse(self, box: mailbox.Maildir, key: str) -> Mail:
        raw = box.get_bytes(key)
        try:
            message = BytesParser(policy=policy.default).parsebytes(raw)
            return _read_mail(key, message, by_partner=self._by_partners)
        except PARSER_ERRORS as error:
            return _unreadable(key, raw, error)


def newest(mails: Iterable[Mail]) -> list[Mail]:
    """Return the newest first, an answer before the letter of the same second."""
    ordered = sorted(mails, key=lambda mail: (mail.at, mail.kind != "written"))
    return ordered[: -SHOWN - 1 : -1]


def _read_mail(key: str, message: EmailMessage, *, by_partner: bool) -> Mail:
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
        kind="written" if by_partner else _kind(message),
        has_html=message.get_body(preferencelist=("html",)) is not None,
        readers=_readers(message, by_partner=by_partner),
        everybody=list(_people(message, *(["From"] if by_partner else []), "To", "Cc")),
    )


def _readers(message: EmailMessage, *, by_partner: bool) -> dict[str, str]:
    if by_partner:
        return _people(message, "From", "Cc")
    names = _people(message, "To", "Cc")
    reached = _people(message, "X-Envelope-To") or _people(message, "To")
    return {address: names.get(address, "") for address in reached}


def _people(message: EmailMessage, *names: str) -> dict[str, str]:
    """Return the names in some headers by lower-case address."""
    values = [str(value) for name in names for value in message.get_all(name, [])]
    return {address.lower(): name for name, address in getaddresses(values) if address}


def _kind(message: EmailMessage) -> Kind:
    """Say what the desk's own mark means (RFC 3834)."""
    mark = str(message.get("Auto-Submitted", "")).strip().lower()
    if mark == "auto-replied":
        return "acknowledgement"
    if mark == "auto-generated":
        return "notice" if message.get("X-Zayavka-Ticket") else "digest"
    return "letter"


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
