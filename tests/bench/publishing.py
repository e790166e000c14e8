"""Events confirmed by RabbitMQ: the bus's publisher beside a bare loop of aio-pika."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import aio_pika
import uvloop
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractExchange

from bus.amqp import Amqp
from bus.link import CONTENT_TYPE
from bus.targets import Out
from tests.brokers import RabbitMq
from tests.bus.rabbit import Place, all_sent, settle

WAVE = 100
WAVES = 30
BYTES = 1024
TYPE = "zayavka.ticket.stage-changed.v1"
OURS = "the publisher of the bus"
BARE = "aio-pika alone, gather(100)"

Act = Callable[[], Awaitable[None]]


@contextmanager
def running() -> Iterator[RabbitMq]:
    rabbit = RabbitMq()
    try:
        rabbit.start()
        yield rabbit
    finally:
        rabbit.close()


def measure(rabbit: RabbitMq, rounds: int) -> dict[str, list[float]]:
    """Return events a second of both, in rounds that alternate between them."""
    return uvloop.run(_measure(rabbit, rounds))


async def _measure(rabbit: RabbitMq, rounds: int) -> dict[str, list[float]]:
    place = await settle(rabbit)
    rates: dict[str, list[float]] = {BARE: [], OURS: []}
    async with await aio_pika.connect(place.url) as connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(place.name)
        queue = await channel.get_queue(place.name)
        publisher = Amqp(place.broker)
        acts: dict[str, Act] = {
            BARE: lambda: _bare(exchange),
            OURS: lambda: _ours(publisher),
        }
        for act in acts.values():  # connected and warm
            await act()
        for _ in range(rounds):
            for name, act in acts.items():
                await queue.purge()
                rates[name].append(await _rate(act))
        await publisher.close()
    await _check(place)
    return rates


async def _rate(act: Act) -> float:
    begin = time.perf_counter()
    for _ in range(WAVES):
        await act()
    return WAVE * WAVES / (time.perf_counter() - begin)


async def _check(place: Place) -> None:
    if len(await place.read()) != WAVE * WAVES:
        raise RuntimeError("what was confirmed is not in the queue")


async def _ours(publisher: Amqp) -> None:
    body = b"x" * BYTES
    wave = [
        Out(event_id=f"{n}", type=TYPE, key=f"NN-{n}", seq=1, body=body)
        for n in range(WAVE)
    ]
    if not all_sent(await publisher.publish(wave)):
        raise RuntimeError("not every event was confirmed")


async def _bare(exchange: AbstractExchange) -> None:
    body = b"x" * BYTES
    messages = [
        Message(
            body,
            message_id=f"{n}",
            content_type=CONTENT_TYPE,
            delivery_mode=DeliveryMode.PERSISTENT,
        )
        for n in range(WAVE)
    ]
    await asyncio.gather(*(exchange.publish(one, TYPE) for one in messages))
