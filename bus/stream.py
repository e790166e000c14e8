"""RabbitMQ's stream queue as a record of what the broker really got."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aio_pika.abc import AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from bus.broker import Broker
from bus.holdings import Held, HoldingsError, held_of
from bus.manner import Manner
from bus.replies import words_of
from bus.wire import Wire

#: How many messages come ahead, and how many are acknowledged together.
AHEAD, TOGETHER = 500, 100
#: How long the broker may be silent, in seconds, though it should have more, and
#: until what it has last must have come.
SILENCE, PAUSE = 10.0, 0.5
OFFSET = "x-stream-offset"


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamQueue:
    """A queue of the type ``stream``, which reading does not empty."""

    broker: Broker
    queue: str
    manner: Manner = field(default_factory=Manner)

    async def read(self, since: datetime | None) -> AsyncIterator[Held]:
        """Yield what was in the stream when it was asked."""
        wire = Wire(self.broker, self.manner)
        try:
            async with asyncio.timeout(self.manner.open):
                queue = await self._find(wire)
            async with aclosing(self._messages(queue, since)) as messages:
                async for message in messages:
                    held = held_of(message.body)
                    if held is not None:
                        yield held
        except CONNECTION_EXCEPTIONS as error:
            raise HoldingsError(
                f"{self.broker.address}, queue {self.queue!r}: {words_of(error)}"
            ) from error
        finally:
            await wire.close()

    async def _find(self, wire: Wire) -> AbstractQueue:
        await wire.connection.connect()
        channel = wire.connection.channel(publisher_confirms=False)
        await channel.initialize()
        await channel.set_qos(prefetch_count=AHEAD)
        return await channel.get_queue(self.queue, ensure=True)

    async def _messages(
        self, queue: AbstractQueue, since: datetime | None
    ) -> AsyncGenerator[AbstractIncomingMessage, None]:
        """Yield from the beginning, or what came since, to what is the last now."""
        last = -1
        async with aclosing(self._consumed(queue, "last", PAUSE)) as newest:
            async for message in newest:
                last = self._offset(message)
        if last < 0:
            return
        first = "first" if since is None else since.astimezone(UTC)
        begun = since is None
        async with aclosing(self._consumed(queue, first, SILENCE)) as messages:
            async for message in messages:
                begun = True
                yield message
                if self._offset(message) >= last:
                    return
        if begun:
            raise HoldingsError(f"queue {self.queue!r}: the broker fell silent")

    async def _consumed(
        self, queue: AbstractQueue, first: str | datetime, silence: float
    ) -> AsyncGenerator[AbstractIncomingMessage, None]:
        """Yield what comes, until nothing more does for so many seconds."""
        came: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        tag = await queue.consume(came.put, arguments={OFFSET: first})
        wait = SILENCE  # for the first, which the broker may have to look for
        try:
            while True:
                async with asyncio.timeout(wait):
                    message = await came.get()
                if self._offset(message) % TOGETHER == 0:
                    await message.ack(multiple=True)
                yield message
                wait = silence
        except TimeoutError:
            return
        finally:
            await queue.cancel(tag)

    def _offset(self, message: AbstractIncomingMessage) -> int:
        offset = message.headers.get(OFFSET)
        if not isinstance(offset, int):
            raise HoldingsError(
                f"queue {self.queue!r} is no stream: it must be declared with "
                "x-queue-type: stream, and be bound to the exchange with #"
            )
        return offset
