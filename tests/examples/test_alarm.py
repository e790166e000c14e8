"""A broker short of memory says nothing: in doubt, sent again, applied once."""

from __future__ import annotations

import asyncio
import itertools
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bus.amqp import Amqp
from bus.broker import read_broker
from bus.targets import Out
from examples.mirror.feeds import Place
from tests.brokers import RabbitMq
from tests.bus.rabbit import MANNER, all_sent
from tests.examples.mirrors import Mirror, following, settle_queue
from tickets.sending import Uncertain

STREAMS, SHORT = 60, "set_vm_memory_high_watermark"


@pytest.fixture
def place(rabbit: RabbitMq) -> Iterator[Place]:
    name = f"alarm-{uuid.uuid4().hex}"
    place = Place(url=f"{rabbit.url}/", exchange=name, queue=name)
    settle_queue(place)
    yield place
    rabbit.ctl(SHORT, "0.4")


def wave(seq: int) -> list[Out]:
    """Return the event of this place in each of the streams."""
    return [stage_changed(f"NN-{number}", seq) for number in range(STREAMS)]


def stage_changed(ticket: str, seq: int) -> Out:
    id_ = f"{ticket}/{seq}"
    type_ = "zayavka.ticket.stage-changed.v1"
    event = {
        "id": id_,
        "source": f"/zayavka/tickets/{ticket}",
        "type": type_,
        "time": "2026-03-02T09:00:00.000000Z",
        "sequence": f"{seq:010}",
        "partitionkey": ticket,
        "data": {"from": "new", "to": "x" * 40_000},
    }
    body = json.dumps(event).encode()
    return Out(event_id=id_, type=type_, key=ticket, seq=seq, body=body)


async def publish(publisher: Amqp, outs: Sequence[Out]) -> None:
    """Send a wave, again until it is confirmed."""
    async with asyncio.timeout(60):
        for pause in itertools.repeat(0.1):
            if all_sent(await publisher.publish(outs)):
                return
            await asyncio.sleep(pause)


def test_what_was_in_doubt_is_sent_again_and_applied_once(
    rabbit: RabbitMq, place: Place, tmp_path: Path
) -> None:
    async def scene(mirror: Mirror) -> None:
        broker = read_broker(f"{place.url}?exchange={place.exchange}")
        publisher = Amqp(broker, MANNER)
        await publish(publisher, wave(1))
        await asyncio.to_thread(mirror.await_count, STREAMS)
        await asyncio.to_thread(rabbit.ctl, SHORT, "0")
        hasty = Amqp(broker, replace(MANNER, confirm=2.0))
        told = await hasty.publish(wave(2))
        assert {type(one) for one in told} == {Uncertain}
        assert mirror.count() == STREAMS  # nothing came through
        await asyncio.to_thread(rabbit.ctl, SHORT, "0.4")
        for seq in (2, 3):
            await publish(hasty, wave(seq))
        await publisher.close()
        await hasty.close()
        await asyncio.to_thread(mirror.await_count, 3 * STREAMS)

    options = ("--exchange", place.exchange, "--queue", place.queue)
    with following(place.url, tmp_path / "copy.db", *options) as mirror:
        asyncio.run(scene(mirror))
        report = mirror.report()
    assert report["events"] == {"applied": 3 * STREAMS}
    assert report["gaps"] == []
