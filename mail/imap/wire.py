"""imaplib's connection within limits of time and bytes, and one that can be cut."""

from __future__ import annotations

import imaplib
import select
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from typing_extensions import override

#: Seconds to connect, and for each answer; a mail may take longer by its length.
CONNECT = 10.0
ANSWER = 60.0
#: Bytes a second, at least: who is slower is given up.
SLOWEST = 4096
#: An answer without mails: the list of a million UIDs is half of it.
ANSWER_BYTES = 16 * 1024 * 1024
_CHUNK = 64 * 1024


class Wire(imaplib.IMAP4):
    """The methods that imaplib documents to be overridden, with a buffer of our own.

    Each command is given a deadline and an allowance by ``expect``. Thread-safe is
    only ``cut``.
    """

    def __init__(
        self,
        host: str,
        port: int,
        context: ssl.SSLContext | None,
        *,
        begun: Callable[[Wire], None],
    ) -> None:
        self._context = context  # for TLS from the first byte on
        self._buffer = bytearray()
        self._is_cut = False
        self.expect()
        begun(self)  # who may cut it must know of it before it waits
        super().__init__(host, port)

    def expect(self, size: int = 0) -> None:
        """Allow the next answer its time and bytes, besides ``size`` bytes of mail."""
        self._deadline = time.monotonic() + ANSWER + size / SLOWEST
        self._allowance = ANSWER_BYTES + size

    @override
    def open(
        self, host: str = "", port: int = 143, timeout: float | None = None
    ) -> None:
        self.host, self.port = host, port
        self.sock = socket.create_connection((host, port), timeout or CONNECT)
        self.expect()
        if self._is_cut:
            raise self.abort("stopped")
        if self._context is not None:
            self.sock.settimeout(CONNECT)
            self.sock = self._context.wrap_socket(self.sock, server_hostname=host)

    @override
    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> Any:
        kind, data = self._simple_command("STARTTLS")
        if kind != "OK" or ssl_context is None:
            raise self.error(f"STARTTLS: {data}")
        if self._buffer:  # anybody may have said it, and we would believe it was them
            raise self.abort("the server said more than OK to STARTTLS")
        self.sock.settimeout(CONNECT)
        self.sock = ssl_context.wrap_socket(self.sock, server_hostname=self.host)
        self._get_capabilities()
        return kind, data

    @override
    def read(self, size: int) -> bytes:
        if size > self._allowance:
            raise self.abort(f"the server sends {size} bytes, more than it announced")
        parts = [bytes(self._buffer[:size])]
        del self._buffer[:size]
        missing = size - len(parts[0])
        while missing > 0:
            part = self._receive(min(missing, _CHUNK))
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    @override
    def readline(self) -> bytes:
        start = 0
        while (end := self._buffer.find(b"\n", start)) < 0:
            start = len(self._buffer)
            self._buffer += self._receive(_CHUNK)
        line = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        return line

    def _receive(self, most: int) -> bytes:
        """Return some bytes; within the deadline and the allowance, or abort."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self.abort("the server is too slow")
        self.sock.settimeout(left)
        try:
            data = self.sock.recv(most)
        except TimeoutError as error:
            raise self.abort("the server does not answer") from error
        if not data:
            raise self.abort("the server ended the connection")
        self._allowance -= len(data)
        if self._allowance < 0:
            raise self.abort("the server sends more than was asked for")
        return data

    @override
    def shutdown(self) -> None:
        self.cut()
        self.sock.close()

    def wait(self, seconds: float) -> None:
        """Return when the server has said something, is gone, or it is time."""
        if self._buffer:
            return
        if isinstance(self.sock, ssl.SSLSocket) and self.sock.pending():
            return
        poller = select.poll()
        poller.register(self.sock, select.POLLIN)
        poller.poll(seconds * 1000)

    def cut(self) -> None:
        """Let whoever reads here, in another thread, find the end at once."""
        self._is_cut = True
        sock: socket.socket | None = getattr(self, "sock", None)
        if sock is not None:
            with suppress(OSError):  # it is gone already
                # Not TLS's own shutdown, which would change what the other thread uses.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
