"""winmail.dat opened: files and text that Outlook packs into one (MS-OXTNEF)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import IntEnum, unique

from mail.parcels import rtf
from mail.parcels.mapi import Properties, Tag, properties
from mail.reading import charsets, names, params
from tickets.letter import File

_SIGNATURE = bytes.fromhex("789f3e22")
_HEAD = struct.Struct("<BII")
_CHECKSUM = 2
_ATTRIBUTES = 5000
_NESTED = 3
_ANY_TYPE = "application/octet-stream"


@unique
class _Kind(IntEnum):
    """The attributes that are of use here (MS-OXTNEF, 2.1.3.3)."""

    BODY = 0x800C
    DATA = 0x800F
    TITLE = 0x8010
    FILE_BEGINS = 0x9002
    MESSAGE_PROPERTIES = 0x9003
    FILE_PROPERTIES = 0x9005
    CODE_PAGE = 0x9007


class TnefError(ValueError):
    """This is not TNEF, or it is broken."""


@dataclass(slots=True)
class Packed:
    """What one winmail.dat holds; ``page`` is HTML in bytes, empty if there is none.

    ``whole`` says that it did not break off, and nothing was left out.
    """

    text: str = ""
    page: bytes = b""
    files: list[File] = field(default_factory=list)
    whole: bool = False


def read(raw: bytes, *, files: int, text: int) -> Packed:
    """Open TNEF, at most so many files and so long a text; TnefError if it is none.

    Of one that breaks off, what stands before that is returned.
    """
    return _read(memoryview(raw), files, text, depth=0)


def _read(raw: memoryview, files: int, text: int, *, depth: int) -> Packed:
    if bytes(raw[:4]) != _SIGNATURE:
        raise TnefError
    stream = _Stream(most=files, text=text, depth=depth)
    at = len(_SIGNATURE) + 2
    for _ in range(_ATTRIBUTES):
        if at + _HEAD.size > len(raw):
            stream.packed.whole = True
            break
        _, kind, length = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        if at + length > len(raw):
            break
        stream.take(kind & 0xFFFF, raw[at : at + length])
        at += length + _CHECKSUM
    stream.end_file()
    stream.packed.whole &= not stream.left_out
    return stream.packed


@dataclass(slots=True)
class _Stream:
    """The attributes of one message as they come: its own, then each file's."""

    most: int
    text: int
    depth: int
    packed: Packed = field(default_factory=Packed)
    charset: str = "cp1252"
    title: str = ""
    content: memoryview | None = None
    extra: Properties = field(default_factory=Properties)
    left_out: bool = False

    def take(self, kind: int, value: memoryview) -> None:
        match kind:
            case _Kind.CODE_PAGE if len(value) >= 4:
                self.charset = f"cp{int.from_bytes(value[:4], 'little')}"
            case _Kind.BODY:
                self.packed.text = self._decoded(value)[: self.text]
            case _Kind.MESSAGE_PROPERTIES:
                self._take_message(properties(value))
            case _Kind.FILE_BEGINS:
                self.end_file()
            case _Kind.TITLE:
                self.title = self._decoded(value)
            case _Kind.DATA:
                self.content = value
            case _Kind.FILE_PROPERTIES:
                self.extra = properties(value)
            case _:
                pass

    def _take_message(self, found: Properties) -> None:
        body = found.text(Tag.BODY, self.charset)
        packed = found.first(Tag.RTF)
        if not self.packed.text:
            self.packed.text = body[: self.text]
        if not self.packed.text and packed is not None:
            self.packed.text = rtf.text(rtf.decompress(bytes(packed)))[: self.text]
        self.packed.page = bytes(found.first(Tag.HTML) or b"")

    def end_file(self) -> None:
        """Keep the file whose attributes have come, and begin the next."""
        content, extra, title = self.content, self.extra, self.title
        content = content or extra.content or content
        self.title, self.content, self.extra = "", None, Properties()
        if content is None:
            return
        if len(self.packed.files) >= self.most:
            self.left_out = True
            return
        name = names.safe(extra.name(self.charset) or title)
        if extra.is_message and self.depth < _NESTED:
            self._take_inner(content, name)
            return
        self._keep(name, bytes(content), extra)

    def _take_inner(self, content: memoryview, name: str) -> None:
        """Take a message inside this one: its text as a file, and its files."""
        room = self.most - len(self.packed.files)
        try:
            inner = _read(content, room, self.text, depth=self.depth + 1)
        except TnefError:
            self._keep(name, bytes(content), Properties())
            return
        if inner.text:
            text = f"{name or 'message'}.txt"
            self._keep(text, inner.text.encode(), Properties())
        self.packed.files += inner.files[: self.most - len(self.packed.files)]

    def _keep(self, name: str, content: bytes, extra: Properties) -> None:
        said = extra.text(Tag.MIME_TYPE, self.charset).lower()
        media_type = said if params.type_pattern.fullmatch(said) else _ANY_TYPE
        content_id = extra.text(Tag.CONTENT_ID, self.charset).strip("<> ")[:200]
        self.packed.files.append(
            File(
                name=name or names.made_up(media_type, len(self.packed.files) + 1),
                media_type=media_type,
                content=content,
                content_id=content_id or None,
            )
        )

    def _decoded(self, value: memoryview) -> str:
        return charsets.decode(bytes(value), self.charset).rstrip("\0")
