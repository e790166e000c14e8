"""RabbitMQ's own record of what it got, read back from a real broker."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import aio_pika
import pytest

from bus.amqp import Amqp
from bus.broker import read_broker
from bus.holdings import HoldingsError
from bus.stream import StreamQueue
from bus.targets import Out
from tests.brokers import RabbitMq
from tests.bus.rabbit import Place, all_sent, run, settle

STREAM = {"x-queue-type": "stream"}


def event(seq: int) -> Out:
    id_ = str(uuid.uuid4())
    body = (
        f'{{"id":"{id_}","source":"/zayavka/tickets/NN-1","partitionkey":"NN-1",'
        f'"sequence":"{seq:010}","type":"t"}}'
    )
    return Out(event_id=id_, type="t", key="NN-1", seq=seq, body=body.encode())


async def publish(place: Place, count: int) -> None:
    publisher = Amqp(read_broker(f"{place.url}?exchange={place.name}"))
    for start in range(0, count, 100):
        # The relay never has two events of a stream in hand; who reads back sees
        # only the order in which they came.
        wave = [event(seq + 1) for seq in range(start, min(start + 100, count))]
        assert all_sent(await publisher.publish(wave))
    await publisher.close()


async def read(place: Place, since: datetime | None = None) -> list[int]:
    queue = StreamQueue(broker=place.broker, queue=place.name)
    return [one.seq async for one in queue.read(since)]


def with_stream(rabbit: RabbitMq, scene: Callable[[Place], Awaitable[None]]) -> None:
    async def whole() -> None:
        await scene(await settle(rabbit, limits=STREAM))

    run(whole)


def test_it_is_read_from_its_beginning_as_often_as_one_likes(rabbit: RabbitMq) -> None:
    async def scene(place: Place) -> None:
        await publish(place, 1234)
        assert await read(place) == list(range(1, 1235))
        assert await read(place) == list(range(1, 1235))

    with_stream(rabbit, scene)


def test_an_empty_one_holds_nothing(rabbit: RabbitMq) -> None:
    async def scene(place: Place) -> None:
        assert await read(place) == []

    with_stream(rabbit, scene)


def test_what_came_before_may_be_left_out_and_nothing_after_is(
    rabbit: RabbitMq,
) -> None:
    async def scene(place: Place) -> None:
        await publish(place, 5)
        now = datetime.now(UTC)
        assert await read(place, now - timedelta(hours=1)) == [1, 2, 3, 4, 5]
        assert await read(place, now + timedelta(hours=1)) == []

    with_stream(rabbit, scene)


def test_what_others_wrote_there_is_passed_over(rabbit: RabbitMq) -> None:
    async def scene(place: Place) -> None:
        await publish(place, 1)
        async with await aio_pika.connect(place.url) as connection:
            channel = await connection.channel()
            exchange = await channel.get_exchange(place.name)
            for body in (b"not JSON", b'{"source": "/erp/orders"}'):
                await exchange.publish(aio_pika.Message(body), "other")
        assert await read(place) == [1]

    with_stream(rabbit, scene)


@pytest.mark.parametrize(
    ("limits", "said"),
    [({}, "x-stream-offset"), ({"x-queue-type": "quorum"}, "x-stream-offset")],
    ids=["classic", "quorum"],
)
def test_a_queue_that_is_no_stream_is_told_and_keeps_what_it_has(
    rabbit: RabbitMq, limits: dict[str, str | int], said: str
) -> None:
    async def scene() -> None:
        place = await settle(rabbit, limits=limits)
        await publish(place, 2)
        with pytest.raises(HoldingsError, match=said):
            await read(place)
        assert await place.seqs() == [1, 2]

    run(scene)


def test_a_queue_that_is_not_there_is_told(rabbit: RabbitMq) -> None:
    async def scene(place: Place) -> None:
        queue = StreamQueue(broker=place.broker, queue="elsewhere")
        with pytest.raises(HoldingsError, match="no queue 'elsewhere'"):
            await anext(aiter(queue.read(None)))
        await asyncio.sleep(0)

    with_stream(rabbit, scene)
