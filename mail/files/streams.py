"""Compressed streams, unpacked a piece at a time so that memory stays small."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator

#: What goes in at a time, and what may come out at most.
_IN, _OUT = 16 * 1024, 256 * 1024
_LZMA_MEMORY = 128 * 1024 * 1024
_RAW, _GZIP = -15, 31  # zlib's names for them: the bits of the window


_Unpacker = bz2.BZ2Decompressor | lzma.LZMADecompressor


def deflated(content: memoryview) -> Iterator[bytes]:
    """Yield what a deflated member of a ZIP holds; zlib.error if it is damaged."""
    yield from _of_zlib(content, _RAW)


def gzipped(content: memoryview) -> Iterator[bytes]:
    """Yield what a gzip file holds, all of its streams; zlib.error, EOFError."""
    yield from _of_zlib(content, _GZIP)


def bzipped(content: memoryview) -> Iterator[bytes]:
    """Yield what a bzip2 file holds; OSError, EOFError."""
    yield from _of_others(content, bz2.BZ2Decompressor)


def xzipped(content: memoryview) -> Iterator[bytes]:
    """Yield what an xz file holds; lzma.LZMAError, EOFError."""
    yield from _of_others(
        content,
        lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_LZMA_MEMORY),
    )


def _of_zlib(content: memoryview, window: int) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(window)
    at = 0
    while at < len(content) and not unpacker.eof:
        rest: bytes | memoryview = content[at : at + _IN]
        at += len(rest)
        while rest and not unpacker.eof:
            yield unpacker.decompress(rest, _OUT)
            rest = unpacker.unconsumed_tail
        if unpacker.eof and window == _GZIP:
            at -= len(unpacker.unused_data)
            if bytes(content[at : at + 2]) == b"\x1f\x8b":
                unpacker = zlib.decompressobj(window)
    if not unpacker.eof:
        raise EOFError("the stream ends too early")


def _of_others(content: memoryview, make: Callable[[], _Unpacker]) -> Iterator[bytes]:
    unpacker, at = make(), 0
    while at < len(content):
        piece = bytes(content[at : at + _IN])
        at += len(piece)
        yield unpacker.decompress(piece, _OUT)
        while not (unpacker.eof or unpacker.needs_input):
            yield unpacker.decompress(b"", _OUT)
        if unpacker.eof:
            at -= len(unpacker.unused_data)
            if bytes(content[at : at + 3]) not in {b"BZh", b"\xfd7z"}:
                return
            unpacker = make()
    raise EOFError("the stream ends too early")
