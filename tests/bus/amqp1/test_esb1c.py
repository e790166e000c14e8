from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from starlette.responses import JSONResponse, PlainTextResponse

from bus.publishers import publisher_from
from tests.brokers import TOKENS, RabbitMq
from tests.bus.amqp1.esb import PROCESS, Esb, esb
from tests.bus.amqp1.queue import Queue, settle
from tests.bus.events import event, steps
from tests.bus.rabbit import all_sent, kinds, run
from tickets.sending import Answer

Scene = Callable[[Esb, Queue], Awaitable[None]]


def play(rabbit: RabbitMq, scene: Scene) -> None:
    async def whole() -> None:
        queue = await settle(rabbit)
        async with esb(queue) as double:
            await scene(double, queue)

    run(whole)


async def ask(double: Esb, **ways: str) -> Answer:
    publisher = double.publisher(**ways)
    answers = await publisher.publish([event("NN-1"), event("NN-2")])
    await publisher.close()
    assert kinds(answers) == ["Later", "Later"]
    for secret in ("s3cret", "wr0ng", *TOKENS):
        assert secret not in str(answers)
    return answers[0]


def test_events_go_to_the_channel_with_what_1c_routes_by(rabbit: RabbitMq) -> None:
    async def scene(double: Esb, queue: Queue) -> None:
        publisher = double.publisher()
        sent = event()
        assert all_sent(await publisher.publish([sent]))
        await publisher.close()
        (message,) = await queue.read()
        assert message.id == UUID(sent.event_id)
        assert message.properties is not None
        said = dict(message.properties)
        assert said["integ_message_id"] == sent.event_id
        assert said["RecipientCode"] == said["integ_recipient_code"] == "ERP,КА"
        assert said["SenderCode"] == said["integ_sender_code"] == "DESK"

    play(rabbit, scene)


def test_the_url_alone_is_enough(rabbit: RabbitMq) -> None:
    async def scene(double: Esb, queue: Queue) -> None:
        publisher = publisher_from(
            f"esb1c+http://desk:s3cret@127.0.0.1:{double.port}/applications/desk"
            f"?process={PROCESS}&channel=out"
        )
        assert all_sent(await publisher.publish([event()]))
        await publisher.close()
        (message,) = await queue.read()
        assert message.properties is not None
        assert "RecipientCode" not in message.properties

    play(rabbit, scene)


def test_a_wrong_secret_says_so(rabbit: RabbitMq) -> None:
    async def scene(double: Esb, queue: Queue) -> None:
        answer = await ask(double, secret="wr0ng")  # noqa: S106 # it is wrong
        assert "gives client 'desk' no token (401)" in str(answer)
        assert await queue.read() == []

    play(rabbit, scene)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("&token_path=/console/sys/token", "no token at /console/sys/token (404)"),
        ("&amqp_port=1", "127.0.0.1:1: "),
        ("&amqp=tls", "127.0.0.1:"),
    ],
)
def test_a_wrong_setting_says_so(rabbit: RabbitMq, more: str, said: str) -> None:
    async def scene(double: Esb, _queue: Queue) -> None:
        assert said in str(await ask(double, more=more))

    play(rabbit, scene)


def test_a_channel_that_is_unknown_is_told_from_one_that_is_not_running(
    rabbit: RabbitMq,
) -> None:
    async def scene(double: Esb, queue: Queue) -> None:
        publisher = double.publisher()
        double.destinations = {"in": f"/amq/queue/{queue.name}", "out": None}
        (answer,) = await publisher.publish([event()])
        assert "channel 'out' of process 'main::Заявки' is not running" in str(answer)
        del double.destinations["out"]
        (answer,) = await publisher.publish([event()])
        assert "has no channel 'out'" in str(answer)
        assert "there are: main::Заявки/in" in str(answer)
        double.destinations = {"out": f"/amq/queue/{queue.name}"}
        assert all_sent(await publisher.publish([event()]))
        await publisher.close()

    play(rabbit, scene)


def test_a_token_that_amqp_does_not_take_says_so(rabbit: RabbitMq) -> None:
    async def scene(double: Esb, _queue: Queue) -> None:
        double.is_amqp_closed = True
        assert "the log-in was refused" in str(await ask(double))

    play(rabbit, scene)


@pytest.mark.parametrize(
    ("token", "said"),
    [
        (PlainTextResponse("<html>"), "no JSON object"),
        (JSONResponse({"access_token": "x"}), "holds none"),
        (JSONResponse([]), "no JSON object"),
        (PlainTextResponse("later", 503), "answers 503 to the request for a token"),
    ],
    ids=["page", "none", "list", "503"],
)
def test_a_front_that_makes_no_sense_is_waited_for(
    rabbit: RabbitMq, token: PlainTextResponse, said: str
) -> None:
    async def scene(double: Esb, _queue: Queue) -> None:
        double.token = token
        assert said in str(await ask(double))

    play(rabbit, scene)


@pytest.mark.parametrize(
    ("channels", "said"),
    [
        (PlainTextResponse("", 404), "no application at /applications/desk (404)"),
        (JSONResponse({}, 403), "may not see the channels"),
        (JSONResponse({"items": []}), "names no port"),
        (JSONResponse({"port": 1, "items": None}), "there are: none"),
        (JSONResponse({"port": 1, "items": 7}), "there are: none"),
    ],
    ids=["404", "403", "no port", "no items", "number"],
)
def test_channels_that_cannot_be_read_are_waited_for(
    rabbit: RabbitMq, channels: JSONResponse, said: str
) -> None:
    async def scene(double: Esb, _queue: Queue) -> None:
        double.channels = channels
        assert said in str(await ask(double))

    play(rabbit, scene)


def test_a_front_that_is_away_is_waited_for(rabbit: RabbitMq) -> None:
    async def scene(double: Esb, _queue: Queue) -> None:
        double.port = 1
        assert "cannot be asked for the token" in str(await ask(double))

    play(rabbit, scene)


def test_a_token_that_ends_meanwhile_is_replaced_and_the_same_ids_sent_again(
    rabbit: RabbitMq, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(double: Esb, queue: Queue) -> None:
        publisher = double.publisher()
        waves = {seq: [event(f"NN-{n}", seq) for n in range(20)] for seq in range(1, 4)}
        assert all_sent(await publisher.publish(waves[1]))
        telling = asyncio.create_task(asyncio.to_thread(double.revoke))
        left = waves[2]
        for _ in range(100):
            answers = await publisher.publish(left)
            assert set(kinds(answers)) <= {"Sent", "Later", "Uncertain"}
            if telling.done() and all_sent(answers):
                break
            await asyncio.sleep(0.05)
        await telling
        assert all_sent(await publisher.publish(waves[3]))
        await publisher.close()
        assert len(double.issued) >= 2
        seen = steps(await queue.bodies())
        assert len(seen) == 20
        for seqs in seen.values():
            assert seqs[0] == 1
            assert set(seqs[1:-1]) == {2}
            assert seqs[-1] == 3

    caplog.set_level(logging.DEBUG)
    play(rabbit, scene)
    for token in TOKENS:
        assert token not in caplog.text


def test_a_fresh_token_is_taken_for_each_connection(rabbit: RabbitMq) -> None:
    async def scene(double: Esb, _queue: Queue) -> None:
        publisher = double.publisher()
        for _ in range(3):
            assert all_sent(await publisher.publish([event()]))
            await publisher.close()
        assert len(set(double.issued)) == 3

    play(rabbit, scene)
