"""Whom a report names that a program wrote as it pleased, the surest sign first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from mail.reading import addresses, fields, transfer
from mail.reading.limits import DEFAULT
from mail.reading.mime import Part
from mail.reading.words import header_text

_MOST = 50
_HEAD = 64 * 1024
_RETURNED_TYPES = frozenset({"message/rfc822", "message/global", "text/rfc822-headers"})
_SIZE = 16 * 1024
_LINE = 500
_ADDRESS = (
    r"([A-Za-z0-9!#$%&*+/=?^_{|}~-][A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{0,63}"
    r"@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})"
)
#: As RFC 3464 names them, in a text instead of a part of their own.
_FIELD = re.compile(
    r"^[> \t]{0,8}(?:final|original)-recipient:[^\n@]{0,60}?" + _ADDRESS,
    re.MULTILINE | re.IGNORECASE,
)
_COMMAND = re.compile(r"rcpt to:[ \t]{0,3}<?" + _ADDRESS, re.IGNORECASE)
#: An address that its line begins with, or has for itself.
_ALONE = re.compile(
    r"^[^\w@\n]{0,20}" + _ADDRESS + r"(?=[>\"')\]]{0,3}[ \t]*(?:$|[:;,([<-]| on ))",
    re.MULTILINE,
)
#: An address in a sentence on where the mail went.
_STATED = re.compile(
    r"(?:deliver\w*|sent|address|recipients?|failed|доставлен\w*|доставить|адрес\w*"
    r"|получател\w*)[^\n@]{0,40}?[ \t<\"'(]" + _ADDRESS,
    re.IGNORECASE,
)
_ANYWHERE = re.compile(_ADDRESS)
#: From here on it is the mail that came back, or its headers.
_RETURNED = re.compile(
    r"^[^\n]{0,80}(?:original message(?! was)|copy of (?:the|your) message"
    r"|returned message|message headers?|исходно\w+ (?:сообщени|письм)"
    r"|заголовки)[^\n]{0,80}$"
    r"|^[> \t]{0,8}(?:received|return-path|message-id|dkim-signature): ?\S",
    re.MULTILINE | re.IGNORECASE,
)
_WRITER = re.compile(r"\bfrom:?[ \t<\"']{0,4}$|message-id:?[ \t<]{0,4}$", re.IGNORECASE)
_OFFICE = re.compile(r"(?:post_?master|mailer-daemon|abuse)@", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Report:
    """A report: its parts, and what stands in it above the mail that came back.

    ``found`` are the addresses that the library finds, some of them Message-IDs.
    """

    root: Part
    text: str
    found: tuple[str, ...]


def named(
    root: Part, text: str, *, own: Iterable[str], found: tuple[str, ...]
) -> list[str]:
    """Return the addresses that a report is about; ``own`` are not among them.

    ``found`` are those that ``bounces`` finds.
    """
    report = _Report(root=root, text=_above_returned(text), found=found)
    mine = {one.lower() for one in own}
    for find in _FINDERS:
        people = [one for one in find(report) if one.lower() not in mine]
        if people:
            return people
    return []


def _above_returned(text: str) -> str:
    lines = (line[:_LINE] for line in text[:_SIZE].split("\n"))
    shown = "\n".join(lines)
    end = _RETURNED.search(shown)
    return shown[: end.start()] if end else shown


def _listed(report: _Report) -> list[str]:
    value = header_text(report.root.fields.first(b"x-failed-recipients"))
    boxes = addresses.parse(value.encode("utf-8", "replace"), "utf-8", _MOST)
    return [box.address for box in boxes]


def _in_fields(report: _Report) -> list[str]:
    return _found(_FIELD, report.text)


def _by_library(report: _Report) -> list[str]:
    raw = report.root.raw[: 4 * _SIZE].lower()
    return [one for one in report.found if not _is_message_id(one, raw)]


def _in_commands(report: _Report) -> list[str]:
    return _found(_COMMAND, report.text)


def _alone(report: _Report) -> list[str]:
    return _found(_ALONE, report.text)


def _stated(report: _Report) -> list[str]:
    return _found(_STATED, report.text)


def _to_whom_it_went(report: _Report) -> list[str]:
    """Return the recipient in the headers of the mail that came back, if but one."""
    for part in report.root.leaves():
        if part.media_type in _RETURNED_TYPES:
            raw = transfer.undo(part.encoding, part.body[:_HEAD])[0]
            end, _, _ = fields.split(raw, 0, len(raw))
            to = fields.parse(raw[:end], DEFAULT).first(b"to")
            boxes = addresses.parse(to, most=2)
            if len(boxes) == 1 and "@" in boxes[0].address:
                return [boxes[0].address]
    return []


def _anywhere(report: _Report) -> list[str]:
    return _found(_ANYWHERE, report.text)[:1]


_FINDERS: tuple[Callable[[_Report], list[str]], ...] = (
    _listed,
    _in_fields,
    _by_library,
    _in_commands,
    _alone,
    _stated,
    _to_whom_it_went,
    _anywhere,
)


def _found(pattern: re.Pattern[str], text: str) -> list[str]:
    matches = islice(pattern.finditer(text), _MOST)
    kept = (one for one in matches if not _is_writer(text, one.start(1)))
    found = (one[1].rstrip(".-") for one in kept)
    return list(dict.fromkeys(one for one in found if not _OFFICE.match(one)))


def _is_writer(text: str, at: int) -> bool:
    return _WRITER.search(text, max(at - 20, 0), at) is not None


def _is_message_id(address: str, raw: bytes) -> bool:
    written = re.escape(address.lower().encode("utf-8", "replace"))
    return re.search(rb"message-id:\s?<" + written, raw) is not None
