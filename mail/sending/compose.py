"""Outgoing mail in, its bytes out: the one place that writes MIME.

Written over the low-level codecs because an acknowledgement waits for it; the
standard library's generator takes several times as long, and has written line
breaks of values into headers more than once (CVE-2024-6923, CVE-2026-1299).
"""

from __future__ import annotations

import re
from binascii import b2a_base64, b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import Literal
from urllib.parse import quote

from mail.reading import names
from mail.sending import lines
from tickets.letter import File, Mailbox

_TYPE = re.compile(r"[a-zA-Z0-9!#$&^_.+-]{1,60}/[a-zA-Z0-9!#$&^_.+-]{1,100}")
_HIGH = bytes(range(0x80, 0x100)) + b"="
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LINE = 76


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsubscribe:
    """How its reader gets no more of this (RFC 2369, 3.2; RFC 8058).

    ``address`` takes a mail with that subject, ``url`` an empty post.
    """

    address: str | None = None
    url: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """A mail to be sent, as its readers are to see it; the envelope is apart.

    Message-IDs have their angle brackets. ``references`` is the whole chain,
    oldest first. ``ticket`` becomes X-Zayavka-Ticket. ``date`` has a timezone.
    """

    sender: Mailbox
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...] = ()
    reply_to: str | None = None
    subject: str
    message_id: str
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    date: datetime
    text: str
    html: str | None = None
    files: tuple[File, ...] = ()
    auto_submitted: Literal["auto-replied", "auto-generated"] | None = None
    ticket: str | None = None
    unsubscribe: Unsubscribe | None = None

    def __post_init__(self) -> None:
        if self.date.tzinfo is None:
            raise ValueError("the date of a mail needs a timezone")
        if not lines.is_id(self.message_id):
            raise ValueError(f"not a Message-ID: {self.message_id!r}")


def compose(mail: Outgoing) -> bytes:
    """Write a mail with CR LF, in ASCII unless an address cannot be (RFC 6532)."""
    seed = sha256(mail.message_id.encode("ascii")).hexdigest()[:24]
    return _head(mail).encode("utf-8", "replace") + _body(mail, seed)


def message_id(token: str, domain: str) -> str:
    """Make a Message-ID; ``token`` has to be unique and made of atom characters."""
    where = lines.ascii_domain(domain)
    if not _DOT_ATOM.fullmatch(token) or not _DOT_ATOM.fullmatch(where):
        raise ValueError(f"not fit for a Message-ID: {token!r} at {domain!r}")
    return f"<{token}@{where}>"


def _head(mail: Outgoing) -> str:
    to = lines.mailboxes("To", mail.to) or "To: undisclosed-recipients:;\r\n"
    out = [
        lines.mailboxes("From", (mail.sender,)),
        to,
        lines.mailboxes("Cc", mail.cc),
        lines.text("Subject", mail.subject),
        lines.ids("Message-ID", (mail.message_id,)),
        f"Date: {format_datetime(mail.date)}\r\n",
    ]
    if mail.reply_to:
        out.append(lines.mailboxes("Reply-To", (Mailbox(address=mail.reply_to),)))
    if mail.in_reply_to:
        out.append(lines.ids("In-Reply-To", (mail.in_reply_to,)))
    out.append(lines.ids("References", mail.references))
    if mail.auto_submitted:
        out.append(lines.token("Auto-Submitted", mail.auto_submitted))
    if mail.ticket:
        out.append(lines.token("X-Zayavka-Ticket", mail.ticket))
    if mail.unsubscribe:
        out.append(_unsubscribe(mail.unsubscribe))
    out.append("MIME-Version: 1.0\r\n")
    return "".join(out)


def _unsubscribe(way: Unsubscribe) -> str:
    ways = [f"<{way.url}>"] if way.url else []
    if way.address:
        ways.append(f"<mailto:{quote(way.address, safe='@')}?subject=unsubscribe>")
    listed = ",\r\n ".join(ways)
    if not ways or not listed.isascii():
        return ""
    head = f"List-Unsubscribe: {listed}\r\n"
    if not way.url:
        return head
    return f"{head}List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"


def _body(mail: Outgoing, seed: str) -> bytes:
    shown = [file for file in mail.files if file.inline and mail.html is not None]
    apart = [file for file in mail.files if file not in shown]
    body = _text("plain", mail.text)
    if mail.html is not None:
        page = _text("html", mail.html)
        if shown:
            page = _multipart("related", f"=_r{seed}", [page, *map(_file, shown)])
        body = _multipart("alternative", f"=_a{seed}", [body, page])
    if apart:
        body = _multipart("mixed", f"=_m{seed}", [body, *map(_file, apart)])
    return body


def _multipart(kind: str, boundary: str, parts: list[bytes]) -> bytes:
    """Join parts; no encoded part can hold "=_", so none holds the boundary."""
    line = f"--{boundary}\r\n".encode("ascii")
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'
    inside = b"".join([line + part for part in parts])
    return head.encode("ascii") + inside + f"--{boundary}--\r\n".encode("ascii")


def _text(kind: str, text: str) -> bytes:
    raw = _crlf(text.encode("utf-8", "replace"))
    encoding, body = _encoded(raw)
    head = (
        f"Content-Type: text/{kind}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return head.encode("ascii") + body


def _file(file: File) -> bytes:
    media_type, encoding, body = _file_content(file)
    name = names.safe(file.name) or names.made_up(media_type, 1)
    disposition = "inline" if file.inline else "attachment"
    head = [
        f"Content-Type: {media_type}\r\n",
        f"Content-Transfer-Encoding: {encoding}\r\n",
        f"Content-Disposition: {disposition}{lines.parameter('filename', name)}\r\n",
    ]
    if file.content_id:
        head.append(lines.ids("Content-ID", (f"<{file.content_id}>",)))
    return "".join([*head, "\r\n"]).encode("ascii") + body


def _file_content(file: File) -> tuple[str, str, bytes]:
    media_type = file.media_type.lower()
    if not _TYPE.fullmatch(media_type) or media_type.startswith("multipart/"):
        media_type = "application/octet-stream"
    if not media_type.startswith("message/"):
        return media_type, "base64", _base64(file.content)
    # RFC 2046, 5.2: no encoding inside message/*, so what needs one is but bytes.
    if media_type == "message/rfc822" and _is_plain(raw := _crlf(file.content)):
        return media_type, "7bit", raw
    return "application/octet-stream", "base64", _base64(file.content)


def _encoded(raw: bytes) -> tuple[str, bytes]:
    if _is_plain(raw):
        return "7bit", raw
    high = len(raw) - len(raw.translate(None, _HIGH))
    if high * 6 > len(raw):
        return "base64", _base64(raw)
    return "quoted-printable", _ended(b2a_qp(raw, istext=True))


def _is_plain(raw: bytes) -> bool:
    return (
        raw.isascii()
        and b"\0" not in raw
        and b"=_" not in raw
        and max(map(len, raw.split(b"\n"))) < 998
    )


def _crlf(raw: bytes) -> bytes:
    raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _ended(raw.replace(b"\n", b"\r\n"))


def _ended(raw: bytes) -> bytes:
    return raw if raw.endswith(b"\r\n") else raw + b"\r\n"


def _base64(raw: bytes) -> bytes:
    text = b2a_base64(raw, newline=False)
    rows = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    return b"\r\n".join([*rows, b""]) if rows else b"\r\n"
