"""Encoded words in headers (RFC 2047), as people and broken programs write them."""

from __future__ import annotations

import re
from binascii import a2b_qp

from mail.reading import charsets, transfer

_HEAD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?")
_CONTROLS = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]+")
_BINARY = re.compile("[\x00-\x08\x0e-\x1f]")


def header_text(raw: bytes, charset: str = "") -> str:
    """Decode a header's value into one line without control characters.

    ``charset`` is the best guess for raw 8-bit bytes, where UTF-8 does not fit.
    """
    if b"\x1b$" in raw:  # Japanese as it was before encoded words
        return one_line(charsets.decode(raw, "iso-2022-jp"))
    if raw.isascii() and b"=?" not in raw:
        return one_line(raw.decode("ascii"))
    return one_line(decode(raw.decode("latin-1"), charset))


def one_line(text: str) -> str:
    """Put a blank in place of line breaks and control characters, with their blanks."""
    if text.isprintable():
        return text.strip()
    pieces = [piece.strip(" ") for piece in _CONTROLS.split(text)]
    return " ".join(filter(None, pieces)).strip()


def decode(text: str, charset: str = "") -> str:
    """Replace the encoded words of a value whose bytes are held as Latin-1."""
    out: list[str] = []
    pending = _Run()
    at = 0
    for start, end, match in _words(text):
        between = text[at:start]
        if between.strip(" \t\r\n") or not pending.charset:
            out += (pending.flush(), _raw(between, charset))
        payload = _payload(match[2], text[match.end() : end - 2])
        out.append(pending.add(match[1], payload, text[start:end]))
        at = end
    out += (pending.flush(), _raw(text[at:], charset))
    return "".join(out)


class _Run:
    """Neighbouring encoded words of one charset, which may share a character."""

    def __init__(self) -> None:
        self.charset = ""
        self._bytes: list[bytes] = []
        self._source: list[str] = []

    def add(self, charset: str, payload: bytes, source: str) -> str:
        """Take one more word; return the run that it ends, if it ends one."""
        name = charset.partition("*")[0].lower()  # RFC 2231, 5: a language may follow
        ended = self.flush() if name != self.charset else ""
        self.charset = name
        self._bytes.append(payload)
        self._source.append(source)
        return ended

    def flush(self) -> str:
        text = charsets.decode(b"".join(self._bytes), self.charset)
        if _BINARY.search(text):
            text = " ".join(self._source)  # not text whatever it says: shown as it is
        self.charset, self._bytes, self._source = "", [], []
        return text


def _words(text: str) -> list[tuple[int, int, re.Match[str]]]:
    """Find encoded words as (start, end, head), in one pass whatever the text."""
    found = []
    at = text.find("=?")
    while at >= 0:
        match = _HEAD.match(text, at)
        end = text.find("?=", match.end()) if match else -1
        if match and end < 0:
            break
        if match:
            found.append((at, end + 2, match))
        at = text.find("=?", end + 2 if match else at + 2)
    return found


def _payload(encoding: str, text: str) -> bytes:
    raw = text.encode("latin-1")
    if encoding in "bB":
        return transfer.base64(raw)
    return a2b_qp(raw, header=True)


def _raw(text: str, charset: str) -> str:
    if text.isascii():
        return text
    raw = text.encode("latin-1")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return charsets.decode(raw, charset)
