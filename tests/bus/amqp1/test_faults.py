"""Whatever befalls the broker or the way to it: nothing is lost, nothing overtaken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby

import pytest

from bus.amqp1.publisher import Amqp1
from bus.targets import Out
from tests.brokers import RabbitMq
from tests.bus.amqp1.peer import body_of
from tests.bus.amqp1.queue import settle
from tests.bus.events import event, steps
from tests.bus.proxy import proxying
from tests.bus.rabbit import LOOPS, all_sent, kinds, run
from tickets.sending import Later, Sent, Uncertain

STREAMS = 60
EVENTS = 8


@dataclass(kw_only=True, slots=True)
class Relay:
    """Hands over the first unpublished event of each stream, again until accepted."""

    publisher: Amqp1
    left: dict[str, list[Out]]
    confirmed: list[bytes] = field(default_factory=list)
    doubts: int = 0

    async def run(self, trouble: Callable[[], None], *, at_wave: int) -> None:
        waves = 0
        while heads := [outs[0] for outs in self.left.values() if outs]:
            waves += 1
            wave = asyncio.create_task(self.publisher.publish(heads))
            if waves == at_wave:
                await asyncio.sleep(0.01)
                await asyncio.to_thread(trouble)
            answers = await wave
            for head, answer in zip(heads, answers, strict=True):
                assert isinstance(answer, Sent | Later | Uncertain)
                if isinstance(answer, Sent):
                    self.confirmed.append(self.left[head.key].pop(0).body)
                self.doubts += isinstance(answer, Uncertain)
            if not all_sent(answers):
                await asyncio.sleep(0.2)


def streams() -> dict[str, list[Out]]:
    return {
        f"NN-{n}": [event(f"NN-{n}", seq) for seq in range(1, EVENTS + 1)]
        for n in range(STREAMS)
    }


def once(seqs: list[int]) -> list[int]:
    """Return the numbers without immediate repeats."""
    return [seq for seq, _ in groupby(seqs)]


@pytest.mark.parametrize(
    ("end", "loop"),
    [("kill", "uvloop"), ("stop", "asyncio")],
)
def test_order_and_completeness_survive_the_end_of_the_broker(
    rabbit: RabbitMq, end: str, loop: str
) -> None:
    def trouble() -> None:
        getattr(rabbit, end)()
        rabbit.start()

    async def scene() -> None:
        queue = await settle(rabbit)
        publisher = queue.publisher()
        relay = Relay(publisher=publisher, left=streams())
        async with asyncio.timeout(90):
            await relay.run(trouble, at_wave=3)
        await publisher.close()
        bodies = await queue.bodies()
        assert set(relay.confirmed) <= set(bodies)
        seen = steps(bodies)
        assert len(seen) == STREAMS
        for seqs in seen.values():
            assert once(seqs) == list(range(1, EVENTS + 1))
        assert len(bodies) - STREAMS * EVENTS <= relay.doubts

    run(scene, LOOPS[loop])


def test_a_connection_that_was_closed_meanwhile_is_made_anew(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        async with proxying(rabbit.port) as proxy:
            publisher = queue.publisher(replace(queue.node, port=proxy.port))
            assert all_sent(await publisher.publish([event(seq=1)]))
            proxy.cut()
            await asyncio.sleep(0.05)
            assert all_sent(await publisher.publish([event(seq=2)]))
            await publisher.close()
        assert steps(await queue.bodies()) == {"NN-1": [1, 2]}

    run(scene)


def test_an_event_whose_answer_was_lost_is_in_doubt_and_repeated_at_once(
    rabbit: RabbitMq,
) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        async with proxying(rabbit.port) as proxy:
            publisher = queue.publisher(replace(queue.node, port=proxy.port))
            assert all_sent(await publisher.publish([event(seq=1)]))
            proxy.deafen()
            doubtful = event(seq=2)
            told = asyncio.create_task(publisher.publish([doubtful]))
            await asyncio.wait_for(proxy.has_swallowed.wait(), 10)
            proxy.cut()
            assert kinds(await told) == ["Uncertain"]
            assert all_sent(await publisher.publish([doubtful]))
            assert all_sent(await publisher.publish([event(seq=3)]))
            await publisher.close()
        messages = await queue.read()
        seqs = steps(body_of(one) for one in messages)
        assert seqs == {"NN-1": [1, 2, 2, 3]}
        assert messages[1].id == messages[2].id

    run(scene)


def test_a_broker_that_stands_still_is_left_in_time_and_sent_nothing_twice(
    rabbit: RabbitMq,
) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        publisher = queue.publisher(confirm=0.5)
        assert all_sent(await publisher.publish([event(seq=1)]))
        second = event(seq=2)
        rabbit.freeze()
        begin = time.monotonic()
        for _ in range(2):
            assert kinds(await publisher.publish([second])) == ["Uncertain"]
        assert time.monotonic() - begin < 8
        rabbit.thaw()
        for _ in range(20):
            if all_sent(await publisher.publish([second])):
                break
        assert all_sent(await publisher.publish([event(seq=3)]))
        await publisher.close()
        assert steps(await queue.bodies()) == {"NN-1": [1, 2, 3]}

    run(scene)


def test_a_broker_that_stands_still_lets_us_close_in_time(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        queue = await settle(rabbit)
        publisher = queue.publisher(confirm=0.3, open=0.5)
        assert all_sent(await publisher.publish([event(seq=1)]))
        rabbit.freeze()
        begin = time.monotonic()
        wave = [event(f"NN-{n}", size=60_000) for n in range(100)]
        assert "Sent" not in kinds(await publisher.publish(wave))
        await publisher.close()
        assert kinds(await publisher.publish(wave)) == ["Later"] * 100
        await publisher.close()
        assert time.monotonic() - begin < 8

    run(scene)


@pytest.fixture
def alarm(rabbit: RabbitMq) -> Iterator[Callable[[bool], None]]:
    """Return what puts the broker short of memory, and relieves it."""

    def act(short: bool) -> None:
        share = "0" if short else "0.4"
        rabbit.ctl("set_vm_memory_high_watermark", share)

    yield act
    act(short=False)


def test_a_broker_short_of_memory_loses_nothing(
    rabbit: RabbitMq, alarm: Callable[[bool], None]
) -> None:
    keys = [f"NN-{n}" for n in range(50)]
    waves = {seq: [event(key, seq, size=60_000) for key in keys] for seq in range(1, 4)}

    async def scene() -> None:
        queue = await settle(rabbit)
        publisher = queue.publisher(confirm=2.0)
        assert all_sent(await publisher.publish(waves[1]))
        await asyncio.to_thread(alarm, True)
        told = await publisher.publish(waves[2])
        assert set(kinds(told)) <= {"Sent", "Later", "Uncertain"}
        await asyncio.to_thread(alarm, False)
        left = [
            out
            for out, one in zip(waves[2], told, strict=True)
            if not isinstance(one, Sent)
        ]
        if left:
            assert all_sent(await publisher.publish(left))
        assert all_sent(await publisher.publish(waves[3]))
        await publisher.close()
        seen = steps(await queue.bodies())
        assert {key: once(seqs) for key, seqs in seen.items()} == {
            key: [1, 2, 3] for key in keys
        }

    run(scene)
