"""Commands of corporate systems come in over RabbitMQ, and their events go out."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import aio_pika
import pytest

from mail.reading.parse import read as read_mail
from mail.sending.relay import relay_from
from storage.store import Places
from tests.app.commanding import TARGET, Bus, Hesitant, NotUtf8, Troubled, play, until
from tests.app.workshop import add_mailing, mails_in
from tests.brokers import RabbitMq
from tests.bus.commands import ERP, command
from tests.bus.rabbit import settle

STAGE = partial(command, "ticket.stage.set", ticket="NN-1")
NOTE = partial(
    command, "ticket.comment.add", ticket="NN-1", text="Раз", visibility="internal"
)


def test_a_stage_and_a_comment_come_in_and_their_events_go_out(
    places: Places, rabbit: RabbitMq
) -> None:
    async def scene(bus: Bus) -> None:
        async with bus.open():
            await bus.send(
                command(
                    "ticket.stage.set", event_id="s1", ticket="NN-1", stage="waiting"
                ),
                command(
                    "ticket.comment.add",
                    event_id="c1",
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


def test_a_command_that_comes_twice_is_done_once(
    places: Places, rabbit: RabbitMq
) -> None:
    async def scene(bus: Bus) -> None:
        async with bus.open():
            await bus.send(NOTE(event_id="n1"), NOTE(event_id="n1", text="Два"), NOTE())
            await bus.settle(taken=3)
        assert bus.arrivals() == [
            ("done", "comment", "note", 2),
            ("done", "comment", "note", 1),
        ]
        assert [text for text, _, _ in bus.comments()] == ["Раз", "Раз"]

    play(places, rabbit, scene)


def test_a_door_that_dies_between_commit_and_ack_has_one_effect(
    places: Places, rabbit: RabbitMq
) -> None:
    async def scene(bus: Bus) -> None:
        hesitant = Hesitant(keeper=bus.keeper)
        dying = asyncio.create_task(bus.door(hesitant).run())
        await bus.send(NOTE())
        await asyncio.wait_for(hesitant.kept.wait(), 20)
        dying.cancel()
        await asyncio.wait([dying])
        async with bus.open():
            await bus.settle(taken=1)
        assert bus.arrivals() == [("done", "comment", "note", 2)]
        assert len(bus.comments()) == 1
        assert len(await bus.events()) == 1

    play(places, rabbit, scene)


BAD = {
    "broken JSON": (b"{", "this is not JSON in UTF-8"),
    "no event": (b'{"ticket": "NN-1"}', "required property"),
    "unknown type": (command("ticket.burn"), "no schema for this type"),
    "wrong data": (STAGE(), "required property"),
    "a typing error": (STAGE(stage="closed", urgent=True), "unexpected"),
}


def test_what_is_no_command_is_kept_set_aside_and_dead_lettered(
    places: Places, rabbit: RabbitMq
) -> None:
    async def scene(bus: Bus) -> None:
        bodies = [body for body, _ in BAD.values()]
        async with bus.open() as door:
            await bus.send(*bodies, NOTE())
            await bus.settle(taken=len(BAD) + 1)
        assert door.status.dead == len(BAD)
        arrivals = bus.arrivals()
        for (state, outcome, rule, _), (_, why) in zip(
            arrivals[:-1], BAD.values(), strict=True
        ):
            assert (state, outcome) == ("parked", "parked")
            assert why in rule
        assert arrivals[-1] == ("done", "comment", "note", 1)
        dead = await bus.dead()
        assert [one.body for one in dead] == bodies
        assert {one.headers["x-first-death-reason"] for one in dead} == {"rejected"}

    play(places, rabbit, scene)


@pytest.mark.parametrize("kind", ["classic", "quorum"])
def test_a_message_id_that_is_no_text_stops_nothing(
    places: Places, rabbit: RabbitMq, kind: str
) -> None:
    async def scene(bus: Bus) -> None:
        async with bus.open() as door:
            await bus.send(NOTE(), message_id=NotUtf8("uuid"))
            await bus.send(NOTE())
            await bus.settle(taken=2)
        assert (door.status.error, door.status.failures) == (None, 0)
        assert bus.arrivals() == [("done", "comment", "note", 1)] * 2

    play(places, rabbit, scene, limits={"x-queue-type": kind})


def test_a_command_that_cannot_be_done_is_answered(
    places: Places, rabbit: RabbitMq
) -> None:
    async def scene(bus: Bus) -> None:
        async with bus.open():
            await bus.send(
                command(
                    "ticket.assign", event_id="a", ticket="NN-9", specialist={"id": 1}
                ),
                STAGE(event_id="b", stage="nowhere"),
            )
            await bus.settle(taken=2)
        assert [rule for _, _, rule, _ in bus.arrivals()] == [
            "refused: unknown-ticket",
            "refused: unknown-stage",
        ]
        answers = {one["causationid"]: one for one in await bus.events()}
        first, second = answers["a"], answers["b"]
        assert first["type"] == "zayavka.command.refused.v1"
        assert first["source"] == "/zayavka/commands/corporate"
        assert "sequence" not in first
        assert first["data"] == {
            "command": "zayavka.command.ticket.assign.v1",
            "source": ERP,
            "reason": "unknown-ticket",
            "message": "there is no ticket NN-9",
            "ticket": None,
        }
        assert (second["data"]["reason"], second["data"]["ticket"]) == (
            "unknown-stage",
            "NN-1",
        )

    play(places, rabbit, scene)


def test_own_events_that_come_back_go_no_further(
    places: Places, rabbit: RabbitMq
) -> None:
    async def scene(bus: Bus) -> None:
        async with bus.open():
            await bus.send(NOTE(), STAGE(stage="nowhere"))
            await bus.settle(taken=2)
            own = await bus.place.read()
            await bus.send(*(one.body for one in own))
            await bus.settle(taken=4)
        assert [rule for _, _, rule, _ in bus.arrivals()[2:]] == ["own-event"] * 2
        assert await bus.events() == []

    play(places, rabbit, scene)


def test_a_desk_that_cannot_keep_holds_the_message_and_tells(
    places: Places, rabbit: RabbitMq
) -> None:
    """Each return would count towards the queue's delivery limit, here none."""

    async def scene(bus: Bus) -> None:
        troubled = Troubled(keeper=bus.keeper, times=5)
        async with bus.open(troubled) as door:
            await bus.send(NOTE())
            await until(lambda: "the disk is away" in str(door.status.error))
            await bus.settle(taken=1)
            assert door.status.error is None
        assert bus.arrivals() == [("done", "comment", "note", 1)]
        assert await bus.dead() == []

    limits: dict[str, str | int] = {"x-queue-type": "quorum", "x-delivery-limit": 0}
    play(places, rabbit, scene, limits=limits)


