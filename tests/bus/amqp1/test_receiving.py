"""Messages come in by AMQP 1.0, and each is settled for by itself."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from typing import Any

import pytest
from proton import Condition, Delivery, Message, ulong

from bus.amqp1.node import Node
from bus.amqp1.queue import Amqp1Queue
from bus.door import LostError
from tests.brokers import WRITER, RabbitMq
from tests.bus.amqp1.peer import Script, serving
from tests.bus.amqp1.queue import Queue, settle, written
from tests.bus.amqp1.test_bodies import encoded, section
from tests.bus.proxy import proxying
from tests.bus.rabbit import LOOPS, run

BODY = '{"заявка": "NN-1"}'.encode()


async def take(consumer: Amqp1Queue, *, seconds: float = 10) -> bytes:
    async with asyncio.timeout(seconds):
        message = await consumer.next()
    await message.ack()
    return message.body


async def why_not(consumer: Amqp1Queue) -> str:
    with pytest.raises(LostError) as raised:
        await consumer.open()
    await consumer.close()
    return str(raised.value)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("kind", ["classic", "quorum"])
def test_whatever_its_id_and_its_body_are_like_it_comes_in(
    rabbit: RabbitMq, kind: str, loop: str
) -> None:
    ids: list[Any] = [uuid.uuid4(), b"\x00\xff\x80", "текст", ulong(7), None]
    messages = [
        *(written(BODY, id=one) for one in ids),
        Message(body=BODY, id=uuid.uuid4(), durable=True),  # a value, binary
        Message(body=BODY.decode(), durable=True),  # a value, text
    ]

    async def scene() -> None:
        queue = await settle(rabbit, limits={"x-queue-type": kind})
        consumer = queue.consumer()
        await consumer.open()
        await queue.write(*messages)
        for _ in messages:
            assert await take(consumer) == BODY
        await consumer.close()
        assert await queue.read() == []

    run(scene, LOOPS[loop])


def test_what_was_not_answered_for_comes_again(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        await queue.write(written(b"1"), written(b"2"))
        consumer = queue.consumer()
        await consumer.open()
        assert (await consumer.next()).body == b"1"
        await consumer.close()
        await consumer.open()
        assert [await take(consumer), await take(consumer)] == [b"1", b"2"]
        await consumer.close()

    run(scene)


def test_what_is_rejected_is_dead_lettered(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        dead = await settle(rabbit)
        routes = {
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": dead.name,
        }
        queue = await settle(rabbit, limits=routes)
        consumer = queue.consumer()
        await consumer.open()
        await queue.write(written(b"bad"), written(b"good"))
        await (await consumer.next()).dead("it is no JSON")
        assert await take(consumer) == b"good"
        await consumer.close()
        assert await dead.bodies() == [b"bad"]

    run(scene)


def at(port: int) -> Amqp1Queue:
    node = Node(host="127.0.0.1", port=port, address="commands")
    return Queue(rabbit=RabbitMq(), name="none").consumer(node, open=1.0)


def test_a_rejection_says_why_and_one_message_is_in_hand() -> None:
    large = b"x" * 3_000_000  # several frames
    parts = encoded(b"in ") + section(0x75, b"parts")
    script = Script(gives=[encoded(b"bad"), parts, encoded(large)])

    async def scene() -> None:
        async with serving(script) as (port, _):
            consumer = at(port)
            await consumer.open()
            await (await consumer.next()).dead("it is\nno JSON")
            assert await take(consumer) == b"in parts"
            assert await take(consumer) == large
            await consumer.close()

    run(scene)
    assert script.most == 1
    assert script.settled == [
        (Delivery.REJECTED, "amqp:decode-error: it is no JSON"),
        (Delivery.ACCEPTED, ""),
        (Delivery.ACCEPTED, ""),
    ]


def test_what_comes_again_after_it_was_rejected_holds_up_nothing() -> None:
    script = Script(gives=[encoded(b"bad"), encoded(b"good")], insists=True)

    async def scene() -> None:
        async with serving(script) as (port, _):
            consumer = at(port)
            for _ in range(2):
                await consumer.open()
                await (await consumer.next()).dead("it is no JSON")
                await consumer.close()
            await consumer.open()
            assert await take(consumer) == b"good"
            await consumer.close()

    run(scene)
    states = [state for state, _ in script.settled]
    assert states == [Delivery.REJECTED, Delivery.ACCEPTED, Delivery.ACCEPTED]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (
            Script(is_mute=True),
            "no answer to the attach to 'commands'",
        ),
        (Script(refuses=Condition("amqp:not-found", "x")), "there is no such address"),
        (Script(refuses=Condition("amqp:not-allowed", "no")), "amqp:not-allowed: no"),
    ],
    ids=["mute", "absent", "refused"],
)
def test_an_address_that_cannot_be_read_says_why(script: Script, said: str) -> None:
    async def scene() -> None:
        async with serving(script) as (port, _):
            assert said in await why_not(at(port))

    run(scene)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"address": "/amq/queue/none"}, "there is no such address (amqp:not-found"),
        ({"user": WRITER, "password": WRITER}, "we have no right to it"),
        ({"password": "s3cret"}, "the log-in was refused"),
        ({"address": "/queue/mine"}, "the address must be /amq/queue/NAME"),
        ({"address": "/exchange/amq.topic/#"}, "the address must be /amq/queue/NAME"),
        ({"vhost": "vhost:none"}, "127.0.0.1"),
        ({"port": 1}, "127.0.0.1:1: "),
    ],
    ids=["absent", "right", "password", "makes", "exchange", "vhost", "away"],
)
def test_a_queue_that_cannot_be_read_says_why(
    rabbit: RabbitMq, change: dict[str, Any], said: str
) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        words = await why_not(queue.consumer(replace(queue.node, **change)))
        assert said in words
        assert "s3cret" not in words

    run(scene)


def test_a_queue_that_is_deleted_is_lost(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        consumer = queue.consumer()
        await consumer.open()
        waiting = asyncio.create_task(consumer.next())
        await asyncio.sleep(0.2)
        await queue.delete()
        with pytest.raises(LostError):
            await asyncio.wait_for(waiting, 10)
        await consumer.close()

    run(scene)


def test_a_way_that_is_cut_is_lost_and_made_anew(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        async with proxying(rabbit.port) as proxy:
            consumer = queue.consumer(replace(queue.node, port=proxy.port))
            await consumer.open()
            await queue.write(written(b"1"))
            message = await consumer.next()
            proxy.cut()
            with pytest.raises(LostError):
                await consumer.next()
            with pytest.raises(LostError, match="was not answered for"):
                await message.ack()
            await consumer.close()
            await consumer.open()
            assert await take(consumer) == b"1"
            await consumer.close()

    run(scene)


def test_a_queue_with_nothing_in_it_is_waited_for(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        consumer = queue.consumer(heartbeat=2)
        await consumer.open()
        waiting = asyncio.create_task(take(consumer))
        await asyncio.sleep(3.5)
        await queue.write(written(BODY))
        assert await waiting == BODY
        await consumer.close()

    run(scene)


def test_a_broker_that_stands_still_is_noticed(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        consumer = queue.consumer(heartbeat=1, close=0.2)
        await consumer.open()
        rabbit.freeze()
        with pytest.raises(LostError):
            await asyncio.wait_for(consumer.next(), 10)
        await consumer.close()
        rabbit.thaw()

    run(scene)
