"""clamd asked about bytes: the command INSTREAM of its protocol (clamd(8))."""

from __future__ import annotations

import asyncio
import re
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

PORT = 3310
FORM = "must be clamd://HOST:PORT or unix:///PATH"
_PIECE = 128 * 1024
_ANSWER = 4096
_FOUND = re.compile(rb"stream: (.+) FOUND")
_TOO_LARGE = b"size limit exceeded"


class ScannerError(Exception):
    """The scanner could not say what it thinks of the bytes."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the scanner says: the name of what it found, or that it is too much."""

    virus: str = ""
    too_large: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where clamd listens: a host and port, or a socket in a folder."""

    host: str = ""
    port: int = PORT
    path: str = ""

    @property
    def name(self) -> str:
        return self.path or f"{self.host}:{self.port}"


def read_place(url: str) -> Place:
    """Return what a URL names; ValueError says what is allowed."""
    parts = urlsplit(url)
    if parts.scheme == "unix" and parts.path and not parts.netloc:
        return Place(path=parts.path)
    if parts.scheme != "clamd" or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError(FORM)
    try:
        return Place(host=parts.hostname, port=parts.port or PORT)
    except ValueError as error:
        raise ValueError(FORM) from error


@dataclass(frozen=True, kw_only=True, slots=True)
class Clamd:
    """One clamd; each scan has a connection of its own, as the protocol wants it.

    ``timeout`` is in seconds, for all of a scan.
    """

    place: Place
    timeout: float = 60.0

    async def scan(self, content: bytes) -> Judged:
        """Ask about bytes. ScannerError if there is no answer that can be used."""
        limit = asyncio.timeout(self.timeout)
        try:
            async with limit, self._connection() as (reader, writer):
                return _judged(await _ask(reader, writer, content))
        except TimeoutError as error:
            raise ScannerError(f"no answer within {self.timeout:g} s") from error
        except OSError as error:
            raise ScannerError(error.strerror or str(error)) from error

    @asynccontextmanager
    async def _connection(
        self,
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        if self.place.path:
            opening = asyncio.open_unix_connection(self.place.path)
        else:
            opening = asyncio.open_connection(self.place.host, self.place.port)
        reader, writer = await opening
        try:
            yield reader, writer
        finally:
            writer.transport.abort()  # nothing more is to be said


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, content: bytes
) -> bytes:
    """Send the bytes and return the answer; it may come before they are all sent."""
    sending = asyncio.create_task(_send(writer, content))
    try:
        with suppress(asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return (await reader.readuntil(b"\0"))[:_ANSWER].rstrip(b"\0\n")
    finally:
        sending.cancel()
        with suppress(asyncio.CancelledError, OSError):
            await sending
    raise ScannerError("it broke off without an answer")


async def _send(writer: asyncio.StreamWriter, content: bytes) -> None:
    writer.write(b"zINSTREAM\0")
    view = memoryview(content)
    for at in range(0, len(view), _PIECE):
        piece = view[at : at + _PIECE]
        writer.write(struct.pack("!L", len(piece)))
        writer.write(piece)
        await writer.drain()
    writer.write(struct.pack("!L", 0))
    await writer.drain()


def _judged(answer: bytes) -> Judged:
    if answer == b"stream: OK":
        return Judged()
    if found := _FOUND.fullmatch(answer):
        return Judged(virus=found[1].decode("utf-8", "replace"))
    if _TOO_LARGE in answer:
        return Judged(too_large=True)
    raise ScannerError(f"it says: {answer.decode('utf-8', 'replace')[:200]}")
