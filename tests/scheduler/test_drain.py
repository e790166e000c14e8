"""A drain takes work as it comes and as there is room."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from scheduler.drain import Drain


@dataclass
class Numbers:
    """So many pieces of work, in pairs, and in what order they were done."""

    left: int
    most: int
    in_hand: int = 0
    done: list[int] = field(default_factory=list)
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    async def claim(self, room: int) -> Sequence[Sequence[int]]:
        taken = range(self.left, max(self.left - room, 0), -1)
        self.left -= len(taken)
        self.in_hand += len(taken)
        assert self.in_hand <= self.most
        pairs = [taken[at : at + 2] for at in range(0, len(taken), 2)]
        return [pair for pair in pairs if pair]

    async def work(self, batch: Sequence[int]) -> None:
        await asyncio.sleep(0)
        self.in_hand -= len(batch)
        self.done.extend(batch)
        if 1 in batch:
            self.finished.set()


def drained(numbers: Numbers, room: int) -> list[int]:
    async def drain() -> list[int]:
        drain = Drain(name="numbers", source=numbers, room=room, poll=3600)
        running = asyncio.create_task(drain.run())
        async with asyncio.timeout(5):
            await numbers.finished.wait()
            drain.stop()
            await running
        return numbers.done

    return asyncio.run(drain())


def test_the_end_of_a_batch_makes_room_for_the_next_at_once() -> None:
    assert drained(Numbers(left=5, most=1), room=1) == [5, 4, 3, 2, 1]


def test_as_many_as_there_is_room_for_are_in_hand() -> None:
    assert sorted(drained(Numbers(left=20, most=7), room=7)) == list(range(1, 21))


@dataclass
class Stuck:
    """One batch that never ends by itself."""

    handed_out: bool = False
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def claim(self, room: int) -> Sequence[str]:
        del room
        taken = () if self.handed_out else ("x",)
        self.handed_out = True
        return taken

    async def work(self, batch: str) -> None:
        del batch
        self.begun.set()
        await asyncio.Event().wait()


def test_work_that_does_not_end_does_not_keep_the_drain_from_stopping() -> None:
    async def stop() -> None:
        source = Stuck()
        drain = Drain(name="stuck", source=source, room=1, grace=0.05)
        running = asyncio.create_task(drain.run())
        async with asyncio.timeout(5):
            await source.begun.wait()
            drain.stop()
            await running

    asyncio.run(stop())
