"""Corporate systems command a desk that is killed again and again."""

from __future__ import annotations

import asyncio
import json
import random
import time
import tomllib
from collections.abc import Sequence
from typing import Any

import aio_pika
import httpx
import pytest

from tests.acceptance.desks import command
from tests.acceptance.houses import House
from tests.acceptance.waiting import eventually
from tests.brokers import RabbitMq
from tests.bus.commands import command as said
from tests.bus.rabbit import Place, settle

NOTES, KILLS = 60, 4


@pytest.fixture
def queue(rabbit: RabbitMq) -> Place:
    return asyncio.run(settle(rabbit))


@pytest.fixture
def heard(own: House, queue: Place) -> House:
    """A desk that takes commands, not started yet."""
    more = (
        f'\n[[bus]]\nname = "erp"\nurl = "{queue.url}?exchange={queue.name}-events"\n'
        f'commands = "{queue.name}"\n'
    )
    with own.desk.config.open("a") as config:
        config.write(more)
    return own


def send(queue: Place, bodies: Sequence[bytes]) -> None:
    async def publish() -> None:
        async with await aio_pika.connect(queue.url) as connection:
            channel = await connection.channel()
            for body in bodies:
                message = aio_pika.Message(
                    body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT
                )
                await channel.default_exchange.publish(message, queue.name)

    asyncio.run(publish())


def ready(house: House) -> Any:
    port = tomllib.loads(house.desk.config.read_text())["http"]["port"]
    return httpx.get(f"http://127.0.0.1:{port}/readyz").json()


def test_every_command_has_one_effect_however_often_the_desk_is_killed(
    heard: House, queue: Place
) -> None:
    chance = random.Random(7)  # noqa: S311 # moments, no secret
    heard.desk.start()
    site = heard.site()
    subject = "Отгрузка"
    send(
        queue,
        [said("ticket.create", email="eva@x.example", subject=subject, text="Когда?")],
    )
    number = heard.ticket(subject)
    assert number.startswith(site.code)
    notes = [f"note {n}" for n in range(NOTES)]
    send(
        queue,
        [
            said("ticket.comment.add", ticket=number, text=one, visibility="internal")
            for one in notes
        ],
    )
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.01, 0.3))
        heard.desk.kill()
        heard.desk.start()
    eventually(
        lambda: len(written(heard)) >= NOTES, what="all notes are there", seconds=60
    )
    assert written(heard) == notes  # each once, in order
    part = ready(heard)["parts"]["bus-in-erp"]
    assert part["ok"], part
    heard.desk.stop()
    assert asyncio.run(queue.read()) == []
    audit = json.loads(command(heard.desk.config, "audit", "--json"))
    assert audit["difference"] == 0


def written(house: House) -> list[Any]:
    return list(
        house.records.column(
            "SELECT text FROM revision JOIN comment ON comment.id = comment_id "
            "WHERE visibility = 'internal' ORDER BY comment.id"
        )
    )
