"""A block of header lines as named, unfolded values (RFC 5322, 2.2)."""

from __future__ import annotations

import re
from itertools import islice

from mail.reading import words
from mail.reading.limits import Limits

_NAME = rb"[!-9;-~]{1,200}+[ \t]*+:"
_REST = rb"[^\n]*+(?:\n|\Z)"
# Atomic groups, for Python 3.11.2 forgets where a possessive group began; with an
# end, for what they remember of each round is many times a short line.
_BEGIN = re.compile(_NAME + _REST)
_LINES = re.compile(rb"(?>(?:(?:" + _NAME + rb"|[ \t]++)" + _REST + rb"){0,1000})")
_FIELD = re.compile(
    rb"^([!-9;-~]{1,200}+)[ \t]*+:([^\n]*+(?>(?:\n[ \t]++[^\n]*+){0,100000}))",
    re.MULTILINE,
)
_BLANK = re.compile(rb"\r*+(?:\n|\Z)")
# Stray lines are passed over only towards a header that mail programs do write.
_STRAY = re.compile(
    rb"(?:(?!--)[^\r\n][^\n]*+\n){1,10}?"
    rb"(?=(?:received|return-path|delivered-to|from|to|cc|subject|date|reply-to|sender"
    rb"|message-id|in-reply-to|references|mime-version|content-[a-z-]+|x-[!-9;-~]+"
    rb"|dkim-signature|authentication-results)[ \t]*:)",
    re.IGNORECASE,
)
#: A line of something else above the first header, which a gateway left there.
_ABOVE = re.compile(
    rb"[^\r\n][^\n]*+\n(?=(?:received|return-path|from|to|subject|date|message-id"
    rb"|mime-version)[ \t]*:)",
    re.IGNORECASE,
)
_STRAYS = 20


class Fields:
    """Header values by lower-case name, in the order they came; still encoded."""

    __slots__ = ("_values", "charset")

    def __init__(self, values: dict[bytes, list[bytes]]) -> None:
        self._values = values
        self.charset = ""  # what undeclared 8-bit bytes probably are

    def first(self, name: bytes) -> bytes:
        values = self._values.get(name)
        return values[0] if values else b""

    def every(self, name: bytes) -> list[bytes]:
        return self._values.get(name, [])

    def text(self, name: bytes) -> str:
        """Return the first value of that name, decoded into one line."""
        value = self.first(name)
        return words.header_text(value, self.charset) if value else ""

    def __contains__(self, name: bytes) -> bool:
        return name in self._values


def split(raw: bytes, start: int, end: int) -> tuple[int, int, bool]:
    """Find where the header block ends and the body begins, and whether cleanly.

    Stray lines between headers are passed over; a line that is no header and has
    none below it begins the body although the empty line is missing.
    """
    clean = True
    at = _end_of_block(raw, start, end)
    for _ in range(_STRAYS):
        blank = _BLANK.match(raw, at, end)
        if blank:
            return at, blank.end(), clean
        clean = False
        pattern = _STRAY if at > start else _ABOVE
        stray = pattern.match(raw, at, end) if at > start or not at else None
        if not stray:
            break
        at = _end_of_block(raw, stray.end(), end)
    return at, at, clean


def parse(block: bytes, limits: Limits) -> Fields:
    values: dict[bytes, list[bytes]] = {}
    most = limits.header_bytes
    for match in islice(_FIELD.finditer(block), limits.headers):
        name, value = match.groups()
        values.setdefault(name.lower(), []).append(value[:most].strip())
    return Fields(values)


def oversized(block: bytes, limits: Limits) -> bool:
    """Say whether parsing that block leaves something out; called for long ones."""
    sizes = [len(match[2]) for match in islice(_FIELD.finditer(block), limits.headers)]
    return len(sizes) == limits.headers or max(sizes, default=0) > limits.header_bytes


def _end_of_block(raw: bytes, start: int, end: int) -> int:
    begin = _BEGIN.match(raw, start, end)
    at = begin.end() if begin else start
    while begin and at < end:
        lines = _LINES.match(raw, at, end)
        if lines is None or lines.end() == at:
            break
        at = lines.end()
    return at
