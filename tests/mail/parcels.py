"""Mails within mails and files within files, built octet by octet for the tests."""

from __future__ import annotations

import struct
from base64 import encodebytes

SIGNED = bytes.fromhex("2a864886f70d010702")
ENVELOPED = bytes.fromhex("2a864886f70d010703")
COMPRESSED = bytes.fromhex("2a864886f70d0109100109")
_DATA = bytes.fromhex("2a864886f70d010701")
HEAD = b"From: a@partner.example\r\nTo: support@example.org\r\nMIME-Version: 1.0\r\n"


def der(tag: int, *parts: bytes) -> bytes:
    """Return an element whose length is said as briefly as can be."""
    value = b"".join(parts)
    size = len(value)
    if size < 0x80:
        return bytes([tag, size]) + value
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + value


def endless(tag: int, *parts: bytes) -> bytes:
    """Return an element whose length is said nowhere, as streaming programs write."""
    return bytes([tag, 0x80]) + b"".join(parts) + b"\0\0"


def cms(content: bytes, *, kind: bytes = SIGNED) -> bytes:
    """Return a CMS message with that content in one piece."""
    inner = der(0x30, der(0x06, _DATA), der(0xA0, der(0x04, content)))
    body = der(0x30, der(0x02, b"\1"), der(0x31), inner, der(0x31))
    return der(0x30, der(0x06, kind), der(0xA0, body))


def streamed_cms(content: bytes, *, size: int = 100) -> bytes:
    """Return a signed message as OpenSSL streams it: in pieces, no length said."""
    pieces = (content[at : at + size] for at in range(0, len(content), size))
    octets = endless(0x24, *(der(0x04, piece) for piece in pieces))
    inner = endless(0x30, der(0x06, _DATA), endless(0xA0, octets))
    body = endless(0x30, der(0x02, b"\1"), endless(0x31, der(0x30)), inner)
    return endless(0x30, der(0x06, SIGNED), endless(0xA0, body))


def part(media_type: str, content: bytes, *, more: str = "") -> bytes:
    """Return a part, or the end of a mail, that is base64."""
    head = f"Content-Type: {media_type}\r\n{more}Content-Transfer-Encoding: base64"
    return f"{head}\r\n\r\n".encode() + encodebytes(content)


def mixed(*parts: bytes, kind: str = "mixed") -> bytes:
    body = b"".join(b"--b\r\n" + one + b"\r\n" for one in parts)
    head = f"Content-Type: multipart/{kind}; boundary=b\r\n\r\n"
    return HEAD + head.encode() + body + b"--b--\r\n"


def attribute(kind: int, value: bytes, *, level: int = 1) -> bytes:
    """Return one attribute of TNEF."""
    return struct.pack("<BII", level, kind, len(value)) + value + b"\0\0"


def prop(tag: int, kind: int, value: bytes) -> bytes:
    """Return one MAPI property of a type that says its length, or of four octets."""
    head = struct.pack("<HH", kind, tag)
    if kind == 0x03:
        return head + value
    padding = b"\0" * (-len(value) % 4)
    return head + struct.pack("<II", 1, len(value)) + value + padding


def props(*each: bytes) -> bytes:
    return struct.pack("<I", len(each)) + b"".join(each)


def packed_file(name: str, content: bytes, *more: bytes) -> bytes:
    """Return the attributes of one file."""
    said = prop(0x3707, 0x1F, f"{name}\0".encode("utf-16-le"))
    return (
        attribute(0x9002, b"\1\0", level=2)
        + attribute(0x8010, b"SHORT~1.BIN\0", level=2)
        + attribute(0x800F, content, level=2)
        + attribute(0x9005, props(said, *more), level=2)
    )


def tnef(*attributes: bytes) -> bytes:
    code_page = attribute(0x9007, struct.pack("<II", 1251, 0))
    return b"\x78\x9f\x3e\x22\0\1" + code_page + b"".join(attributes)
