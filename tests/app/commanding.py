"""A desk between a queue of commands and an exchange of events, both real."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage
from typing_extensions import override

from app.intake import CommandKeeper, Intake
from app.mirroring import Mirroring
from app.reading import command_schemas
from bus.door import CommandDoor, Consumer, Keeper, Pace
from bus.queue import RabbitQueue
from storage.audit import audit
from storage.errors import StorageDown
from storage.store import Places
from tests.app.mirrors import feed_all
from tests.app.workshop import Workshop, run
from tests.brokers import RabbitMq
from tests.bus.rabbit import MANNER, Place, settle
from tickets.corporate.commands import Asked

TARGET = "corporate"
DEAD = "dead-letters"
PACE = Pace(first=0.05, longest=0.2, settled=0.2)


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 # what the broker brings about
            await asyncio.sleep(0.01)


class NotUtf8(str):
    """A message id as an AMQP 1.0 writer's UUID is handed on: sixteen bytes."""

    __slots__ = ()

    @override
    def encode(self, encoding: str = "", errors: str = "") -> bytes:
        return bytes.fromhex("00ff80c3284fe29bd1a1b2c3d4e5f6ff")


@dataclass(kw_only=True)
class Hesitant:
    """Keeps what came, and then never says so."""

    keeper: Keeper
    kept: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep(self, came: Asked, body: bytes) -> None:
        await self.keeper.keep(came, body)
        self.kept.set()
        await asyncio.Event().wait()


@dataclass(kw_only=True)
class Troubled:
    """Cannot keep anything so many times."""

    keeper: Keeper
    times: int

    async def keep(self, came: Asked, body: bytes) -> None:
        if self.times:
            self.times -= 1
            raise StorageDown("the disk is away")
        await self.keeper.keep(came, body)


@dataclass(kw_only=True)
class Bus:
    """A desk between a queue of commands and an exchange of events."""

    shop: Workshop
    place: Place  # where events go
    queue: Place  # where commands come from
    consumer: Callable[[Place], Consumer]
    doors: list[CommandDoor] = field(default_factory=list)

    async def send(self, *bodies: bytes, message_id: str | None = None) -> None:
        async with await aio_pika.connect(self.queue.url) as connection:
            channel = await connection.channel()
            for body in bodies:
                message = aio_pika.Message(body, message_id=message_id)
                exchange = channel.default_exchange
                await exchange.publish(message, self.queue.name)

    async def settle(self, *, taken: int) -> None:
        """Wait until the door has taken so many, and let all follow from them."""
        await until(lambda: sum(door.status.taken for door in self.doors) >= taken)
        await self.shop.settle()

    def door(self, keeper: Keeper | None = None) -> CommandDoor:
        door = CommandDoor(
            self.consumer(self.queue),
            keeper or self.keeper,
            target=TARGET,
            schemas=command_schemas(),
            pace=PACE,
        )
        self.doors.append(door)
        return door

    @property
    def keeper(self) -> CommandKeeper:
        intake = Intake(store=self.shop.store)
        return CommandKeeper(intake=intake, clock=self.shop.clock.now, target=TARGET)

    @asynccontextmanager
    async def open(self, keeper: Keeper | None = None) -> AsyncIterator[CommandDoor]:
        door = self.door(keeper)
        task = asyncio.create_task(door.run())
        try:
            yield door
        finally:
            door.stop()
            await task

    def cut(self) -> None:
        """Pull the cable."""
        consumer = self.doors[-1]._consumer
        assert isinstance(consumer, RabbitQueue)
        assert consumer._wire is not None
        consumer._wire.cut()

    async def events(self) -> list[dict[str, Any]]:
        return [json.loads(one.body) for one in await self.place.read()]

    async def dead(self) -> list[AbstractIncomingMessage]:
        place = Place(url=self.queue.url, name=f"{self.queue.name}-dead")
        return await place.read()

    def arrivals(self) -> list[tuple[Any, ...]]:
        query = (
            "SELECT state, outcome, rule, copies FROM arrival WHERE channel = 'bus' "
            "ORDER BY id"
        )
        return [tuple(row) for row in self.shop.rows(query)]

    def comments(self) -> list[tuple[Any, ...]]:
        query = (
            "SELECT text, visibility, system FROM comment JOIN revision "
            "ON comment_id = comment.id WHERE channel = 'bus' ORDER BY comment.id"
        )
        return [tuple(row) for row in self.shop.rows(query)]

    def difference(self) -> int:
        return self.shop.store.read(audit).difference


def by_amqp(queue: Place) -> Consumer:
    return RabbitQueue(queue.broker, queue.name, MANNER)


def play(
    places: Places,
    rabbit: RabbitMq,
    scene: Callable[[Bus], Any],
    *,
    consumer: Callable[[Place], Consumer] = by_amqp,
    limits: Mapping[str, str | int] | None = None,
) -> None:
    """Play a scene at a desk that has one ticket, NN-1."""

    async def whole(shop: Workshop) -> None:
        place = await settle(rabbit, binding="zayavka.#")
        dead = await settle(rabbit, name=f"{place.name}-in-dead")
        routes = {"x-dead-letter-exchange": dead.name, **(limits or {})}
        queue = await settle(rabbit, name=f"{place.name}-in", limits=routes)
        publisher = place.publisher()
        feed_all(shop, TARGET)
        shop.sources.append(
            Mirroring(
                store=shop.store, target=TARGET, publisher=publisher, owner="test"
            )
        )
        shop.hire()
        await shop.mail()
        bus = Bus(shop=shop, place=place, queue=queue, consumer=consumer)
        await bus.events()
        await scene(bus)
        assert bus.difference() == 0
        await publisher.close()

    run(places, whole)
