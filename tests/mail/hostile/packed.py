"""Parcels that grow, nest or lie about their size."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from tests.mail import parcels
from tests.mail.hostile.kind import HEAD, Kinds
from tests.mail.parcels import attribute, packed_file, part, prop, props, tnef


def winmail(content: bytes) -> bytes:
    return HEAD + part("application/ms-tnef; name=winmail.dat", content)


def nested_winmail(depth: int) -> bytes:
    method = prop(0x3705, 0x03, struct.pack("<I", 5))
    content = tnef(attribute(0x800C, b"deepest\0"))
    for _ in range(depth):
        data = prop(0x3701, 0x0D, b"\0" * 16 + content)
        content = tnef(attribute(0x9002, b"") + attribute(0x9005, props(method, data)))
    return winmail(content)


def rich_winmail(rich: bytes, size: int) -> bytes:
    packed = struct.pack("<II4sI", len(rich), size, b"LZFu", 0) + rich
    return winmail(tnef(attribute(0x9003, props(prop(0x1009, 0x102, packed)))))


def lying_properties() -> bytes:
    lies = struct.pack("<I", 0xFFFFFFFF) + struct.pack("<HHI", 0x1102, 0x1000, 1 << 31)
    return winmail(tnef(attribute(0x9003, lies), b"\1" + b"\xff" * 8))


def signed(content: bytes) -> bytes:
    return HEAD + part("application/pkcs7-mime; smime-type=signed-data", content)


def signed_in_signed(depth: int) -> bytes:
    mail = b"Content-Type: text/plain\r\n\r\ndeepest\r\n"
    for _ in range(depth):
        head = b"Content-Type: application/pkcs7-mime\r\n\r\n"
        mail = head + parcels.cms(mail)
    return HEAD + mail


def in_pieces(count: int) -> bytes:
    inner = parcels.endless(0x24, b"\4\0" * count)
    body = b"\x30\x80\x02\x01\x01\x31\x00\x30\x80\x06\0\xa0\x80" + inner
    return signed(
        parcels.endless(0x30, parcels.der(0x06, parcels.SIGNED), b"\xa0\x80" + body)
    )


def inflating(size: int) -> bytes:
    packed = zlib.compressobj(9)
    block = bytes(1_000_000)
    content = b"".join(packed.compress(block) for _ in range(size)) + packed.flush()
    return signed(parcels.cms(content, kind=parcels.COMPRESSED))


def zip_bomb(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("bomb", bytes(size))
    return HEAD + part("application/zip; name=bomb.zip", out.getvalue())


def text(words: bytes) -> bytes:
    return HEAD + b"\r\n" + words


PACKED: Kinds = {
    "winmail.dat with 100,000 files": lambda: winmail(
        tnef(packed_file("a.txt", b"a") * 100_000)
    ),
    "winmail.dat with a million attributes": lambda: winmail(
        tnef(attribute(0x8008, b"x") * 1_000_000)
    ),
    "winmail.dat 1,000 deep": lambda: nested_winmail(1000),
    "winmail.dat with a million properties": lambda: winmail(
        tnef(attribute(0x9003, props(*[prop(0x1000, 0x03, b"1234")] * 1_000_000)))
    ),
    "winmail.dat that lies about sizes": lying_properties,
    "winmail.dat with rich text that grows": lambda: rich_winmail(
        b"\xff" + b"\0\x0f" * 8 + b"\xff" * 10_000_000, 1 << 31
    ),
    "winmail.dat with a million braces": lambda: rich_winmail(
        b"\0{}{}{}{}" * 1_000_000, 8_000_000
    ),
    "winmail.dat with 20 MB of text": lambda: winmail(
        tnef(attribute(0x800C, b"x\n" * 10_000_000))
    ),
    "100,000 beginnings of uuencode": lambda: text(
        b"begin 644 x\r\n" * 100_000 + b"end"
    ),
    "100,000 uuencoded files": lambda: text(
        b"begin 644 x\r\n#YF-A\r\n`\r\nend\r\n" * 100_000
    ),
    "30 MB of uuencode without end": lambda: text(
        b"begin 644 x\r\n" + b"#YF-A\r\n" * 4_000_000
    ),
    "30 MB of uuencode": lambda: text(
        b"begin 644 x\r\n" + (b"M" + b"5" * 60 + b"\r\n") * 470_000 + b"`\r\nend\r\n"
    ),
    "100,000 beginnings of PGP": lambda: text(
        b"-----BEGIN PGP MESSAGE-----\n" * 100_000
    ),
    "100,000 signatures of PGP": lambda: text(
        b"-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n-----BEGIN PGP SIGNATURE-----\n"
        * 100_000
    ),
    "100,000 encrypted by PGP": lambda: text(
        b"-----BEGIN PGP MESSAGE-----\n\nhQ==\n-----END PGP MESSAGE-----\n" * 100_000
    ),
    "30 MB of PGP without end": lambda: text(
        b"-----BEGIN PGP SIGNED MESSAGE-----\n\n" + b"- x\n" * 7_500_000
    ),
    "signed 500 times": lambda: signed_in_signed(500),
    "signed in ten million pieces": lambda: in_pieces(10_000_000),
    "CMS nested without end": lambda: signed(b"\x30\x80" * 10_000_000),
    "signed 20 MB": lambda: signed(
        parcels.streamed_cms(
            b"Content-Type: text/plain\r\n\r\n" + b"x\n" * 10_000_000, size=1024
        )
    ),
    "compressed CMS that grows to 200 MB": lambda: inflating(200),
    "a zip that grows to 100 MB": lambda: zip_bomb(100_000_000),
    "an invitation of a million lines": lambda: (
        HEAD
        + part("text/calendar", b"BEGIN:VEVENT\nSUMMARY:x\n " + b"x\n " * 1_000_000)
    ),
}
