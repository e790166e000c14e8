"""A file is looked into: what it is, and what would come out of it."""

from __future__ import annotations

import lzma
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from mail.files import members, sniff
from mail.files.allowance import Allowance, BombError
from mail.files.members import Member
from tickets.files.examined import Examined
from tickets.files.filenames import extension

_FORMS: Mapping[str, Callable[[memoryview], Iterator[Member]]] = {
    sniff.ZIP: members.of_zip,
    sniff.TAR: members.of_tar,
    sniff.GZIP: members.of_gzip,
    sniff.BZIP2: members.of_bzip2,
    sniff.XZ: members.of_xz,
}
_DAMAGE = (ValueError, EOFError, OSError, zlib.error, lzma.LZMAError, struct.error)
#: An archive in an archive is held in memory to be looked into; a larger one is not.
_HELD = 64 * 1024 * 1024
_EXTENSION = 20


def examine(content: bytes, allowance: Allowance) -> Examined:
    """Return what the bytes tell; nothing is written, whatever they are."""
    allowance.take(len(content))
    look = _Look(allowance)
    bomb = ""
    try:
        look.into(content, 0)
    except BombError as error:
        bomb = str(error)
    return Examined(
        media_type=sniff.sniff(content),
        extensions=frozenset(look.extensions),
        bomb=bomb,
        encrypted=look.encrypted,
        opaque=look.opaque,
    )


@dataclass(slots=True)
class _Look:
    """What is found on the way into a file."""

    allowance: Allowance
    extensions: set[str] = field(default_factory=set)
    encrypted: bool = False
    opaque: bool = False

    def into(self, content: bytes, depth: int) -> None:
        listed = _FORMS.get(sniff.sniff(content))
        if listed is None:
            return
        self.allowance.descend(depth)
        try:
            for member in listed(memoryview(content)):
                self._meet(member, depth)
        except _DAMAGE:
            self.opaque = True

    def _meet(self, member: Member, depth: int) -> None:
        self.allowance.promise(member.size)
        self.extensions.add(extension(member.name)[:_EXTENSION])
        if member.encrypted:
            self.encrypted = True
        elif member.pieces is None:
            self.opaque = True
        else:
            self._unpack(member.pieces, depth)

    def _unpack(self, pieces: Iterator[bytes], depth: int) -> None:
        """Let all of a member come out, and hold it if it is an archive."""
        held = bytearray()
        is_archive = True
        for piece in pieces:
            self.allowance.unpack(len(piece))
            if is_archive:
                held += piece
                head = bytes(held[: sniff.HEAD])
                is_archive = len(held) < sniff.HEAD or sniff.sniff(head) in _FORMS
            if len(held) > _HELD:
                self.opaque, is_archive = True, False
                held.clear()
        if is_archive:
            self.into(bytes(held), depth + 1)
