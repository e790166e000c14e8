"""Commands of corporate systems come in over RabbitMQ, and their events go out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from app.intake import CommandKeeper, Intake
from app.links import SignedLinks
from app.mirroring import Mirroring
from app.reading import command_schemas
from bus.door import CommandDoor, Keeper, Pace
from bus.mirror import mirror
from bus.queue import RabbitQueue
from bus.schemas import Schemas
from storage.audit import audit
from storage.store import Places
from tests.app.workshop import Workshop, run
from tests.brokers import RabbitMq
from tests.bus.commands import command
from tests.bus.rabbit import MANNER, Place, settle

TARGET = "corporate"
DEAD = "dead-letters"
PACE = Pace(first=0.05, longest=0.2, settled=0.2)


@dataclass(kw_only=True)
class Bus:
    """A desk between a queue of commands and an exchange of events."""

    shop: Workshop
    place: Place  # where events go
    queue: Place  # where commands come from
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
        async with asyncio.timeout(20):
            while sum(door.status.taken for door in self.doors) < taken:
                await asyncio.sleep(0.01)
        await self.shop.settle()

    def door(self, keeper: Keeper | None = None) -> CommandDoor:
        door = CommandDoor(
            RabbitQueue(self.queue.broker, self.queue.name, MANNER),
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


def play(
    places: Places, rabbit: RabbitMq, scene: Callable[[Bus], Any], **limits: Any
) -> None:
    """Play a scene at a desk that has one ticket, NN-1."""

    async def whole(shop: Workshop) -> None:
        place = await settle(rabbit, binding="zayavka.#")
        dead = await settle(rabbit, name=f"{place.name}-in-dead")
        routes = {"x-dead-letter-exchange": dead.name, **limits}
        queue = await settle(rabbit, name=f"{place.name}-in", limits=routes)
        publisher = place.publisher()
        links = SignedLinks(base_url="https://desk.example.org", keys=(b"k" * 32,))
        adds = partial(mirror, targets=[TARGET], schemas=Schemas(), links=links)
        shop.mirror_with(adds)
        shop.sources.append(
            Mirroring(
                store=shop.store, target=TARGET, publisher=publisher, owner="test"
            )
        )
        shop.hire()
        await shop.mail()
        bus = Bus(shop=shop, place=place, queue=queue)
        await bus.events()
        await scene(bus)
        assert bus.difference() == 0
        await publisher.close()

    run(places, whole)


def test_a_stage_and_a_comment_come_in_and_their_events_go_out(
    places: Places, rabbit: RabbitMq
) -> None:
    async def scene(bus: Bus) -> None:
        async with bus.open():
            await bus.send(
                command("ticket.stage.set", id="s1", ticket="NN-1", stage="waiting"),
                command(
                    "ticket.comment.add",
                    id="c1",
                    ticket="nn-1",
                    text="Заказ отгружен",
                    visibility="public",
                ),
            )
            await bus.settle(taken=2)
        assert bus.arrivals() == [
            ("done", "command", "stage-set", 1),
            ("done", "comment", "answer", 1),
        ]
        assert bus.comments() == [("Заказ отгружен", "public", TARGET)]
        events = await bus.events()
        assert [(e["type"], e["causationid"], e["data"]["actor"]) for e in events] == [
            ("zayavka.ticket.stage-changed.v1", "s1", "bus:corporate"),
            ("zayavka.ticket.comment-added.v1", "c1", "bus:corporate"),
        ]

    play(places, rabbit, scene)
