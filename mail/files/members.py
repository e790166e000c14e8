"""The files of an archive, each with its name and its bytes as they come out."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from mail.files import streams

_END, _END64, _LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_ENTRY, _LOCAL = b"PK\x01\x02", b"PK\x03\x04"
_END_LENGTH, _END64_LENGTH, _LOCATOR_LENGTH = 22, 56, 20
_COMMENT = 0xFFFF  # how long the comment after the end may be
_UNKNOWN = 0xFFFFFFFF  # the size stands elsewhere (APPNOTE 4.4.8)
_STORED, _DEFLATED = 0, 8
_BLOCK = 512
_LONG_NAME = 4096
_PATH = re.compile(rb"[0-9]+ path=([^\n\x00]+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A file in an archive; ``pieces`` is None if we cannot unpack it.

    ``size`` is what the archive says it has unpacked.
    """

    name: str = ""
    size: int = 0
    encrypted: bool = False
    pieces: Iterator[bytes] | None = None


def of_gzip(content: memoryview) -> Iterator[Member]:
    yield Member(pieces=streams.gzipped(content))


def of_bzip2(content: memoryview) -> Iterator[Member]:
    yield Member(pieces=streams.bzipped(content))


def of_xz(content: memoryview) -> Iterator[Member]:
    yield Member(pieces=streams.xzipped(content))


def of_zip(content: memoryview) -> Iterator[Member]:
    """Yield what the directory at the end lists; ValueError, struct.error.

    zipfile makes an object of each entry before it returns one, and a file of 25 MB
    may have half a million (APPNOTE.TXT 6.3.10, 4.3).
    """
    at, end, shift = _directory(content)
    while at < end:
        if content[at : at + 4] != _ENTRY:
            raise ValueError("the directory is damaged")
        flags, method = struct.unpack_from("<2H", content, at + 8)
        packed, size = struct.unpack_from("<2L", content, at + 20)
        name, extra, comment = struct.unpack_from("<3H", content, at + 28)
        place = struct.unpack_from("<L", content, at + 42)[0]
        more = content[at + 46 + name : at + 46 + name + extra]
        size, packed, place = _large(more, size, packed, place)
        said = bytes(content[at + 46 : at + 46 + name])
        encrypted = bool(flags & 1)
        yield Member(
            name=said.decode("utf-8" if flags & 0x800 else "cp437", "replace"),
            size=size,
            encrypted=encrypted,
            pieces=None
            if encrypted
            else _unpacked(content, place + shift, packed=packed, method=method),
        )
        at += 46 + name + extra + comment


def _directory(content: memoryview) -> tuple[int, int, int]:
    """Return where the directory begins and ends, and what stands before the ZIP."""
    tail = max(0, len(content) - _END_LENGTH - _COMMENT)
    found = bytes(content[tail:]).rfind(_END)
    if found < 0:
        raise ValueError("there is no directory")
    end = tail + found
    size, begin = struct.unpack_from("<2L", content, end + 12)
    locator = end - _LOCATOR_LENGTH
    if locator >= 0 and content[locator : locator + 4] == _LOCATOR:
        end = locator - _END64_LENGTH
        if end < 0 or content[end : end + 4] != _END64:
            raise ValueError("the directory's end is damaged")
        size, begin = struct.unpack_from("<2Q", content, end + 40)
    if size > end:
        raise ValueError("the directory is longer than the file")
    return end - size, end, end - size - begin


def _large(extra: memoryview, *told: int) -> list[int]:
    """Return sizes and place; those that do not fit stand in the extra field."""
    values = list(told)
    at = 0
    while at + 4 <= len(extra) and _UNKNOWN in values:
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            here = at + 4
            for place, value in enumerate(values):
                if value == _UNKNOWN:
                    values[place] = struct.unpack_from("<Q", extra, here)[0]
                    here += 8
            break
        at += 4 + length
    return values


def _unpacked(
    content: memoryview, at: int, *, packed: int, method: int
) -> Iterator[bytes] | None:
    if method not in {_STORED, _DEFLATED}:
        return None
    if at < 0 or content[at : at + 4] != _LOCAL:
        raise ValueError("a file is not where the directory says")
    name, extra = struct.unpack_from("<2H", content, at + 26)
    begin = at + 30 + name + extra
    data = content[begin : begin + packed]
    return streams.deflated(data) if method == _DEFLATED else iter([bytes(data)])


def of_tar(content: memoryview) -> Iterator[Member]:
    """Yield the files of a tar (POSIX.1-2001, and GNU's long names); ValueError."""
    at, longer = 0, ""
    while at + _BLOCK <= len(content) and content[at]:
        head = bytes(content[at : at + _BLOCK])
        size = _tar_size(head[124:136])
        data = content[at + _BLOCK : at + _BLOCK + size]
        kind = head[156:157]
        if kind == b"L":
            longer = _tar_name(bytes(data[:_LONG_NAME]))
        elif kind == b"x" and (path := _PATH.search(data, 0, _LONG_NAME)):
            longer = path[1].decode("utf-8", "replace")
        elif kind in {b"0", b"\x00", b"7"}:
            name = longer or _tar_name(head[:100])
            yield Member(name=name, size=size, pieces=iter([bytes(data)]))
            longer = ""
        at += _BLOCK + -(-size // _BLOCK) * _BLOCK


def _tar_size(field: bytes) -> int:
    if field[0] & 0x80:  # GNU's form for what eleven octal digits do not hold
        return int.from_bytes(field[1:], "big")
    digits = field.split(b"\x00")[0].strip() or b"0"
    if not digits.isdigit():  # int takes a sign: a size below 0 would lead back
        raise ValueError("a size is no number")
    return int(digits, 8)


def _tar_name(field: bytes) -> str:
    return field.partition(b"\x00")[0].decode("utf-8", "replace")
