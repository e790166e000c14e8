"""ASN.1 as it comes in mail (X.690, BER): enough of it to find the content in CMS.

OpenSSL streams and Outlook write lengths that are said nowhere and strings in pieces,
which readers of DER refuse.
"""

from __future__ import annotations

from dataclasses import dataclass

INTEGER, OCTETS, OID, SEQUENCE, SET = 0x02, 0x04, 0x06, 0x30, 0x31
EXPLICIT = 0xA0
_END, _IN_PIECES = 0x00, 0x24
_LONG_TAG = 0x1F
_NESTED = 20
_ELEMENTS = 200_000


class BerError(ValueError):
    """This is not BER, or more of it than is read."""


@dataclass(slots=True)
class Reader:
    """One pass over the bytes; ``left`` is how many elements more are looked at."""

    raw: bytes
    at: int = 0
    left: int = _ELEMENTS

    def head(self) -> tuple[int, int | None]:
        """Read a tag, and where its content ends; None if it says nowhere."""
        self.left -= 1
        start = self.raw[self.at : self.at + 6]
        if len(start) < 2 or self.left < 0 or start[0] & _LONG_TAG == _LONG_TAG:
            raise BerError
        tag, length, size = start[0], start[1], 0
        if length == 0x80:
            self.at += 2
            return tag, None
        if length > 0x80:
            size = length & 0x7F
            length = int.from_bytes(start[2 : 2 + size], "big")
        self.at += 2 + size
        if size > 4 or self.at + length > len(self.raw):
            raise BerError
        return tag, self.at + length

    def enter(self, tag: int) -> int | None:
        """Go into an element of that tag; return where it ends, if it says."""
        found, end = self.head()
        if found != tag:
            raise BerError
        return end

    def value(self, tag: int) -> bytes:
        """Take the content of an element that is in one piece."""
        end = self.enter(tag)
        if end is None:
            raise BerError
        start, self.at = self.at, end
        return self.raw[start:end]

    def skip(self) -> None:
        """Pass over an element and all that is in it."""
        depth = 0
        while True:
            tag, end = self.head()
            if end is None:
                depth += 1
            else:
                self.at = end
                depth -= tag == _END
            if depth <= 0:
                return

    def octets(self) -> bytes:
        """Take a string of octets, in one piece or in many."""
        pieces: list[bytes] = []
        ends: list[int | None] = []
        while True:
            tag, end = self.head()
            if tag == _IN_PIECES and len(ends) < _NESTED:
                ends.append(end)
            elif tag == OCTETS and end is not None:
                pieces.append(self.raw[self.at : end])
                self.at = end
            elif tag == _END and ends and ends[-1] is None:
                ends.pop()
            else:
                raise BerError
            while ends and ends[-1] is not None and self.at >= ends[-1]:
                ends.pop()
            if not ends:
                return b"".join(pieces)
