"""A real RabbitMQ takes events, or says why not, each for itself."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace

import aio_pika
import pytest
from aio_pika import DeliveryMode

from bus.amqp import Amqp
from bus.broker import Broker, read_broker
from tests.brokers import MAX_MESSAGE, READER, RabbitMq
from tests.bus.proxy import saying
from tests.bus.rabbit import LOOPS, MANNER, TYPE, all_sent, kinds, out, run, settle
from tests.mail.sink import client_tls
from tickets.sending import Answer, Later, Never, Sent, Uncertain


async def ask(
    broker: Broker | str, *, tls: ssl.SSLContext | None = None
) -> list[Answer]:
    """Publish two events of one wave through a publisher of their own."""
    where = read_broker(broker) if isinstance(broker, str) else broker
    publisher = Amqp(where, replace(MANNER, tls=tls))
    answers = await publisher.publish([out("NN-1"), out("NN-2")])
    await publisher.close()
    return answers


@pytest.mark.parametrize("loop", LOOPS)
def test_a_wave_of_a_hundred_is_confirmed(rabbit: RabbitMq, loop: str) -> None:
    async def scene() -> None:
        place = await settle(rabbit)
        publisher = place.publisher()
        wave = [out(f"NN-{n}") for n in range(100)]
        answers = await publisher.publish(wave)
        await publisher.close()
        assert answers == [Sent(f"confirmed, {place.name}, {TYPE}")] * 100
        assert [one.message_id for one in await place.read()] == [
            one.event_id for one in wave
        ]

    run(scene, LOOPS[loop])


def test_an_event_is_kept_and_can_be_routed_without_opening_it(
    rabbit: RabbitMq,
) -> None:
    async def scene() -> None:
        place = await settle(rabbit)
        publisher = place.publisher()
        sent = out("NN-7", 12)
        assert all_sent(await publisher.publish([sent]))
        await publisher.close()
        (message,) = await place.read()
        assert message.body == sent.body
        assert message.delivery_mode is DeliveryMode.PERSISTENT
        assert message.content_type == "application/cloudevents+json"
        assert (message.message_id, message.type) == (sent.event_id, TYPE)
        assert (message.routing_key, message.app_id) == (TYPE, "zayavka")
        assert message.headers == {
            "type": TYPE,
            "partitionkey": "NN-7",
            "sequence": "0000000012",
        }

    run(scene)


def test_one_queue_needs_no_exchange(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        place = await settle(rabbit)
        assert all_sent(await ask(f"{place.url}?routing_key={place.name}"))
        assert await place.seqs() == [1, 1]

    run(scene)


def test_what_no_queue_takes_waits_and_its_neighbours_do_not(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        place = await settle(rabbit, binding="zayavka.ticket.#")
        publisher = place.publisher()
        stray = out("contact-1", type_="zayavka.contact.changed.v1")
        answers = await publisher.publish([out("NN-1"), stray, out("NN-2")])
        assert kinds(answers) == ["Sent", "Later", "Sent"]
        assert "NO_ROUTE" in str(answers[1])
        assert all_sent(await publisher.publish([out("NN-1", 2)]))
        await publisher.close()
        assert await place.seqs() == [1, 1, 2]

    run(scene)


def test_a_full_queue_says_so_and_takes_the_event_when_there_is_room(
    rabbit: RabbitMq,
) -> None:
    async def scene() -> None:
        limits: dict[str, str | int] = {
            "x-max-length": 1,
            "x-overflow": "reject-publish",
        }
        place = await settle(rabbit, limits=limits)
        publisher = place.publisher()
        assert all_sent(await publisher.publish([out(seq=1)]))
        (answer,) = await publisher.publish([out(seq=2)])
        assert isinstance(answer, Uncertain)
        assert "nack" in answer.reason
        assert await place.seqs() == [1]
        assert all_sent(await publisher.publish([out(seq=2)]))
        await publisher.close()
        assert await place.seqs() == [2]

    run(scene)


def test_what_is_too_large_is_refused_for_good_and_alone(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        place = await settle(rabbit)
        publisher = place.publisher()
        wave = [out(f"NN-{n}") for n in range(20)]
        wave[7] = out("NN-7", size=MAX_MESSAGE + 1)
        answers = await publisher.publish(wave)
        await publisher.close()
        assert [n for n, one in enumerate(answers) if not isinstance(one, Sent)] == [7]
        assert isinstance(answers[7], Never)
        assert "message size" in answers[7].reason
        got = {key for key, _ in await place.pairs()}
        assert got == {f"NN-{n}" for n in range(20) if n != 7}

    run(scene)


def test_a_missing_exchange_is_waited_for_and_not_made(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        absent = await settle(rabbit)
        async with await aio_pika.connect(absent.url) as connection:
            await (await connection.channel()).exchange_delete(absent.name)
        publisher = absent.publisher()
        for _ in range(2):
            answers = await publisher.publish([out("NN-1"), out("NN-2")])
            assert kinds(answers) == ["Later", "Later"]
            assert f"no exchange '{absent.name}'" in str(answers[0])
        again = await settle(rabbit, name=absent.name)
        assert all_sent(await publisher.publish([out("NN-1"), out("NN-2")]))
        await publisher.close()
        assert await again.seqs() == [1, 1]

    run(scene)


def test_an_exchange_that_goes_away_is_noticed(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        place = await settle(rabbit)
        publisher = place.publisher()
        assert all_sent(await publisher.publish([out()]))
        async with await aio_pika.connect(place.url) as connection:
            await (await connection.channel()).exchange_delete(place.name)
        answers = await publisher.publish([out(seq=2), out("NN-2")])
        await publisher.close()
        assert kinds(answers) == ["Later", "Later"]

    run(scene)


def test_a_user_who_may_not_write_waits_for_permission(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        place = await settle(rabbit)
        broker = replace(place.broker, user=READER, password=READER)
        answers = await ask(broker)
        assert kinds(answers) == ["Later", "Later"]
        assert "ACCESS_REFUSED" in str(answers[0])
        assert await place.seqs() == []

    run(scene)


def test_a_topic_that_may_not_be_written_holds_back_no_other(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        place = await settle(rabbit, name="open-topic")
        broker = replace(place.broker, user=READER, password=READER)
        publisher = Amqp(broker, MANNER)
        wave = [out(f"NN-{n}", type_="public.one") for n in range(6)]
        wave[1] = out("NN-1", type_="closed.one")
        wave[4] = out("NN-4", type_="closed.one")
        answers = await publisher.publish(wave)
        await publisher.close()
        waits = [n for n, one in enumerate(answers) if not isinstance(one, Sent)]
        assert waits == [1, 4]
        assert isinstance(answers[4], Later)
        assert {key for key, _ in await place.pairs()} == {
            "NN-0",
            "NN-2",
            "NN-3",
            "NN-5",
        }

    run(scene)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("amqp://guest:s3cret@{host}?exchange=e", "Login was refused"),
        ("amqp://{host}/nowhere?exchange=e", "virtual host 'nowhere' is absent"),
        ("amqp://{host}/desk%2Fof%20us?exchange=e", "not for this user"),
        ("amqp://127.0.0.1:1?exchange=e", "127.0.0.1:1: "),
        ("amqp://nowhere.invalid?exchange=e", "nowhere.invalid:5672: "),
    ],
)
def test_who_is_not_let_in_waits_and_tells_no_password(
    rabbit: RabbitMq, url: str, said: str
) -> None:
    async def scene() -> None:
        answers = await ask(url.format(host=f"127.0.0.1:{rabbit.port}"))
        assert kinds(answers) == ["Later", "Later"]
        assert said in str(answers[0])
        assert "s3cret" not in str(answers[0])

    run(scene)


def test_names_of_any_kind_let_us_in(rabbit: RabbitMq) -> None:
    user, password = "desk%40example.org", "a%2Fb%3Ac%40d%20%252F"

    async def scene() -> None:
        url = f"amqp://{user}:{password}@127.0.0.1:{rabbit.port}/desk%2Fof%20us"
        (answer, _) = await ask(f"{url}?routing_key=nothing")
        assert "NO_ROUTE nothing" in str(answer)

    run(scene)


@pytest.mark.parametrize("loop", LOOPS)
def test_tls_is_spoken_and_the_certificate_checked(rabbit: RabbitMq, loop: str) -> None:
    async def scene() -> None:
        place = await settle(rabbit)
        broker = replace(place.broker, host="localhost", port=rabbit.tls_port, tls=True)
        assert all_sent(await ask(broker, tls=client_tls()))
        answers = await ask(broker)
        assert kinds(answers) == ["Later", "Later"]
        assert "certificate verify failed" in str(answers[0])
        assert await place.seqs() == [1, 1]

    run(scene, LOOPS[loop])


@pytest.mark.parametrize(
    "words",
    [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"AMQP\x00\x01\x00\x00", b"\x01" * 99],
    ids=["nothing", "HTTP", "AMQP 1.0", "noise"],
)
def test_whoever_is_no_rabbit_is_left_in_time(words: bytes) -> None:
    async def scene() -> None:
        async with saying(words) as port, asyncio.timeout(5):
            broker = Broker(host="127.0.0.1", port=port, exchange="e")
            publisher = Amqp(broker, replace(MANNER, open=0.3))
            (answer,) = await publisher.publish([out()])
            assert isinstance(answer, Later)
            await publisher.close()

    run(scene)


def test_two_publishers_do_not_disturb_each_other(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        place = await settle(rabbit)
        one, two = place.publisher(), place.publisher()
        for seq in range(1, 6):
            told = await asyncio.gather(
                one.publish([out(f"NN-{n}", seq) for n in range(20)]),
                two.publish([out(f"CH-{n}", seq) for n in range(20)]),
                one.publish([out(f"SP-{n}", seq) for n in range(20)]),
            )
            assert all(all_sent(answers) for answers in told)
        await one.close()
        assert all_sent(await two.publish([out("CH-1", 6)]))
        await two.close()
        seqs = [seq for key, seq in await place.pairs() if key == "CH-1"]
        assert seqs == [1, 2, 3, 4, 5, 6]

    run(scene)


def test_a_publisher_goes_on_after_it_was_interrupted(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        place = await settle(rabbit)
        publisher = place.publisher()
        for seconds in (0.0, 0.003, 0.02):
            wave = [out(f"NN-{n}") for n in range(100)]
            task = asyncio.create_task(publisher.publish(wave))
            await asyncio.sleep(seconds)
            task.cancel()
            await asyncio.wait([task])
        assert all_sent(await publisher.publish([out("NN-1", 2)]))
        await publisher.close()
        assert (await place.pairs())[-1] == ("NN-1", 2)

    run(scene)
