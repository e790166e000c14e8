"""A keeper with behaviour, a door around it, and loops of both kinds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import uvloop

from mail.door.smtp import Accepted, Door, Full, Limits

LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
}
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class MemoryKeeper:
    """Keeps mails in a list, or is full, or fails, or waits for ``gate``."""

    def __init__(self) -> None:
        self.mails: list[Accepted] = []
        self.error: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.started = 0

    async def keep(self, accepted: Accepted) -> None:
        self.started += 1
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        self.mails.append(accepted)

    def fill(self) -> None:
        self.error = Full()


@asynccontextmanager
async def open_door(
    keeper: MemoryKeeper | None = None, **settings: Any
) -> AsyncIterator[Door]:
    settings.setdefault("limits", Limits())
    settings.setdefault("accepts", lambda address: address.endswith("@desk.example"))
    door = Door(
        keeper=keeper or MemoryKeeper(),
        clock=lambda: NOON,
        hostname="mx.desk.example",
        **settings,
    )
    await door.start("127.0.0.1", 0)
    try:
        yield door
    finally:
        await door.stop(grace=0.1)


def run(main: Awaitable[None], loop: str = "asyncio") -> None:
    async def with_limit() -> None:
        async with asyncio.timeout(20):
            await main

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        runner.run(with_limit())


class Client:
    """A raw socket that speaks SMTP, or anything else."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def line(self) -> str:
        """Return the next line without CR LF; empty at the end."""
        line = await self.reader.readline()
        return line.decode().removesuffix("\r\n")

    async def reply(self) -> str:
        """Return the last line of the next reply."""
        while (line := await self.line())[3:4] == "-":
            pass
        return line

    async def ask(self, command: str) -> str:
        await self.send(command.encode() + b"\r\n")
        return await self.reply()

    async def until_data(self, **options: str) -> str:
        """Go through the dialog up to the reply to DATA."""
        await self.ask("EHLO client.example")
        await self.ask(f"MAIL FROM:<ann@partner.example>{options.get('mail', '')}")
        await self.ask("RCPT TO:<help@desk.example>")
        return await self.ask("DATA")

    async def deliver(self, content: bytes) -> str:
        """Send one mail that needs no transparency dots; return the last reply."""
        await self.until_data()
        await self.send(content + b"\r\n.\r\n")
        return await self.reply()


@asynccontextmanager
async def client_of(
    port: int, *, greeted: bool = True, at: str = "127.0.0.1"
) -> AsyncIterator[Client]:
    """Connect from any address of this machine, of which there are many."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, local_addr=(at, 0)
    )
    client = Client(reader, writer)
    try:
        if greeted:
            await client.reply()
        yield client
    finally:
        writer.close()
        with suppress(ConnectionError):  # cut off by the door: the end all the same
            await writer.wait_closed()
