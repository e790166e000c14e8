"""The body of a message of AMQP 1.0, whatever stands beside it."""

from __future__ import annotations

from typing import Any

from proton import Data, DataException, symbol, ulong

#: Sections that carry a body, by their code and by their name (AMQP 1.0, 3.2.6, 3.2.8).
_DATA = {ulong(0x75), symbol("amqp:data:binary")}
_VALUE = {ulong(0x77), symbol("amqp:amqp-value:*")}


def body_of(encoded: bytes) -> bytes:
    """Return what data sections hold one after another, or a value that is text.

    Of anything else the message is returned as it came, which is no JSON. Sections
    before the body are passed over: nothing that a sender puts there can hurt.
    """
    found: list[bytes] = []
    left: Any = memoryview(encoded)  # not copied for each section
    try:
        while left:
            section = Data()
            size = section.decode(left)
            left = left[size:]
            if (piece := _piece(section)) is not None:
                found.append(piece)
    except DataException:
        return encoded
    return b"".join(found) if found else encoded


def _piece(section: Data) -> bytes | None:
    """Return what a section adds to the body."""
    section.rewind()
    section.next()
    if not section.is_described():
        return None
    section.enter()
    section.next()
    descriptor = _simple(section)
    section.next()
    if descriptor in _DATA or descriptor in _VALUE:
        return _bytes(_simple(section))
    return None


def _simple(at: Data) -> object:
    """Return a value that holds no others, else None."""
    if at.type() not in _SIMPLE:
        return None
    value: object = at.get_object()
    return value


def _bytes(value: object) -> bytes | None:
    match value:
        case bytes() | bytearray() | memoryview():
            return bytes(value)
        case str():
            return value.encode(errors="replace")
        case _:
            return None


_SIMPLE = {Data.ULONG, Data.SYMBOL, Data.BINARY, Data.STRING}
