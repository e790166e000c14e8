"""S/MIME's opaque form (RFC 8551, 3): what a CMS message is, and what was signed."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import Enum, unique

from mail.parcels import ber
from mail.parcels.ber import BerError, Reader

_INFLATED = 64 * 1024 * 1024


@unique
class Kind(Enum):
    """What may be in application/pkcs7-mime, by its object identifier (RFC 5652)."""

    SIGNED = bytes.fromhex("2a864886f70d010702")
    ENVELOPED = bytes.fromhex("2a864886f70d010703")
    AUTH_ENVELOPED = bytes.fromhex("2a864886f70d0109100117")
    COMPRESSED = bytes.fromhex("2a864886f70d0109100109")


ENCRYPTED = frozenset({Kind.ENVELOPED, Kind.AUTH_ENVELOPED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A CMS message; ``content`` is what can be read without a key, None if nothing."""

    kind: Kind
    content: bytes | None = None


def read(raw: bytes) -> Message | None:
    """Say what a CMS message is; None if it is none that mail uses.

    Nothing is verified: a desk holds no certificates, and the signature is kept.
    """
    reader = Reader(raw=raw)
    try:
        reader.enter(ber.SEQUENCE)
        kind = Kind(reader.value(ber.OID))
    except ValueError:
        return None
    if kind in ENCRYPTED:
        return Message(kind=kind)
    try:
        return Message(kind=kind, content=_content(reader, kind))
    except (BerError, zlib.error):
        return Message(kind=kind)


def _content(reader: Reader, kind: Kind) -> bytes | None:
    """Take the encapsulated content (RFC 5652, 5.1; RFC 3274, 1.1)."""
    reader.enter(ber.EXPLICIT)
    reader.enter(ber.SEQUENCE)
    reader.value(ber.INTEGER)
    reader.skip()  # how it was digested or compressed
    end = reader.enter(ber.SEQUENCE)
    reader.value(ber.OID)
    if reader.at == end:
        return None  # the signature alone
    reader.enter(ber.EXPLICIT)
    content = reader.octets()
    return content if kind is Kind.SIGNED else _inflated(content)


def _inflated(packed: bytes) -> bytes:
    inflater = zlib.decompressobj()
    content = inflater.decompress(packed, _INFLATED)
    if inflater.unconsumed_tail:
        raise BerError
    return content
