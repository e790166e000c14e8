from __future__ import annotations

import asyncio
import logging

import pytest

from bus.door import LostError
from tests.brokers import TOKENS, RabbitMq
from tests.bus.amqp1.esb import PROCESS, Esb
from tests.bus.amqp1.queue import Queue, written
from tests.bus.amqp1.test_esb1c import play
from tests.bus.amqp1.test_receiving import take, why_not


def open_channel(double: Esb, queue: Queue) -> None:
    double.destinations["in"] = queue.address


def test_a_channel_is_read_and_each_connection_has_its_own_token(
    rabbit: RabbitMq,
) -> None:
    async def scene(double: Esb, queue: Queue) -> None:
        open_channel(double, queue)
        consumer = double.consumer()
        for body in (b"1", b"2"):
            await consumer.open()
            await queue.write(written(body))
            assert await take(consumer) == body
            await consumer.close()
        assert len(set(double.issued)) == 2

    play(rabbit, scene)


def test_a_token_that_is_revoked_is_replaced(
    rabbit: RabbitMq, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(double: Esb, queue: Queue) -> None:
        open_channel(double, queue)
        consumer = double.consumer()
        await consumer.open()
        await queue.write(written(b"1"), written(b"2"))
        in_hand = await consumer.next()
        await asyncio.to_thread(double.revoke)
        with pytest.raises(LostError) as raised:
            await asyncio.wait_for(consumer.next(), 10)
        with pytest.raises(LostError):
            await in_hand.ack()
        await consumer.close()
        await consumer.open()
        assert [await take(consumer), await take(consumer)] == [b"1", b"2"]
        await consumer.close()
        assert len(set(double.issued)) == 2
        for token in TOKENS:
            assert token not in str(raised.value)

    caplog.set_level(logging.DEBUG)
    play(rabbit, scene)
    for token in TOKENS:
        assert token not in caplog.text


@pytest.mark.parametrize(
    ("commands", "said"),
    [
        (f"{PROCESS}/none", f"has no channel 'none' of process '{PROCESS}'"),
        ("none/in", "has no channel 'in' of process 'none'"),
        (f"{PROCESS}/stopped", "is not running"),
        (f"{PROCESS}/absent", "there is no such address"),
    ],
)
def test_a_channel_that_cannot_be_read_says_why(
    rabbit: RabbitMq, commands: str, said: str
) -> None:
    async def scene(double: Esb, queue: Queue) -> None:
        open_channel(double, queue)
        double.destinations["absent"] = "/amq/queue/absent"
        assert said in await why_not(double.consumer(commands))

    play(rabbit, scene)


def test_a_token_that_is_refused_says_so(rabbit: RabbitMq) -> None:
    async def scene(double: Esb, queue: Queue) -> None:
        open_channel(double, queue)
        wrong = double.consumer(secret="wr0ng")  # noqa: S106 # it is wrong
        said = await why_not(wrong)
        assert "gives client 'desk' no token (401)" in said
        assert "wr0ng" not in said
        double.is_amqp_closed = True
        assert "the log-in was refused" in await why_not(double.consumer())

    play(rabbit, scene)
