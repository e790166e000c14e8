"""Commands come in by AMQP 1.0 and through 1C:ESB, and their events go out."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from app.intake import CommandKeeper, Intake
from app.mirroring import Mirroring
from app.reading import command_schemas
from bus.consumers import consumer_from
from bus.door import CommandDoor, Consumer, Keeper
from bus.feeds import Feed
from bus.publishers import publisher_from
from storage.audit import audit
from storage.books import SqlBooks
from storage.store import Places
from storage.transaction import Transaction
from tests.app.commanding import PACE, TARGET, Bus, Hesitant, play, until
from tests.app.mirrors import feed_all, publishing
from tests.app.workshop import Workshop, run
from tests.brokers import RabbitMq
from tests.bus.amqp1.esb import PROCESS, Esb, esb
from tests.bus.amqp1.queue import Queue, settle, written
from tests.bus.commands import command
from tests.bus.rabbit import Place
from tickets import stages
from tickets.corporate.commands import Asked
from tickets.desk import Desk
from tickets.work import Work

NOTE = partial(
    command, "ticket.comment.add", ticket="NN-1", text="Раз", visibility="internal"
)
ONCE = ("done", "comment", "note", 1)
TWICE = ("done", "comment", "note", 2)


@dataclass(kw_only=True)
class Upset:
    """Keeps what came, and lets something happen before it says so the first time."""

    keeper: Keeper
    trouble: Callable[[], Awaitable[None]]
    times: int = 0

    async def keep(self, came: Asked, body: bytes) -> None:
        await self.keeper.keep(came, body)
        self.times += 1
        if self.times == 1:
            await self.trouble()


def play_by_amqp1(
    places: Places,
    rabbit: RabbitMq,
    scene: Callable[[Bus, Queue], Any],
    *,
    kind: str = "quorum",
) -> None:
    """Play a scene at a desk that reads by AMQP 1.0 from a queue of RabbitMQ."""

    def consumer(place: Place) -> Consumer:
        return Queue(rabbit=rabbit, name=place.name).consumer()

    async def whole(bus: Bus) -> None:
        await scene(bus, Queue(rabbit=rabbit, name=bus.queue.name))

    limits = {"x-queue-type": kind}
    play(places, rabbit, whole, consumer=consumer, limits=limits)


def test_a_command_whose_id_is_a_uuid_is_done_once(
    places: Places, rabbit: RabbitMq
) -> None:
    async def scene(bus: Bus, queue: Queue) -> None:
        async with bus.open() as door:
            note = written(NOTE(event_id="n1"), id=uuid.uuid4())
            await queue.write(note, note, written(NOTE(text="Два")))
            await bus.settle(taken=3)
        assert (door.status.error, door.status.failures) == (None, 0)
        assert bus.arrivals() == [TWICE, ONCE]
        assert [text for text, _, _ in bus.comments()] == ["Раз", "Два"]
        assert await queue.read() == []
        assert [one["causationid"] for one in await bus.events()][:1] == ["n1"]

    play_by_amqp1(places, rabbit, scene)


def test_a_door_that_dies_between_commit_and_settlement_has_one_effect(
    places: Places, rabbit: RabbitMq
) -> None:
    async def scene(bus: Bus, queue: Queue) -> None:
        hesitant = Hesitant(keeper=bus.keeper)
        dying = asyncio.create_task(bus.door(hesitant).run())
        await queue.write(written(NOTE()))
        await asyncio.wait_for(hesitant.kept.wait(), 20)
        dying.cancel()
        await asyncio.wait([dying])
        async with bus.open():
            await bus.settle(taken=1)
        assert bus.arrivals() == [TWICE]
        assert len(bus.comments()) == 1

    play_by_amqp1(places, rabbit, scene)


def test_a_broker_that_is_killed_before_the_settlement_gives_it_again(
    places: Places, rabbit: RabbitMq
) -> None:
    def kill() -> None:
        rabbit.kill()
        rabbit.start()

    async def scene(bus: Bus, queue: Queue) -> None:
        upset = Upset(keeper=bus.keeper, trouble=lambda: asyncio.to_thread(kill))
        await queue.write(written(NOTE()), written(NOTE()))
        async with bus.open(upset):
            await until(lambda: upset.times == 3)
            await bus.settle(taken=3)
        assert bus.arrivals() == [TWICE, ONCE]
        assert len(bus.comments()) == 2
        assert await queue.read() == []

    play_by_amqp1(places, rabbit, scene, kind="classic")


def test_what_is_no_command_is_kept_and_dead_lettered(
    places: Places, rabbit: RabbitMq
) -> None:
    async def scene(bus: Bus, queue: Queue) -> None:
        async with bus.open() as door:
            await queue.write(written(b"{"), written(NOTE()))
            await bus.settle(taken=2)
        assert door.status.dead == 1
        assert bus.arrivals() == [
            ("parked", "parked", "no-command: this is not JSON in UTF-8", 1),
            ONCE,
        ]
        dead = await Queue(rabbit=rabbit, name=f"{queue.name}-dead").bodies()
        assert dead == [b"{"]

    play_by_amqp1(places, rabbit, scene)


@dataclass(kw_only=True)
class Line:
    """A desk whose target is 1C:ESB: events by one channel, commands by another."""

    shop: Workshop
    double: Esb
    events: Queue
    commands: Queue

    def door(self) -> CommandDoor:
        keeper = CommandKeeper(
            intake=Intake(store=self.shop.store),
            clock=self.shop.clock.now,
            target=TARGET,
        )
        return CommandDoor(
            consumer_from(self.double.url(), f"{PROCESS}/in"),
            keeper,
            target=TARGET,
            schemas=command_schemas(),
            pace=PACE,
        )

    def resolve(self) -> None:
        """Let a specialist ask for what the bus must confirm."""

        def job(tx: Transaction) -> None:
            work = Work(now=tx.now, ids=tx.ids)
            desk = Desk(work=work, books=SqlBooks(tx), rules=self.shop.filing.rules)
            ticket = desk.books.ticket_by_number("NN-1")
            assert ticket is not None
            stages.to_stage(desk, ticket, "resolved", actor="operator")
            publishing(Feed(name=TARGET)).commit(tx, [work])

        self.shop.store.write(job)

    async def told(self) -> list[tuple[str, Any, Any]]:
        """Return the types of what 1C got, with what was awaited and what caused it."""
        found = [json.loads(body) for body in await self.events.bodies()]
        return [
            (
                one["type"].split(".")[2],
                one["data"].get("awaiting"),
                one.get("causationid"),
            )
            for one in found
        ]


def play_by_esb(
    places: Places, rabbit: RabbitMq, scene: Callable[[Line], Awaitable[None]]
) -> None:
    async def whole(shop: Workshop) -> None:
        events, commands = await settle(rabbit), await settle(rabbit)
        async with esb(events) as double:
            double.destinations["in"] = commands.address
            publisher = publisher_from(double.url())
            feed_all(shop, TARGET)
            shop.sources.append(
                Mirroring(
                    store=shop.store, target=TARGET, publisher=publisher, owner="test"
                )
            )
            shop.hire()
            await shop.mail()
            await events.read()
            await scene(
                Line(shop=shop, double=double, events=events, commands=commands)
            )
            await publisher.close()
        assert shop.store.read(audit).difference == 0

    run(places, whole)


def test_1c_confirms_a_stage_by_the_target_that_was_told_of_it(
    places: Places, rabbit: RabbitMq
) -> None:
    async def scene(line: Line) -> None:
        line.shop.confirm("resolved")
        line.resolve()
        await line.shop.settle()
        assert await line.told() == [("details-changed", "resolved", None)]
        door = line.door()
        running = asyncio.create_task(door.run())
        answer = command(
            "ticket.stage.set", event_id="yes", ticket="NN-1", stage="resolved"
        )
        await line.commands.write(written(answer))
        await until(lambda: door.status.taken == 1)
        await line.shop.settle()
        assert await line.told() == [("stage-changed", None, "yes")]
        [ticket] = line.shop.rows("SELECT stage, awaiting FROM ticket")
        assert tuple(ticket) == ("resolved", None)
        door.stop()
        await running

    play_by_esb(places, rabbit, scene)


def test_a_token_that_is_revoked_costs_no_command(
    places: Places, rabbit: RabbitMq
) -> None:
    async def scene(line: Line) -> None:
        door = line.door()
        running = asyncio.create_task(door.run())
        await line.commands.write(written(NOTE()))
        await until(lambda: door.status.taken == 1)
        await asyncio.to_thread(line.double.revoke)
        await line.commands.write(written(NOTE()), written(NOTE()))
        await until(lambda: door.status.taken >= 3)
        await line.shop.settle()
        door.stop()
        await running
        assert len(await line.told()) == 3
        assert await line.commands.read() == []

    play_by_esb(places, rabbit, scene)
