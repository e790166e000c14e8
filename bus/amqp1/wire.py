"""A connection by AMQP 1.0: proton turns bytes into states, asyncio carries bytes."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import uuid
from collections.abc import Callable
from typing import Self, cast

from proton import Condition, Connection, Endpoint, Transport
from typing_extensions import override

from bus.amqp1.node import Node, Refused
from bus.manner import Manner
from bus.wording import one_line

#: What 1C:ESB's own documentation asks of a client; nobody else minds.
MAX_FRAME_SIZE = 1_000_000
CHANNEL_MAX = 7000


class Wire(asyncio.Protocol):
    """An open connection, and whatever proton makes of what comes in.

    Nothing calls back: who waits for something looks at proton's objects again
    whenever they may have changed (``until``), and calls ``flush`` after changing
    them.
    """

    def __init__(self, node: Node, manner: Manner) -> None:
        self._node = node
        self._manner = manner
        self._loop = asyncio.get_running_loop()
        self._socket: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._changed = asyncio.Event()
        self._lost = ""
        self.connection = Connection()
        self._engine = _engine(self.connection, node, manner)

    @classmethod
    async def open(cls, node: Node, manner: Manner) -> Self:
        """Connect and log in; raise ``Refused``."""
        wire = cls(node, manner)
        try:
            async with asyncio.timeout(manner.open):
                await wire._connect()
                await wire.until(lambda: wire._is(Endpoint.REMOTE_ACTIVE))
        except TimeoutError:
            wire._lost = wire._lost or f"no answer within {manner.open:g} seconds"
        except (OSError, ssl.SSLError) as error:
            wire._lost = words_of(error)
        except BaseException:
            wire._cut()
            raise
        if trouble := wire.trouble:
            wire._cut()
            raise Refused(f"{node.place}: {trouble}")
        return wire

    async def _connect(self) -> None:
        tls = None
        if self._node.tls:
            tls = self._manner.tls or ssl.create_default_context()
        await self._loop.create_connection(
            lambda: self, self._node.host, self._node.port, ssl=tls
        )

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._socket = cast(asyncio.Transport, transport)
        self.flush()

    @override
    def data_received(self, data: bytes) -> None:
        left = memoryview(data)
        while left and (room := self._engine.capacity()) > 0:
            self._engine.push(bytes(left[:room]))
            left = left[room:]
        self.flush()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = self.trouble or words_of(exc or ConnectionError("it was closed"))
        if self._timer is not None:
            self._timer.cancel()
        self._changed.set()

    @property
    def trouble(self) -> str:
        """Return why nothing goes through any more; empty while it does."""
        if self._lost:
            return self._lost
        if condition := self._engine.condition or self.connection.remote_condition:
            return said(condition)
        return "it was closed" if self._is(Endpoint.REMOTE_CLOSED) else ""

    @property
    def refusal(self) -> Condition | None:
        """Return the reason that the other side gave for closing."""
        condition: Condition | None = self.connection.remote_condition
        return condition

    def _is(self, state: int) -> bool:
        return bool(self.connection.state & state)

    def flush(self) -> None:
        """Send what proton has to say, and wake whoever waits for a change."""
        if self._socket is None or self._socket.is_closing():
            return
        deadline = self._engine.tick(self._loop.time())
        while (size := self._engine.pending()) > 0:
            self._socket.write(self._engine.peek(size) or b"")
            self._engine.pop(size)
        if size < 0:  # proton has ended, after a close or over an error
            self._socket.close()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(deadline, self.flush) if deadline else None
        self._changed.set()

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait until it is so, or the wire is broken."""
        while not (done() or self.trouble):
            self._changed.clear()
            await self._changed.wait()

    async def close(self) -> None:
        """Take leave, for a bounded time."""
        try:
            self.connection.close()
            self.flush()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._manner.close):
                    await self.until(lambda: self._is(Endpoint.REMOTE_CLOSED))
        finally:
            self._cut()

    def _cut(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._socket is not None:
            self._socket.abort()


def _engine(connection: Connection, node: Node, manner: Manner) -> Transport:
    """Return proton's half of the connection, with the log-in and the open in it."""
    # Unique: brokers may end a link when its name comes again from the same container.
    connection.container = f"zayavka-{uuid.uuid4()}"
    connection.hostname = node.vhost or node.host
    engine = Transport()
    engine.max_frame_size = MAX_FRAME_SIZE
    engine.channel_max = CHANNEL_MAX
    engine.idle_timeout = manner.heartbeat
    sasl = engine.sasl()
    sasl.allow_insecure_mechs = True  # proton does not see our TLS
    if node.user:
        connection.user, connection.password = node.user, node.password
    sasl.allowed_mechs("PLAIN" if node.user else "ANONYMOUS")
    engine.bind(connection)
    connection.open()
    return engine


def said(condition: Condition) -> str:
    """Return the other side's reason on one line."""
    if condition.name == "amqp:unauthorized-access":
        return f"the log-in was refused or is over ({line_of(condition)})"
    return line_of(condition)


def line_of(condition: Condition) -> str:
    """Return a condition and its words on one line."""
    return one_line(f"{condition.name}: {condition.description or ''}")


def words_of(error: Exception) -> str:
    """Return what befell the socket, in words."""
    return one_line(str(error)) or type(error).__name__
