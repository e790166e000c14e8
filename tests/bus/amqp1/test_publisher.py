from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest
from proton import Message

from bus.amqp1.node import Node
from bus.targets import Out
from tests.brokers import MAX_MESSAGE, READER, RabbitMq
from tests.bus.amqp1.peer import body_of
from tests.bus.amqp1.queue import settle
from tests.bus.events import TYPE, event, steps
from tests.bus.proxy import saying
from tests.bus.rabbit import LOOPS, all_sent, kinds, run
from tests.mail.sink import client_tls
from tickets.sending import Later, Never, Sent, Uncertain


def wave(seq: int = 1, streams: int = 20) -> list[Out]:
    return [event(f"NN-{n}", seq) for n in range(streams)]


@pytest.mark.parametrize("loop", LOOPS)
def test_a_wave_of_a_hundred_is_accepted_in_order(rabbit: RabbitMq, loop: str) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        publisher = queue.publisher()
        sent = wave(streams=100)
        answers = await publisher.publish(sent)
        await publisher.close()
        assert answers == [Sent(f"accepted, /amq/queue/{queue.name}")] * 100
        assert await queue.bodies() == [one.body for one in sent]

    run(scene, LOOPS[loop])


def test_an_event_is_kept_and_carries_what_1c_looks_at(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        publisher = queue.publisher()
        sent = event("NN-7", 12)
        assert all_sent(await publisher.publish([sent]))
        await publisher.close()
        (message,) = await queue.read()
        assert (message.durable, message.inferred) == (True, True)
        assert (message.id, body_of(message)) == (UUID(sent.event_id), sent.body)
        assert message.content_type == "application/cloudevents+json"
        assert sent.at is not None
        assert message.creation_time == sent.at.timestamp()
        assert (message.subject, message.group_id) == (TYPE, "NN-7")
        assert message.properties == {
            "integ_message_id": sent.event_id,
            "integ_message_body_size": str(len(sent.body)),
            "ContentType": "application/cloudevents+json",
            "type": TYPE,
            "partitionkey": "NN-7",
            "sequence": "0000000012",
        }

    run(scene)


def test_a_repeat_is_the_same_message(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        for _ in range(2):
            publisher = queue.publisher()
            assert all_sent(await publisher.publish([sent]))
            await publisher.close()
        first, second = await queue.read()
        assert same(first) == same(second)

    def same(message: Message) -> list[object]:
        return [message.id, message.properties, body_of(message), message.subject]

    sent = event()
    run(scene)


def test_a_missing_queue_is_waited_for_and_not_made(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        await queue.delete()
        publisher = queue.publisher()
        for _ in range(2):
            answers = await publisher.publish(wave())
            assert kinds(answers) == ["Later"] * 20
            assert f"no queue '{queue.name}'" in str(answers[0])
        await queue.make()
        assert all_sent(await publisher.publish(wave()))
        await publisher.close()
        assert len(await queue.read()) == 20

    run(scene)


def test_what_was_accepted_for_a_queue_that_has_gone_is_in_doubt(
    rabbit: RabbitMq,
) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        publisher = queue.publisher()
        assert all_sent(await publisher.publish(wave(1)))
        await queue.delete()
        answers = await publisher.publish(wave(2))
        assert kinds(answers) == ["Uncertain"] * 20
        assert "no queue" in str(answers[0])
        await queue.make()
        assert all_sent(await publisher.publish(wave(2)))
        await publisher.close()
        assert len(await queue.read()) == 20

    run(scene)


def test_an_exchange_of_rabbitmq_is_refused_for_it_accepts_what_nobody_takes(
    rabbit: RabbitMq,
) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        node = replace(queue.node, address="/exchange/amq.topic/nothing")
        publisher = queue.publisher(node)
        (answer,) = await publisher.publish([event()])
        await publisher.close()
        assert isinstance(answer, Later)
        assert "use amqp://" in answer.reason

    run(scene)


def test_what_is_too_large_is_refused_for_good_and_alone(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        publisher = queue.publisher()
        sent = wave()
        sent[7] = event("NN-7", size=MAX_MESSAGE + 1)
        answers = await publisher.publish(sent)
        await publisher.close()
        assert [n for n, one in enumerate(answers) if not isinstance(one, Sent)] == [7]
        assert isinstance(answers[7], Never)
        assert "message size" in answers[7].reason
        assert len(steps(await queue.bodies())) == 19

    run(scene)


def test_a_full_queue_takes_the_event_when_there_is_room(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        limits: dict[str, str | int] = {
            "x-max-length": 1,
            "x-overflow": "reject-publish",
        }
        queue = await settle(rabbit, limits=limits)
        publisher = queue.publisher()
        assert all_sent(await publisher.publish([event(seq=1)]))
        (answer,) = await publisher.publish([event(seq=2)])
        # RabbitMQ 3.10 breaks the connection over a nack.
        assert isinstance(answer, Later | Uncertain)
        assert steps(await queue.bodies()) == {"NN-1": [1]}
        assert all_sent(await publisher.publish([event(seq=2)]))
        await publisher.close()
        assert steps(await queue.bodies()) == {"NN-1": [2]}

    run(scene)


def test_a_user_who_may_not_write_waits_for_permission(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        node = replace(queue.node, user=READER, password=READER)
        publisher = queue.publisher(node)
        answers = await publisher.publish(wave())
        await publisher.close()
        assert set(kinds(answers)) <= {"Later", "Uncertain"}
        assert "ACCESS_REFUSED" in str(answers[0])
        assert await queue.read() == []

    run(scene)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password": "s3cret"}, "the log-in was refused"),
        ({"port": 1}, "127.0.0.1:1: "),
        ({"host": "nowhere.invalid"}, "nowhere.invalid:"),
    ],
    ids=["password", "port", "host"],
)
def test_who_is_not_let_in_waits_and_tells_no_password(
    rabbit: RabbitMq, change: dict[str, str | int], said: str
) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        node: Node = replace(queue.node, **change)  # type: ignore[arg-type] # a field and its kind
        publisher = queue.publisher(node)
        answers = await publisher.publish(wave())
        await publisher.close()
        assert kinds(answers) == ["Later"] * 20
        assert said in str(answers[0])
        assert "s3cret" not in f"{answers}{node}"

    run(scene)


@pytest.mark.parametrize("loop", LOOPS)
def test_tls_is_spoken_and_the_certificate_checked(rabbit: RabbitMq, loop: str) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        node = replace(queue.node, host="localhost", port=rabbit.tls_port, tls=True)
        publisher = queue.publisher(node, tls=client_tls())
        assert all_sent(await publisher.publish(wave(1)))
        await publisher.close()
        publisher = queue.publisher(node)
        (answer, *_) = await publisher.publish(wave(2))
        await publisher.close()
        assert isinstance(answer, Later)
        assert "certificate verify failed" in answer.reason
        assert len(await queue.read()) == 20

    run(scene, LOOPS[loop])


@pytest.mark.parametrize(
    "words",
    [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"AMQP\x00\x00\x09\x01", b"\x01" * 99],
    ids=["nothing", "HTTP", "AMQP 0-9-1", "noise"],
)
def test_whoever_speaks_no_amqp_1_is_left_in_time(
    rabbit: RabbitMq, words: bytes
) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        async with saying(words) as port, asyncio.timeout(5):
            publisher = queue.publisher(replace(queue.node, port=port), open=0.3)
            (answer,) = await publisher.publish([event()])
            assert isinstance(answer, Later)
            await publisher.close()

    run(scene)


def test_an_event_without_a_uuid_is_refused_alone(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        publisher = queue.publisher()
        sent = wave(streams=3)
        sent[1] = replace(sent[1], event_id="one")
        answers = await publisher.publish(sent)
        await publisher.close()
        assert kinds(answers) == ["Sent", "Never", "Sent"]

    run(scene)


def test_a_publisher_goes_on_after_it_was_interrupted(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        publisher = queue.publisher()
        for seconds in (0.0, 0.003, 0.02):
            task = asyncio.create_task(publisher.publish(wave(1, 100)))
            await asyncio.sleep(seconds)
            task.cancel()
            await asyncio.wait([task])
        assert all_sent(await publisher.publish([event("NN-1", 2)]))
        await publisher.close()
        assert steps(await queue.bodies())["NN-1"][-1] == 2

    run(scene)


def test_others_have_their_turns_while_a_wave_is_sent(rabbit: RabbitMq) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async def scene() -> None:
        queue = await settle(rabbit)
        publisher = queue.publisher()
        assert all_sent(await publisher.publish([event()]))
        beside = asyncio.create_task(others())
        sender = publisher._sender
        assert sender is not None
        await sender._transfer(wave(2, 100), {}, {})  # nothing to wait for in it
        beside.cancel()
        await asyncio.wait([beside])
        await publisher.close()

    run(scene)
    assert turns >= 10  # a burst has eight events
