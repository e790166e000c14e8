"""clamd asked about bytes: the command INSTREAM of its protocol (clamd(8))."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
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
        try:
            async with asyncio.timeout(self.timeout):
                with await _connect(self.place) as connection:
                    return _judged(await _ask(connection, content))
        except TimeoutError as error:
            raise ScannerError(f"no answer within {self.timeout:g} s") from error
        except OSError as error:
            raise ScannerError(error.strerror or str(error)) from error
        except UnicodeError as error:  # of what is no name of a host
            raise ScannerError(str(error)) from error


async def _connect(place: Place) -> socket.socket:
    """Return a connection; OSError of the last address if none takes one."""
    if place.path:
        return await _open(socket.AF_UNIX, place.path)
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    for family, _, _, _, address in found[:-1]:
        with suppress(OSError):
            return await _open(family, address)
    return await _open(found[-1][0], found[-1][4])


async def _open(family: int, address: Any) -> socket.socket:
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.setblocking(False)  # noqa: FBT003 # named so by sockets
    try:
        await asyncio.get_running_loop().sock_connect(connection, address)
    except BaseException:
        connection.close()
        raise
    return connection


async def _ask(connection: socket.socket, content: bytes) -> bytes:
    """Send the bytes and return the answer.

    clamd answers and hangs up when it has had too much. A stream of asyncio's that
    cannot write any more does not read what came before that; so there is none.
    """
    with suppress(ConnectionError):
        await _send(connection, content)
    loop, answer = asyncio.get_running_loop(), b""
    while not answer.endswith(b"\0") and len(answer) < _ANSWER:
        piece = await loop.sock_recv(connection, _ANSWER)
        if not piece:
            raise ScannerError("it broke off without an answer")
        answer += piece
    return answer.rstrip(b"\0\n")


async def _send(connection: socket.socket, content: bytes) -> None:
    loop, view = asyncio.get_running_loop(), memoryview(content)
    await loop.sock_sendall(connection, b"zINSTREAM\0")
    for at in range(0, len(view), _PIECE):
        piece = view[at : at + _PIECE]
        await loop.sock_sendall(connection, struct.pack("!L", len(piece)))
        await loop.sock_sendall(connection, piece)
    await loop.sock_sendall(connection, struct.pack("!L", 0))


def _judged(answer: bytes) -> Judged:
    if answer == b"stream: OK":
        return Judged()
    if found := _FOUND.fullmatch(answer):
        return Judged(virus=found[1].decode("utf-8", "replace"))
    if _TOO_LARGE in answer:
        return Judged(too_large=True)
    raise ScannerError(f"it says: {answer.decode('utf-8', 'replace')[:200]}")
