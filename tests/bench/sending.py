"""Events accepted by AMQP 1.0: the bus's publisher beside proton's own client."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import uvloop
from proton import Delivery
from proton.utils import BlockingConnection

from bus.amqp1.messages import message_of
from bus.amqp1.publisher import Amqp1
from bus.targets import Out
from tests.brokers import RabbitMq
from tests.bus.amqp1.queue import Queue, settle
from tests.bus.events import event
from tests.bus.rabbit import all_sent

WAVE = 100
WAVES = 10
BYTES = 1024
OURS = "the publisher of the bus"
BARE = "proton's client, one wave at a time"


def measure(rabbit: RabbitMq, rounds: int) -> dict[str, list[float]]:
    """Return events a second of both, in rounds that alternate between them."""
    queue = uvloop.run(settle(rabbit))
    wave = [event(f"NN-{n}", size=BYTES) for n in range(WAVE)]
    rates: dict[str, list[float]] = {BARE: [], OURS: []}
    for _ in range(rounds):
        rates[BARE].append(_bare(queue, wave))
        rates[OURS].append(uvloop.run(_ours(queue.publisher(), wave)))
    return rates


def _bare(queue: Queue, wave: list[Out]) -> float:
    client = BlockingConnection(
        queue.rabbit.url,
        user="guest",
        password="guest",  # noqa: S106 # RabbitMQ's own, on loopback
        allowed_mechs="PLAIN",
    )
    link: Any = client.create_sender(queue.node.address).link

    def act() -> None:
        sent = [message_of(out, {}).send(link) for out in wave]
        client.wait(lambda: all(one.remote_state == Delivery.ACCEPTED for one in sent))

    try:
        return _rate(act)
    finally:
        client.close()


def _rate(act: Callable[[], None]) -> float:
    act()  # connected and warm
    begin = time.perf_counter()
    for _ in range(WAVES):
        act()
    return WAVE * WAVES / (time.perf_counter() - begin)


async def _ours(publisher: Amqp1, wave: list[Out]) -> float:
    begin = 0.0
    for number in range(1 + WAVES):
        if not all_sent(await publisher.publish(wave)):
            raise RuntimeError("not every event was accepted")
        begin = begin if number else time.perf_counter()
    rate = WAVE * WAVES / (time.perf_counter() - begin)
    await publisher.close()
    return rate
