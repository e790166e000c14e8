"""Content-Transfer-Encodings undone (RFC 2045, 6), keeping what damage left."""

from __future__ import annotations

import binascii
import io
import re
from binascii import a2b_base64, a2b_qp, a2b_uu
from collections.abc import Iterator

from fast_mail_parser import ParseError, parse_email_tree

_LARGE = 4096
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_OTHER = bytes(set(range(256)) - set(_ALPHABET))
_LINE = re.compile(rb"^[A-Za-z0-9+/]+={0,2}(?=\s*$)", re.MULTILINE)
#: Lines of base64, in whole groups, and an empty line below them.
_HEAD = re.compile(
    rb"\s*+((?>(?:[A-Za-z0-9+/]{60,76}\r?\n)*)"
    rb"(?:[A-Za-z0-9+/]{4}){4,19}(?:[A-Za-z0-9+/]{2,3}={1,2})?)\s*?\n\s*?\n"
)
_CHUNK = re.compile(rb"[A-Za-z0-9+/]+")
_UU_BEGIN = re.compile(rb"^begin [^\n]*\n", re.MULTILINE)
_PIECE = 64 * 1024
_BROKEN_SOFT_BREAK = re.compile(rb"=[ \t]{1,80}(?=\r?\n)")


def undo(encoding: str, body: bytes) -> tuple[bytes, bool]:
    """Decode a part's body; the flag says that it was damaged."""
    match encoding:
        case "base64":
            return _base64_body(body)
        case "quoted-printable":
            return quoted_printable(body), False
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return _uu(body)
        case _:
            return body, False


def quoted_printable(body: bytes) -> bytes:
    if b"= " in body or b"=\t" in body:
        body = b"".join(_BROKEN_SOFT_BREAK.sub(b"=", each) for each in _pieces(body))
    return a2b_qp(body)


def _pieces(body: bytes) -> Iterator[bytes]:
    """Yield a body in pieces of whole lines: a change costs memory by its number."""
    at = 0
    while at < len(body):
        end = body.find(b"\n", at + _PIECE) + 1 or len(body)
        yield body[at:end]
        at = end


def base64(text: bytes) -> bytes:
    """Decode base64 without complaint: strays skipped, missing padding assumed."""
    try:
        if b"=" not in text.rstrip(b"=\r\n\t "):
            return a2b_base64(text)
    except binascii.Error:
        pass  # what follows copes with it
    return b"".join(map(_chunk, _CHUNK.findall(text.translate(None, _OTHER))))


def _base64_body(body: bytes) -> tuple[bytes, bool]:
    content = _strict(body)
    if content is not None:
        return content, False
    foreign = len(body.translate(None, _ALPHABET + b"\r\n\t "))
    if foreign * 10 > len(body):
        # It is not base64 at all, only called so, or text was added below it.
        head = _HEAD.match(body)
        return (base64(head[1]), True) if head else (body, True)
    lines = b"".join(_LINE.findall(body)) if foreign else body
    return base64(lines or body), bool(foreign)


def _strict(body: bytes) -> bytes | None:
    if len(body) >= _LARGE:
        return _strict_large(body)
    try:
        return a2b_base64(b"".join(body.split()), strict_mode=True)
    except binascii.Error:
        return None


def _strict_large(body: bytes) -> bytes | None:
    """Decode in Rust: a tenth of binascii's time, and without the GIL."""
    leaf = b"Content-Transfer-Encoding: base64\r\n\r\n" + body
    try:
        return parse_email_tree(leaf, mode="lazy").content
    except ParseError:
        return None


def _chunk(text: bytes) -> bytes:
    whole = text[: len(text) - 1] if len(text) % 4 == 1 else text
    return a2b_base64(whole + b"==")


def _uu(body: bytes) -> tuple[bytes, bool]:
    begin = _UU_BEGIN.search(body)
    return uuencoded(body[begin.end() :]) if begin else (body, True)


def uuencoded(lines: bytes) -> tuple[bytes, bool]:
    """Decode the lines of uuencode up to its end; the flag says they are damaged."""
    out, damaged = bytearray(), False
    for line in io.BytesIO(lines):
        if line.rstrip() == b"end":
            break
        content = _uu_line(line.rstrip(b"\r\n"))
        damaged = damaged or content is None
        out += content or b""
    return bytes(out), damaged


def _uu_line(line: bytes) -> bytes | None:
    """Decode one line; some encoders count short or leave rubbish behind."""
    try:
        return a2b_uu(line)
    except binascii.Error:
        pass  # cut to the length that the first character tells, and once more
    length = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
    try:
        return a2b_uu(line[:length])
    except binascii.Error:
        return None
