"""A place on a broker that is one test's own, and what is sent there."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import aio_pika
import uvloop
from aio_pika.abc import AbstractIncomingMessage, ExchangeType

from bus.amqp import Amqp
from bus.broker import Broker, read_broker
from bus.manner import Manner
from bus.targets import Out
from tests.brokers import RabbitMq
from tickets.sending import Answer, Sent

TYPE = "zayavka.ticket.stage-changed.v1"
#: Shorter than in earnest, and still long for two busy cores.
MANNER = Manner(open=5.0, confirm=10.0, apart=10.0, close=1.0)
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
_ids = itertools.count(1)


def out(key: str = "NN-1", seq: int = 1, *, type_: str = TYPE, size: int = 100) -> Out:
    return Out(
        event_id=f"{key}/{seq}/{next(_ids)}",
        type=type_,
        key=key,
        seq=seq,
        body=b"{" + b" " * (size - 2) + b"}",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """An exchange and a queue that both bear the same name."""

    url: str
    name: str

    @property
    def broker(self) -> Broker:
        return read_broker(f"{self.url}?exchange={self.name}")

    def publisher(self, **manner: float) -> Amqp:
        return Amqp(self.broker, replace(MANNER, **manner))  # type: ignore[arg-type] # all of those given are numbers

    async def read(self) -> list[AbstractIncomingMessage]:
        """Take all that is in the queue."""
        found = []
        async with await aio_pika.connect(self.url) as connection:
            channel = await connection.channel()
            queue = await channel.get_queue(self.name)
            while (message := await queue.get(fail=False)) is not None:
                await message.ack()
                found.append(message)
        return found

    async def seqs(self) -> list[int]:
        return [seq for _, seq in await self.pairs()]

    async def by_key(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for key, seq in await self.pairs():
            found.setdefault(key, []).append(seq)
        return found

    async def pairs(self) -> list[tuple[str, int]]:
        """Take all that is in the queue; return keys and numbers."""
        return [
            (str(one.headers["partitionkey"]), int(str(one.headers["sequence"])))
            for one in await self.read()
        ]


async def settle(
    rabbit: RabbitMq,
    *,
    name: str = "",
    binding: str = "#",
    limits: Mapping[str, str | int] | None = None,
) -> Place:
    """Make an exchange and a queue as the owners of a bus do."""
    place = Place(url=f"{rabbit.url}/", name=name or f"desk-{uuid.uuid4().hex}")
    async with await aio_pika.connect(place.url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(
            place.name, durable=True, arguments=dict(limits or {})
        )
        exchange = await channel.declare_exchange(
            place.name, ExchangeType.TOPIC, durable=True
        )
        await queue.bind(exchange, binding)
    return place


def run(
    scene: Callable[[], Awaitable[None]],
    loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop,
) -> None:
    """Run a scene and see that it leaves nothing behind."""

    async def watch() -> None:
        await scene()
        for _ in range(10):  # what was told to end needs a turn or two
            await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(watch())


def kinds(answers: Sequence[Answer]) -> list[str]:
    return [type(one).__name__ for one in answers]


def all_sent(answers: Sequence[Answer]) -> bool:
    return bool(answers) and all(isinstance(one, Sent) for one in answers)
