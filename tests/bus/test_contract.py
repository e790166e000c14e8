"""What the relay may rely on, whatever the bus is."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import pytest

from bus.targets import Out
from tests.bus.contract import KINDS, UNWANTED, Target
from tests.bus.events import event, steps
from tests.bus.rabbit import all_sent, kinds, run
from tickets.sending import Later, Never

#: Longer than any publisher may take to take leave, in seconds.
LEAVE = 5.0
Scene: TypeAlias = Callable[[Target], Awaitable[None]]
Play: TypeAlias = Callable[[Scene], None]


@pytest.fixture(params=KINDS)
def play(request: pytest.FixtureRequest) -> Play:
    """Return what runs a scene with a bus of each kind."""

    def act(scene: Scene) -> None:
        async def whole() -> None:
            async with KINDS[request.param](request) as target:
                await scene(target)

        run(whole)

    return act


def wave(seq: int, streams: int = 30) -> list[Out]:
    return [event(f"NN-{n}", seq) for n in range(streams)]


def test_what_was_handed_over_first_is_there_first(play: Play) -> None:
    async def scene(target: Target) -> None:
        publisher = target.make()
        for seq in (1, 2, 3):
            assert all_sent(await publisher.publish(wave(seq)))
        await publisher.close()
        assert steps(await target.taken()) == {f"NN-{n}": [1, 2, 3] for n in range(30)}

    play(scene)


def test_no_event_is_no_answer(play: Play) -> None:
    async def scene(target: Target) -> None:
        publisher = target.make()
        assert await publisher.publish([]) == []
        await publisher.close()

    play(scene)


def test_each_event_has_its_own_answer_in_its_own_place(play: Play) -> None:
    async def scene(target: Target) -> None:
        publisher = target.make()
        heads = wave(1)
        heads.insert(20, event("NN-refused", type_=UNWANTED))
        answers = await publisher.publish(heads)
        assert len(answers) == len(heads)
        refused = answers.pop(20)
        assert all_sent(answers)
        assert isinstance(refused, Later | Never) is target.refuses_unwanted
        assert len(await target.taken()) == 30 + (not target.refuses_unwanted)
        await publisher.close()

    play(scene)


def test_a_repeat_is_the_same_bytes_with_the_same_id(play: Play) -> None:
    async def scene(target: Target) -> None:
        publisher = target.make()
        head = event(size=60_000)
        for _ in range(2):
            assert all_sent(await publisher.publish([head]))
        await publisher.close()
        first, second = await target.taken()
        assert first == second == head.body
        assert json.loads(second)["id"] == head.event_id

    play(scene)


def test_a_bus_that_is_not_there_is_tried_later_and_soon_left(play: Play) -> None:
    async def scene(target: Target) -> None:
        publisher = target.astray()
        begin = time.monotonic()
        for _ in range(2):
            assert kinds(await publisher.publish(wave(1))) == ["Later"] * 30
        await publisher.close()
        assert time.monotonic() - begin < 2 * LEAVE

    play(scene)


def test_a_publisher_closes_soon_at_any_time_and_more_than_once(play: Play) -> None:
    async def scene(target: Target) -> None:
        publisher = target.make()
        begin = time.monotonic()
        await publisher.close()
        taken = time.monotonic() - begin
        assert all_sent(await publisher.publish([event()]))
        begin = time.monotonic()
        await publisher.close()
        await publisher.close()
        assert taken + time.monotonic() - begin < LEAVE

    play(scene)


def test_a_publisher_that_was_closed_opens_anew(play: Play) -> None:
    async def scene(target: Target) -> None:
        publisher = target.make()
        for seq in (1, 2):
            assert all_sent(await publisher.publish([event(seq=seq)]))
            await publisher.close()
        assert steps(await target.taken()) == {"NN-1": [1, 2]}

    play(scene)
