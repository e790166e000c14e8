"""Whatever befalls the broker or the way to it: nothing is lost, nothing overtaken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

import pytest

from bus.amqp import BLOCKED, Amqp
from bus.targets import Out
from tests.brokers import RabbitMq
from tests.bus.proxy import proxying
from tests.bus.rabbit import LOOPS, MANNER, all_sent, kinds, out, run, settle
from tests.mail.sink import client_tls
from tickets.sending import Later, Sent, Uncertain

STREAMS = 60
EVENTS = 8


@dataclass(kw_only=True, slots=True)
class Relay:
    """Hands over the first unpublished event of each stream, again until confirmed."""

    publisher: Amqp
    confirmed: dict[str, int]
    doubts: int = 0

    async def run(self, trouble: Callable[[], None], *, at_wave: int) -> None:
        waves = 0
        while heads := [
            out(key, seq + 1) for key, seq in self.confirmed.items() if seq < EVENTS
        ]:
            waves += 1
            wave = asyncio.create_task(self.publisher.publish(heads))
            if waves == at_wave:
                await asyncio.sleep(0.01)
                await asyncio.to_thread(trouble)
            answers = await wave
            for head, answer in zip(heads, answers, strict=True):
                assert isinstance(answer, Sent | Later | Uncertain)
                self.confirmed[head.key] += isinstance(answer, Sent)
                self.doubts += isinstance(answer, Uncertain)
            if not all_sent(answers):
                await asyncio.sleep(0.2)


def steps(seqs: list[int]) -> list[int]:
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
        place = await settle(rabbit)
        publisher = place.publisher()
        relay = Relay(
            publisher=publisher, confirmed={f"NN-{n}": 0 for n in range(STREAMS)}
        )
        async with asyncio.timeout(60):
            await relay.run(trouble, at_wave=3)
        await publisher.close()
        seen = await place.by_key()
        assert len(seen) == STREAMS
        for seqs in seen.values():
            assert steps(seqs) == list(range(1, EVENTS + 1))
        repeats = sum(map(len, seen.values())) - STREAMS * EVENTS
        assert repeats <= relay.doubts

    run(scene, LOOPS[loop])


def test_a_connection_that_was_closed_meanwhile_is_made_anew(rabbit: RabbitMq) -> None:
    async def scene() -> None:
        place = await settle(rabbit)
        publisher = place.publisher()
        assert all_sent(await publisher.publish([out(seq=1)]))
        await asyncio.to_thread(rabbit.ctl, "close_all_connections", "maintenance")
        assert all_sent(await publisher.publish([out(seq=2)]))
        await publisher.close()
        assert await place.seqs() == [1, 2]

    run(scene)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_broker_that_stands_still_is_left_in_time(
    rabbit: RabbitMq, loop: str
) -> None:
    async def scene() -> None:
        place = await settle(rabbit)
        broker = replace(place.broker, host="localhost", port=rabbit.tls_port, tls=True)
        publisher = Amqp(broker, replace(MANNER, confirm=2.0, tls=client_tls()))
        assert all_sent(await publisher.publish([out(seq=1)]))
        rabbit.freeze()
        begin = time.monotonic()
        answers = await publisher.publish([out(seq=2)])
        assert answers == [Uncertain("no confirm within 2 seconds")]
        await publisher.close()
        assert time.monotonic() - begin < 8
        rabbit.thaw()
        again = place.publisher()
        for seq in (2, 3):
            assert all_sent(await again.publish([out(seq=seq)]))
        await again.close()
        assert steps(await place.seqs()) == [1, 2, 3]

    run(scene, LOOPS[loop])


def test_a_broker_that_stands_still_while_we_connect_is_left_in_time(
    rabbit: RabbitMq,
) -> None:
    async def scene() -> None:
        place = await settle(rabbit)
        publisher = place.publisher(open=0.5)
        rabbit.freeze()
        begin = time.monotonic()
        assert kinds(await publisher.publish([out(), out("NN-2")])) == ["Later"] * 2
        assert time.monotonic() - begin < 8
        rabbit.thaw()
        assert all_sent(await publisher.publish([out(), out("NN-2")]))
        await publisher.close()

    run(scene)


@pytest.fixture
def alarm(rabbit: RabbitMq) -> Iterator[Callable[[bool], None]]:
    """Return what puts the broker short of memory, and relieves it."""

    def act(short: bool) -> None:
        share = "0" if short else "0.4"
        rabbit.ctl("set_vm_memory_high_watermark", share)

    yield act
    act(short=False)


async def connections(rabbit: RabbitMq) -> list[str]:
    """Return the names of those that are open."""
    listed = await asyncio.to_thread(rabbit.ctl, "list_connections", "state", "name")
    return sorted(line for line in listed.splitlines() if line.startswith("running"))


def test_a_broker_short_of_memory_is_waited_for_on_the_same_connection(
    rabbit: RabbitMq, alarm: Callable[[bool], None]
) -> None:
    keys = [f"NN-{n}" for n in range(100)]

    def wave(seq: int) -> list[Out]:
        return [out(key, seq, size=60_000) for key in keys]

    async def scene() -> None:
        place = await settle(rabbit)
        publisher = place.publisher(confirm=8.0)
        assert all_sent(await publisher.publish(wave(1)))
        before = await connections(rabbit)
        await asyncio.to_thread(alarm, True)
        assert await publisher.publish(wave(2)) == [Uncertain(BLOCKED)] * 100
        for _ in range(2):
            assert await publisher.publish(wave(2)) == [Later(BLOCKED)] * 100
        await asyncio.to_thread(alarm, False)
        for _ in range(100):
            if all_sent(await publisher.publish(wave(2))):
                break
            await asyncio.sleep(0.05)
        assert all_sent(await publisher.publish(wave(3)))
        assert await connections(rabbit) == before
        await publisher.close()
        seen = await place.by_key()
        assert {key: steps(seqs) for key, seqs in seen.items()} == {
            key: [1, 2, 3] for key in keys
        }

    run(scene)


def test_a_publisher_that_is_blocked_closes_in_time(
    rabbit: RabbitMq, alarm: Callable[[bool], None]
) -> None:
    async def scene() -> None:
        place = await settle(rabbit)
        publisher = place.publisher(confirm=0.2)
        await asyncio.to_thread(alarm, True)
        wave = [out(f"NN-{n}", size=60_000) for n in range(100)]
        assert kinds(await publisher.publish(wave)) == ["Uncertain"] * 100
        begin = time.monotonic()
        await publisher.close()
        assert time.monotonic() - begin < 8

    run(scene)


def test_an_event_whose_confirm_was_lost_is_in_doubt_and_repeated_at_once(
    rabbit: RabbitMq,
) -> None:
    async def scene() -> None:
        place = await settle(rabbit)
        async with proxying(rabbit.port) as proxy:
            publisher = Amqp(replace(place.broker, port=proxy.port))
            assert all_sent(await publisher.publish([out(seq=1)]))
            proxy.deafen()
            told = asyncio.create_task(publisher.publish([out(seq=2), out("NN-2")]))
            await asyncio.wait_for(proxy.has_swallowed.wait(), 10)
            proxy.cut()
            assert kinds(await told) == ["Uncertain", "Uncertain"]
            for seq in (2, 3):
                assert all_sent(await publisher.publish([out(seq=seq)]))
            await publisher.close()
        pairs = await place.pairs()
        assert [seq for key, seq in pairs if key == "NN-1"] == [1, 2, 2, 3]

    run(scene)
