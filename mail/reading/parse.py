"""Raw mail in, a Letter out: the one place that reads MIME."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from mail.parcels import secured
from mail.programs import failures, reports, robots, signs
from mail.programs.failures import Suspect
from mail.programs.robots import Signs
from mail.quotes import forwards
from mail.reading import addresses, charsets, dates, verdicts, words
from mail.reading.body import Content
from mail.reading.fields import Fields
from mail.reading.limits import DEFAULT, Limits, unread_parts
from mail.reading.mime import Part, Splitter
from tickets.letter import Letter, Mailbox, Robot

_ID = re.compile(r"<[^<>]{1,900}>")
_BARE_ID = re.compile(r"[^\s<>@]{1,400}+@[^\s<>]{1,400}")
_WORD = re.compile(r"[^\s<>]{1,900}")
_TICKET = re.compile(r"[\w-]{1,40}")
_BARE = 4000
_DEFECTS = 20
_BOM = b"\xef\xbb\xbf"
_ENVELOPE = (b"From ", b">From ")  # a mailbox file's line before the first header


def read(
    raw: bytes,
    limits: Limits = DEFAULT,
    *,
    null_path: bool = False,
    border: frozenset[str] = frozenset(),
) -> Letter:
    """Read a mail of any bytes; never raises, and says in ``defects`` what is amiss.

    ``null_path`` says that it came with an empty return path (RFC 5321, 4.5.5),
    ``border`` whose Authentication-Results count, in lower case.
    """
    defects: list[str] = []
    try:
        lined = _lined(raw)
        return _letter(lined, limits, defects, null_path=null_path, border=border)
    except Exception as error:  # noqa: BLE001 - whatever came, a person must be able to read it
        defects.append(f"the mail is beyond understanding: {type(error).__name__}")
        return Letter(text=charsets.guess(raw[: limits.text]), defects=tuple(defects))


def _letter(
    raw: bytes,
    limits: Limits,
    defects: list[str],
    *,
    null_path: bool,
    border: frozenset[str],
) -> Letter:
    root = Splitter(raw=raw, limits=limits, defects=defects).split()
    sealed = secured.open_parts(root, limits, defects)
    root.fields.charset = _charset(root)
    content = Content(limits=limits, defects=defects, sealed=sealed)
    content.gather(root)
    head = _Head(fields=root.fields, limits=limits, defects=defects).letter(border)
    null_path = null_path or signs.has_null_path(root)
    text = cache(content.text)
    bounce = _is_bounce(root, head, text, null_path=null_path)
    robot = None if bounce else _robot(root, head, null_path=null_path)
    written = content.written(forwards=forwards.is_forward(head.subject))
    return replace(
        head,
        text=written.text,
        quoted=written.quoted,
        forwarded_from=forwards.sender(written.forward) or content.carried(),
        forward=written.forward,
        html=content.html(),
        files=tuple(content.files),
        left_out=(*content.left_out, *unread_parts(defects)),
        automatic=bounce or robot is not None,
        robot=robot,
        report=reports.read(root, text(), head.subject) if bounce else None,
        sealed=content.sealed,
        defects=tuple(dict.fromkeys(defects))[:_DEFECTS],
    )


def _is_bounce(
    root: Part, head: Letter, text: Callable[[], str], *, null_path: bool
) -> bool:
    return failures.is_reported(
        Suspect(
            root=root,
            author=head.author,
            subject=head.subject,
            text=text,
            null_path=null_path,
        )
    )


def _robot(root: Part, head: Letter, *, null_path: bool) -> Robot | None:
    return robots.kind(
        Signs(
            root=root,
            subject=head.subject,
            automatic=signs.is_automatic(root),
            null_path=null_path,
            answers=head.answers,
            receipt=signs.is_receipt(root),
        )
    )


def _lined(raw: bytes) -> bytes:
    """Let a mail begin at its first header, with lines that end in LF or CR LF."""
    if b"\r" in raw and b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    if raw.startswith((_BOM, b"\n", b"\r", *_ENVELOPE)):
        raw = raw.removeprefix(_BOM).lstrip(b"\r\n")
        if raw.startswith(_ENVELOPE):
            raw = raw.partition(b"\n")[2]
    return raw


def _charset(part: Part) -> str:
    """Return the first declared charset: raw 8-bit headers are probably in it."""
    declared = part.type_params.get("charset", "")
    if declared and charsets.canonical(declared) not in {None, "ascii", "cp1252"}:
        return declared
    return next(filter(None, map(_charset, part.children)), "")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Head:
    """The headers of the mail itself, read within the limits."""

    fields: Fields
    limits: Limits
    defects: list[str]

    def letter(self, border: frozenset[str]) -> Letter:
        """Return a letter that has nothing but its head."""
        author = self.author()
        return Letter(
            message_id=next(iter(self.ids(b"message-id")), None),
            in_reply_to=self.ids(b"in-reply-to"),
            references=self.ids(b"references"),
            author=author,
            reply_to=self.mailboxes(b"reply-to"),
            to=self.mailboxes(b"to"),
            cc=self.mailboxes(b"cc"),
            subject=self.subject(),
            date=self.date(),
            vouched=self.vouched(author, border),
            own_ticket=self.own_ticket(),
        )

    def author(self) -> Mailbox | None:
        found = addresses.parse(self.fields.first(b"from"), self.fields.charset, 1)
        return found[0] if found else None

    def subject(self) -> str:
        most = self.limits.subject
        room = most * 16  # an encoded letter takes up to 12 bytes, and the words theirs
        value = self.fields.first(b"subject")[:room]
        subject = words.header_text(value, self.fields.charset)
        if len(subject) > most or len(value) == room:
            self.defects.append("the subject is longer than is kept")
        return subject[:most]

    def ids(self, name: bytes) -> tuple[str, ...]:
        """List a header's Message-IDs; of too many, the first and the last stay."""
        value = self.fields.text(name)
        if not value:
            return ()
        found = ["".join(each.split()) for each in _ID.findall(value)]
        if not found:
            word = _WORD.fullmatch(value) or _BARE_ID.search(value[:_BARE])
            found = [f"<{word[0]}>"] if word else []
        found = list(dict.fromkeys(found))
        if len(found) > self.limits.references:
            self.defects.append("more Message-IDs than are kept")
            found = found[:1] + found[1 - self.limits.references :]
        return tuple(found)

    def mailboxes(self, name: bytes) -> tuple[Mailbox, ...]:
        values = self.fields.every(name)
        if not values:
            return ()
        most = self.limits.addresses
        value = b", ".join(values)[: self.limits.header_bytes]
        found = addresses.parse(value, self.fields.charset, most + 1)
        if len(found) > most or len(value) == self.limits.header_bytes:
            self.defects.append("more addresses than are kept")
        return found[:most]

    def date(self) -> datetime | None:
        value = self.fields.text(b"date")
        date = dates.read(value)
        if value and date is None:
            self.defects.append("the date is not understood")
        return date

    def own_ticket(self) -> str | None:
        ticket = _TICKET.fullmatch(self.fields.text(b"x-zayavka-ticket"))
        return ticket[0] if ticket else None

    def vouched(self, author: Mailbox | None, border: frozenset[str]) -> bool | None:
        """Return what the border says of the author, if there is but one."""
        if author is None or not border:
            return None
        told = self.fields.every(b"authentication-results")
        said = verdicts.vouch(told, author.address, border)
        lines = self.fields.every(b"from")
        alone = len(lines) == 1 and len(addresses.parse(lines[0], most=2)) == 1
        return said if alone or said is False else None
