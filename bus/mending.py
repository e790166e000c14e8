"""Frames of a broker, mended so that no sender's choice of words ends a connection."""

from __future__ import annotations

import asyncio

_METHOD, _HEADER = 1, 2
_DELIVER = b"\x00\x3c\x00\x3c"  # class and method of basic.deliver
_HEAD = 7  # bytes before a frame's payload: its type, channel and size
_SIZES = 12  # bytes before the property flags of a content header
_NO_FLAGS = b"\x00\x00"


class MendingReader:
    """The stream that aiormq reads from, one frame in three steps.

    pamqp takes every name for UTF-8, and whoever sends from AMQP 1.0 with a UUID or
    binary message id puts other bytes there: the connection would end, the message
    come again, and so on for ever (AMQP 0-9-1, 4.2.5.3 allows any octets).
    """

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._head = b""

    def at_eof(self) -> bool:
        return self._reader.at_eof()

    async def read(self, size: int = -1) -> bytes:
        return await self._reader.read(size)

    async def readexactly(self, size: int) -> bytes:
        read = await self._reader.readexactly(size)
        if len(self._head) < _HEAD:
            self._head += read
            return read
        kind, self._head = self._head[0], b""
        return mended(kind, read)


def mended(kind: int, payload: bytes) -> bytes:
    """Return a frame's payload, as long as it was, with nothing that is not UTF-8.

    Properties are left out as a whole: all that we read is in the body.
    """
    if kind == _HEADER:
        return payload[:_SIZES] + _NO_FLAGS + payload[_SIZES + len(_NO_FLAGS) :]
    if kind == _METHOD and payload.startswith(_DELIVER):
        return _with_plain_names(payload)
    return payload


def _with_plain_names(payload: bytes) -> bytes:
    """Replace what is not ASCII in the names of the exchange and the routing key."""
    made = bytearray(payload)
    place = len(_DELIVER)
    place += 1 + made[place]  # our own consumer tag
    place += 8 + 1  # the delivery's number, and whether it came before
    for _ in range(2):
        first, place = place + 1, place + 1 + made[place]
        for at in range(first, place):
            if made[at] > 0x7F:  # the last of ASCII
                made[at] = ord("?")
    return bytes(made)
