"""The properties of a message or a file, as winmail.dat holds them (MS-OXTNEF, 2.1)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import IntEnum, unique

from mail.reading import charsets

_PROPERTIES = 2000
_VALUES = 2000
_MANY = 0x1000
_NAMED = 0x8000
_OBJECT, _STRING, _UNICODE, _BINARY = 0x0D, 0x1E, 0x1F, 0x102
_COUNTED = frozenset({_OBJECT, _STRING, _UNICODE, _BINARY})
#: Octets of a value by its type, padding included; a class id has 16.
_SIZES = {
    0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4,
    0x14: 8, 0x40: 8, 0x48: 16,
}  # fmt: skip


@unique
class Tag(IntEnum):
    """The properties that are of use here (MS-OXPROPS)."""

    BODY = 0x1000
    RTF = 0x1009
    HTML = 0x1013
    DISPLAY_NAME = 0x3001
    DATA = 0x3701
    FILE_NAME = 0x3704
    METHOD = 0x3705
    LONG_FILE_NAME = 0x3707
    MIME_TYPE = 0x370E
    CONTENT_ID = 0x3712


_TAGS = frozenset(Tag)
_NAMES = (Tag.LONG_FILE_NAME, Tag.FILE_NAME, Tag.DISPLAY_NAME)
_EMBEDDED = 5
_CLASS_ID = 16


@dataclass(slots=True)
class Properties:
    """Values by their tags, each with its type."""

    values: dict[int, tuple[int, memoryview]] = field(default_factory=dict)

    def first(self, tag: Tag) -> memoryview | None:
        found = self.values.get(tag)
        return found[1] if found else None

    def text(self, tag: Tag, charset: str) -> str:
        kind, value = self.values.get(tag, (_STRING, memoryview(b"")))
        said = "utf_16_le" if kind == _UNICODE else charset
        return charsets.decode(bytes(value), said).rstrip("\0")

    def name(self, charset: str) -> str:
        """Return the best of the names that a file has."""
        found = (self.text(tag, charset) for tag in _NAMES)
        return next(filter(None, found), "")

    @property
    def content(self) -> memoryview | None:
        """Return the file's own octets; an object has its class before them."""
        kind, value = self.values.get(Tag.DATA, (0, None))
        return value[_CLASS_ID:] if value is not None and kind == _OBJECT else value

    @property
    def is_message(self) -> bool:
        """Say whether the file is a message of its own, kept as TNEF."""
        method = self.first(Tag.METHOD)
        return method is not None and method[0] == _EMBEDDED


def properties(raw: memoryview) -> Properties:
    """Read a list of properties; one that is broken ends it."""
    found = Properties()
    reader = _Reader(raw=raw)
    try:
        for _ in range(min(reader.number(), _PROPERTIES)):
            kind, tag = reader.begin()
            for value in reader.values(kind):
                if tag in _TAGS:
                    found.values.setdefault(tag, (kind & ~_MANY, value))
    except (_BrokenError, struct.error):
        return found
    return found


class _BrokenError(ValueError):
    """A length leads out of the list, or a type is unknown."""


@dataclass(slots=True)
class _Reader:
    """One pass over a list of properties."""

    raw: memoryview
    at: int = 0

    def number(self) -> int:
        (value,) = struct.unpack_from("<I", self.raw, self.at)
        self.at += 4
        return int(value)

    def begin(self) -> tuple[int, int]:
        """Read a property's type and tag, and pass over the name it may have."""
        kind, tag = struct.unpack_from("<HH", self.raw, self.at)
        self.at += 4
        if tag >= _NAMED:
            self.at += 16
            by_name = self.number()
            length = self.number()
            self.at += _padded(length) if by_name else 0
        return kind, tag

    def values(self, kind: int) -> list[memoryview]:
        """Read a property's values: one, or as many as it says."""
        bare = kind & ~_MANY
        counted = bare in _COUNTED
        count = self.number() if counted or kind & _MANY else 1
        if count > _VALUES or (not counted and bare not in _SIZES):
            raise _BrokenError
        return [self._value(bare, counted=counted) for _ in range(count)]

    def _value(self, kind: int, *, counted: bool) -> memoryview:
        length = self.number() if counted else _SIZES[kind]
        start, self.at = self.at, self.at + _padded(length)
        if start + length > len(self.raw):
            raise _BrokenError
        return self.raw[start : start + length]


def _padded(length: int) -> int:
    return (length + 3) & ~3
