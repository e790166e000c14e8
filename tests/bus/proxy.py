"""A way to a server that loses what comes back, and breaks; and no server at all."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Proxy:
    """Carries bytes to a server and back."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._writers: set[asyncio.StreamWriter] = set()
        self._deaf = False
        self.port = 0
        self.has_swallowed = asyncio.Event()  # something that came back

    def deafen(self) -> None:
        """Let nothing back from now on, until the way is cut."""
        self._deaf = True

    def cut(self) -> None:
        """End all connections; new ones are whole again."""
        self._deaf = False
        for writer in self._writers:
            writer.transport.abort()

    async def carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", self._server_port)
        both = {writer, forth}
        self._writers |= both
        try:
            await asyncio.gather(
                self._pump(reader, forth), self._pump(back, writer, is_back=True)
            )
        finally:
            self._writers -= both

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        is_back: bool = False,
    ) -> None:
        with contextlib.suppress(ConnectionError):  # the way was cut
            while data := await reader.read(65536):
                if is_back and self._deaf:
                    self.has_swallowed.set()
                else:
                    writer.write(data)
        writer.close()


@asynccontextmanager
async def proxying(server_port: int) -> AsyncIterator[Proxy]:
    proxy = Proxy(server_port)
    async with await asyncio.start_server(proxy.carry, "127.0.0.1", 0) as server:
        proxy.port = server.sockets[0].getsockname()[1]
        yield proxy
        proxy.cut()


@asynccontextmanager
async def saying(words: bytes) -> AsyncIterator[int]:
    """Serve somebody who says the same to everybody, and then nothing."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
