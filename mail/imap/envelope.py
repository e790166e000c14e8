"""The envelope of a mail whose delivery is over: what its headers still tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mail.reading import addresses, fields
from mail.reading.fields import Fields
from mail.reading.limits import DEFAULT

Owns = Callable[[str], bool]


def sender(head: Fields) -> str:
    """Return the return path, empty for a mail that nobody may answer.

    Who delivers a mail writes Return-Path above all (RFC 5321, 4.4). Where nobody
    did, the author is written to.
    """
    if b"return-path" in head:
        return _first(head.first(b"return-path"))
    return _first(head.first(b"from"))


def recipients(head: Fields, owns: Owns, *, header: str | None) -> tuple[str, ...]:
    """Return our addresses that the mail was for, by ``header`` if it has it.

    Else those in To and Cc; there may be none of ours.
    """
    delivered = _every(head, [header] if header else [])
    ours = dict.fromkeys(one for one in delivered if owns(one))
    return tuple(ours or dict.fromkeys(filter(owns, _every(head, ("to", "cc")))))


def head_of(raw: bytes) -> Fields:
    """Return the headers of a mail of any bytes."""
    start = len(raw) - len(raw.lstrip(b"\xef\xbb\xbf"))
    end, _, _ = fields.split(raw, start, len(raw))
    return fields.parse(raw[start:end], DEFAULT)


def _every(head: Fields, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        for value in head.every(name.lower().encode()):
            for mailbox in addresses.parse(value):
                yield mailbox.address


def _first(value: bytes) -> str:
    found = addresses.parse(value, most=1)
    address = found[0].address if found else ""
    return address if "@" in address else ""
