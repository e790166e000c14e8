"""A RabbitMQ queue that is read, looked for and never made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, InvalidFrameError

from bus.broker import Broker
from bus.door import LostError
from bus.link import trouble
from bus.manner import Manner
from bus.replies import words_of
from bus.wire import MendingWire

_CANCELLED = "the broker ended the reading: the queue was deleted or has moved"
_UNREADABLE = (InvalidFrameError, UnicodeError, ValueError)
_REMEDY = (
    "if this comes again and again, the message at the head of the queue cannot be "
    "read: take it away, or give the queue an x-delivery-limit and a dead-letter "
    "exchange"
)


@dataclass(frozen=True, slots=True)
class Message:
    """bus.door.Delivery of one message of a queue.

    ``seconds`` is how long its answer may take to leave.
    """

    came: AbstractIncomingMessage
    seconds: float

    @property
    def body(self) -> bytes:
        return self.came.body

    async def ack(self) -> None:
        await _done(self.came.ack(), self.seconds)

    async def dead(self, reason: str) -> None:  # noqa: ARG002 # AMQP 0-9-1 has no words for it
        await _done(self.came.reject(requeue=False), self.seconds)


class RabbitQueue:
    """bus.door.Consumer over a connection of its own, with one message in hand."""

    def __init__(
        self, broker: Broker, queue: str, manner: Manner | None = None
    ) -> None:
        self._broker = broker
        self._queue = queue
        self._manner = manner or Manner()
        self._wire: MendingWire | None = None
        self._inbox: asyncio.Queue[Message | LostError] = asyncio.Queue()

    async def open(self) -> None:
        self._inbox = asyncio.Queue()
        wire = self._wire = MendingWire(self._broker, self._manner)
        try:
            async with asyncio.timeout(self._manner.open):
                with wire.cut_after(self._manner.open):
                    await self._subscribe(wire)
        except CONNECTION_EXCEPTIONS as error:
            raise LostError(trouble(self._broker, error)) from error

    async def next(self) -> Message:
        came = await self._inbox.get()
        if isinstance(came, LostError):
            raise came
        return came

    async def close(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            await wire.close()

    async def _subscribe(self, wire: MendingWire) -> None:
        """Find the queue, which is not made if it is absent, and read from it."""
        await wire.connection.connect()
        channel = wire.connection.channel(publisher_confirms=False)
        await channel.initialize()
        inbox, seconds = self._inbox, self._manner.confirm

        async def arrived(came: AbstractIncomingMessage) -> None:
            await inbox.put(Message(came, seconds))

        def ended(_: object, error: BaseException | None) -> None:
            inbox.put_nowait(LostError(self._why(error)))

        async def cancelled(_: object) -> None:
            await inbox.put(LostError(f"{self._broker.address}: {_CANCELLED}"))

        channel.close_callbacks.add(ended)
        underlay = await channel.get_underlay_channel()
        underlay.on_consumer_cancel_callbacks.add(cancelled)
        await channel.set_qos(prefetch_count=1)
        queue = await channel.get_queue(self._queue, ensure=True)
        await queue.consume(arrived)

    def _why(self, error: BaseException | None) -> str:
        if error is None:
            return f"{self._broker.address}: the connection ended"
        remedy = f"; {_REMEDY}" if isinstance(error, _UNREADABLE) else ""
        return f"{trouble(self._broker, error)}{remedy}"


async def _done(answer: Awaitable[None], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await answer
    except CONNECTION_EXCEPTIONS as error:
        raise LostError(f"a message was not answered for: {words_of(error)}") from error
