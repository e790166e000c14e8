"""The door: an SMTP (or LMTP) server that says 250 once a mail is kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import structlog

from mail.door.bounds import Limits
from mail.door.connection import Connection
from mail.door.reception import Accepted, Full, Keeper, Reception
from mail.door.session import Conversation

__all__ = ["Accepted", "Door", "Full", "Keeper", "Limits"]

log = structlog.get_logger()

_LAST_WORDS = 1.0  # seconds to get a 421 out


@dataclass(kw_only=True, eq=False)
class Door(Reception):
    """Listens, and lets every client have its conversation."""

    _server: asyncio.Server | None = field(default=None, init=False)
    _open: set[Connection] = field(default_factory=set, init=False)
    _emptied: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    async def start(self, host: str, port: int) -> None:
        """Listen on ``host`` and ``port``; 0 takes any free port."""
        self._server = await asyncio.get_running_loop().create_server(
            self._converse, host, port, backlog=1024
        )

    def _converse(self) -> Conversation:
        conversation = Conversation(self, self._closed)
        self._open.add(conversation)
        self._emptied.clear()
        return conversation

    def _closed(self, connection: Connection) -> None:
        self._open.discard(connection)
        if not self._open:
            self._emptied.set()

    @property
    def connections(self) -> int:
        return len(self._open)

    @property
    def port(self) -> int:
        if self._server is None:
            raise RuntimeError("the door is not open")
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self, grace: float) -> None:
        """Stop listening; mails under way have ``grace`` seconds to end.

        A mail whose keeping takes longer still is kept or not on its own: its
        client hears 421 and sends it again.
        """
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for connection in tuple(self._open):
            connection.leave()
        if not await self._empties(grace):
            for connection in tuple(self._open):
                connection.end()
            await self._empties(_LAST_WORDS)
        if self.keeping:
            log.warning("smtp.still_keeping", mails=len(self.keeping))

    async def _empties(self, seconds: float) -> bool:
        if not self._open:
            return True
        try:
            async with asyncio.timeout(seconds):
                await self._emptied.wait()
        except TimeoutError:
            return False
        return True
