"""A drain's room, its waking, its ending, and its source's failures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from scheduler import drain as drain_module
from scheduler.drain import Drain


@dataclass
class Source:
    """Hands out what was put into it, and works each until it is let go."""

    waiting: list[str] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    broken: int = 0  # how many claims fail first

    async def claim(self, room: int) -> Sequence[str]:
        self.asked.append(room)
        if self.broken:
            self.broken -= 1
            raise OSError("the source is away")
        taken, self.waiting = self.waiting[:room], self.waiting[room:]
        return taken

    async def work(self, batch: str) -> None:
        self.begun.append(batch)
        if batch == "bad":
            raise OSError("this one is bad")
        await self.go.wait()
        self.done.append(batch)


async def until(condition: object) -> None:
    assert callable(condition)
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 # the source has no bell
            await asyncio.sleep(0.001)


@pytest.fixture(autouse=True)
def short_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drain_module, "REST", 0.01)


def test_stopping_lets_what_is_in_hand_end_and_takes_no_more() -> None:
    async def play() -> None:
        source = Source(waiting=["a"])
        drain = Drain(name="t", source=source, room=5, poll=60)
        running = asyncio.create_task(drain.run())
        await until(lambda: source.begun)
        drain.stop()
        source.waiting.append("b")
        asyncio.get_running_loop().call_later(0.02, source.go.set)
        await asyncio.wait_for(running, 5)
        assert (source.done, source.waiting) == (["a"], ["b"])

    asyncio.run(play())


def test_stopping_takes_no_longer_than_the_grace() -> None:
    async def play() -> None:
        source = Source(waiting=["a"])
        drain = Drain(name="t", source=source, room=5, poll=60, grace=0.05)
        running = asyncio.create_task(drain.run())
        await until(lambda: source.begun)
        drain.stop()
        began = time.monotonic()
        with capture_logs() as logs:
            await asyncio.wait_for(running, 5)
        assert time.monotonic() - began < 2
        assert source.done == []
        assert [log["event"] for log in logs] == ["work_abandoned"]

    asyncio.run(play())


def test_no_more_is_in_hand_than_there_is_room() -> None:
    async def play() -> None:
        source = Source(waiting=[f"b{n}" for n in range(9)])
        drain = Drain(name="t", source=source, room=3, poll=0.01)
        running = asyncio.create_task(drain.run())
        await until(lambda: len(source.begun) == 3)
        await asyncio.sleep(0.05)
        assert len(source.begun) == 3
        assert max(source.asked) == 3
        source.go.set()
        await until(lambda: len(source.done) == 9)
        drain.stop()
        await running

    asyncio.run(play())


def test_a_wake_is_heard_at_once_though_the_poll_is_long() -> None:
    async def play() -> None:
        source = Source()
        source.go.set()
        drain = Drain(name="t", source=source, room=3, poll=3600)
        running = asyncio.create_task(drain.run())
        await until(lambda: source.asked)
        source.waiting.append("a")
        drain.wake.set()
        await until(lambda: source.done == ["a"])
        drain.stop()
        await asyncio.wait_for(running, 5)

    asyncio.run(play())


def test_work_that_nobody_told_of_is_found_by_polling() -> None:
    async def play() -> None:
        source = Source()
        source.go.set()
        drain = Drain(name="t", source=source, room=3, poll=0.01)
        running = asyncio.create_task(drain.run())
        await until(lambda: source.asked)
        source.waiting.append("a")
        await until(lambda: source.done == ["a"])
        drain.stop()
        await running

    asyncio.run(play())


def test_failures_of_source_and_work_end_nothing() -> None:
    async def play() -> None:
        source = Source(waiting=["bad", "good"], broken=2)
        source.go.set()
        drain = Drain(name="t", source=source, room=3, poll=0.01)
        with capture_logs() as logs:
            running = asyncio.create_task(drain.run())
            await until(lambda: source.done == ["good"])
            drain.stop()
            await running
        events = [log["event"] for log in logs]
        assert events == ["claim_failed", "claim_failed", "work_failed"]

    asyncio.run(play())
