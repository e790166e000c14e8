"""A queue of RabbitMQ that is one test's own, written and read by AMQP 1.0."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import aio_pika
from proton import Message, Timeout
from proton.utils import BlockingConnection

from bus.amqp1.node import Node, OpenDoor, read_node
from bus.amqp1.publisher import Amqp1
from bus.amqp1.queue import Amqp1Queue
from bus.manner import Manner
from tests.brokers import RabbitMq
from tests.bus.amqp1.peer import body_of

#: Shorter than in earnest, and still long for two busy cores.
MANNER = Manner(open=6.0, confirm=10.0, apart=10.0, close=1.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """A durable queue, known by its name."""

    rabbit: RabbitMq
    name: str

    @property
    def node(self) -> Node:
        where = f"guest:guest@127.0.0.1:{self.rabbit.port}"
        return read_node(f"amqp1://{where}//amq/queue/{self.name}")

    @property
    def address(self) -> str:
        return f"/amq/queue/{self.name}"

    def consumer(self, node: Node | None = None, **manner: Any) -> Amqp1Queue:
        return Amqp1Queue(OpenDoor(node or self.node), replace(MANNER, **manner))

    async def write(self, *messages: Message) -> None:
        """Put messages into the queue, with proton's own client."""
        await asyncio.to_thread(self._write, messages)

    def _write(self, messages: Sequence[Message]) -> None:
        client = self._connect()
        try:
            sender = client.create_sender(self.address)
            for message in messages:
                sender.send(message)
        finally:
            client.close()

    def publisher(self, node: Node | None = None, **manner: Any) -> Amqp1:
        return Amqp1(OpenDoor(node or self.node), replace(MANNER, **manner))

    async def read(self) -> list[Message]:
        """Take all that is in the queue, with proton's own client."""
        return await asyncio.to_thread(self._read, await self._count())

    async def _count(self) -> int:
        async with await aio_pika.connect(f"{self.rabbit.url}/") as connection:
            channel = await connection.channel()
            queue = await channel.declare_queue(self.name, passive=True)
            return queue.declaration_result.message_count or 0

    def _read(self, expected: int) -> list[Message]:
        client = self._connect()
        found: list[Message] = []
        try:
            receiver = client.create_receiver(self.address, credit=100)
            while True:
                patience = 10.0 if len(found) < expected else 0.5
                found.append(receiver.receive(timeout=patience))
                receiver.accept()
        except Timeout:
            return found
        finally:
            client.close()

    def _connect(self) -> BlockingConnection:
        return BlockingConnection(
            f"amqp://127.0.0.1:{self.rabbit.port}",
            timeout=10,
            user="guest",
            password="guest",  # noqa: S106 # RabbitMQ's own, on loopback
            allowed_mechs="PLAIN",
        )

    async def bodies(self) -> list[bytes]:
        return [body_of(one) for one in await self.read()]

    async def make(self, limits: Mapping[str, str | int] | None = None) -> None:
        async with await aio_pika.connect(f"{self.rabbit.url}/") as connection:
            channel = await connection.channel()
            await channel.declare_queue(
                self.name, durable=True, arguments=dict(limits or {})
            )

    async def delete(self) -> None:
        async with await aio_pika.connect(f"{self.rabbit.url}/") as connection:
            await (await connection.channel()).queue_delete(self.name)


def written(body: bytes, **more: Any) -> Message:
    """Return a message as 1C writes one, a UUID its id."""
    message = Message(body=body, **{"id": uuid.uuid4(), "durable": True, **more})
    message.inferred = True  # a data section
    return message


async def settle(
    rabbit: RabbitMq, *, limits: Mapping[str, str | int] | None = None, name: str = ""
) -> Queue:
    """Make a queue as the owners of a bus do."""
    queue = Queue(rabbit=rabbit, name=name or f"desk-{uuid.uuid4().hex}")
    await queue.make(limits)
    return queue