def test_a_queue_is_never_made_and_read_as_soon_as_it_is_there(
    places: Places, rabbit: RabbitMq
) -> None:
    async def scene(bus: Bus) -> None:
        async with await aio_pika.connect(bus.queue.url) as connection:
            channel = await connection.channel()
            await channel.queue_delete(bus.queue.name)
            async with bus.open() as door:
                await until(lambda: "no queue" in str(door.status.error))
                await settle(rabbit, name=bus.queue.name)
                await until(lambda: door.status.error is None)
                await channel.queue_delete(bus.queue.name)
                await until(lambda: door.status.error is not None)
                await settle(rabbit, name=bus.queue.name)
                await bus.send(NOTE())
                await bus.settle(taken=1)

    play(places, rabbit, scene)


def test_a_connection_that_is_cut_is_made_anew(
    places: Places, rabbit: RabbitMq
) -> None:
    async def scene(bus: Bus) -> None:
        async with bus.open() as door:
            for taken in range(1, 4):
                await until(lambda: door.status.error is None)
                await bus.send(NOTE())
                await bus.settle(taken=taken)
                bus.cut()
        assert len(bus.comments()) == 3

    play(places, rabbit, scene)


def test_all_that_systems_tell_follows_from_one_queue(
    records: Places, rabbit: RabbitMq
) -> None:
    async def scene(bus: Bus) -> None:
        async with bus.open():
            await bus.send(
                command(
                    "partner.upsert", id="P", version=1, name="Лютик",
                    domains=["lutik.example"],
                ),
                command(
                    "contact.upsert", id="C", version=1, name="Ева", partner="P",
                    emails=["eva@lutik.example"],
                ),
                command(
                    "specialist.upsert", id="E", version=1, name="Вера",
                    telegram_id=777, site="NN",
                ),
                command("partner.upsert", id="P", version=1, name="Z", domains=[]),
            )  # fmt: skip
            await bus.settle(taken=4)
            await bus.send(
                command(
                    "ticket.create", email="eva@lutik.example", subject="Тема",
                    text="Слова",
                ),
                command(
                    "ticket.assign", ticket="NN-1", specialist={"external_id": "E"}
                ),
            )  # fmt: skip
            await bus.settle(taken=6)
        assert [rule for _, _, rule, _ in bus.arrivals()] == [
            "taken-over", "taken-over", "taken-over", "older-version", "created",
            "assigned",
        ]  # fmt: skip
        [row] = bus.shop.rows(
            "SELECT organisation.name FROM ticket JOIN organisation "
            "ON organisation_id = organisation.id WHERE number = 'NN-2'"
        )
        assert row.name == "Лютик"
        assert all(event["causationid"] for event in await bus.events())

    play(records, rabbit, scene)


def test_the_partner_reads_what_a_system_says_and_does(
    places: Places, rabbit: RabbitMq, tmp_path: Path
) -> None:
    async def scene(bus: Bus) -> None:
        add_mailing(bus.shop, relay_from(f"maildir:{tmp_path}/sent"))
        async with bus.open():
            await bus.send(NOTE(visibility="public", text="Заказ отгружен"))
            await bus.send(STAGE(stage="resolved"))
            await bus.settle(taken=2)
        texts = [read_mail(one).whole for one in mails_in(tmp_path / "sent")]
        kinds = bus.shop.rows("SELECT kind, state FROM delivery WHERE channel = 'mail'")
        assert {(row.kind, row.state) for row in kinds} == {
            ("accepted", "sent"),
            ("answer", "sent"),
            ("resolved", "sent"),
        }
        [answer] = [text for text in texts if "Заказ отгружен" in text]
        assert TARGET in answer

    play(places, rabbit, scene)
