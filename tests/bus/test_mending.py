from __future__ import annotations

import asyncio
import struct

import pamqp.frame
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp.commands import Basic
from pamqp.exceptions import UnmarshalingException
from pamqp.header import ContentHeader

from bus.mending import MendingReader, mended

UUID = bytes.fromhex("00ff80c3284fe29bd1a1b2c3d4e5f6ff")


def frame(kind: int, payload: bytes) -> bytes:
    return struct.pack(">BHI", kind, 1, len(payload)) + payload + b"\xce"


def header(message_id: bytes) -> bytes:
    """Return a content header of 5 bytes of body that has a message id."""
    name = bytes([len(message_id)]) + message_id
    return struct.pack(">HHQH", 60, 0, 5, 128) + name


def deliver(exchange: bytes, key: bytes) -> bytes:
    names = bytes([len(exchange)]) + exchange + bytes([len(key)]) + key
    return struct.pack(">HHB4sQB", 60, 60, 4, b"ctag", 7, 1) + names


def read(data: bytes) -> object:
    """Let pamqp read a frame as aiormq takes it from the stream."""

    async def scene() -> bytes:
        stream = asyncio.StreamReader()
        stream.feed_data(data)
        reader = MendingReader(stream)
        head = await reader.readexactly(1) + await reader.readexactly(6)
        size = int.from_bytes(head[3:], "big")
        return head + await reader.readexactly(size + 1)

    return pamqp.frame.unmarshal(asyncio.run(scene()))[2]


def test_pamqp_cannot_read_a_name_that_is_not_utf8() -> None:
    """As long as that is so, there is something to mend."""
    with pytest.raises(UnmarshalingException, match="decode"):
        pamqp.frame.unmarshal(frame(2, header(UUID)))


def test_a_header_tells_the_size_and_nothing_else() -> None:
    found = read(frame(2, header(UUID)))
    assert isinstance(found, ContentHeader)
    assert (found.body_size, found.properties.message_id) == (5, None)


def test_a_delivery_keeps_its_number_and_names_that_can_be_read() -> None:
    found = read(frame(1, deliver("обмен".encode(), UUID)))
    assert isinstance(found, Basic.Deliver)
    assert (found.delivery_tag, found.redelivered) == (7, True)
    assert (found.consumer_tag, found.exchange) == ("ctag", "?" * 10)


def test_other_frames_stay_as_they_are() -> None:
    for kind, payload in ((3, UUID), (8, b""), (1, b"\x00\x0a\x00\x32" + UUID)):
        assert mended(kind, payload) == payload


@given(exchange=st.binary(max_size=255), key=st.binary(max_size=255))
def test_any_names_can_be_read_afterwards(exchange: bytes, key: bytes) -> None:
    assert isinstance(read(frame(1, deliver(exchange, key))), Basic.Deliver)


@given(message_id=st.binary(max_size=255))
def test_any_property_can_be_read_afterwards(message_id: bytes) -> None:
    assert isinstance(read(frame(2, header(message_id))), ContentHeader)
