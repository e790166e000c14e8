"""Who wants in stands in line; who finds it long is sent away for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

import pytest

from scheduler.inbox import AwaitedError
from scheduler.line import Line


@dataclass
class Place:
    """Where people stay until they are let out."""

    line: Line
    inside: list[str] = field(default_factory=list)
    tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    out: dict[str, asyncio.Event] = field(default_factory=dict)

    async def comes(self, name: str, size: int = 1) -> None:
        self.out[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._stay(name, size))
        await settle()

    async def goes(self, *names: str) -> None:
        for name in names:
            self.out[name].set()
        await settle()

    async def gives_up(self, name: str) -> None:
        self.tasks[name].cancel()
        await settle()

    async def _stay(self, name: str, size: int) -> None:
        async with self.line.pass_through(size):
            self.inside.append(name)
            try:
                await self.out[name].wait()
            finally:
                self.inside.remove(name)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


Scene = Callable[[Place], Coroutine[None, None, None]]


def play(scene: Scene, *, room: int = 10, longest: int = 100) -> None:
    async def run() -> None:
        await scene(Place(Line(reason="a crowd", room=room, longest=longest)))

    asyncio.run(run())


def test_so_many_are_inside_as_there_is_room_for() -> None:
    async def scene(place: Place) -> None:
        await place.comes("ann", 6)
        await place.comes("bob", 4)
        await place.comes("cid", 1)
        assert place.inside == ["ann", "bob"]
        await place.goes("bob")
        assert place.inside == ["ann", "cid"]

    play(scene)


def test_who_came_first_goes_in_first_though_others_would_fit() -> None:
    async def scene(place: Place) -> None:
        await place.comes("ann", 6)
        await place.comes("large", 8)
        await place.comes("small", 1)
        assert place.inside == ["ann"]
        await place.goes("ann")
        assert place.inside == ["large", "small"]

    play(scene)


def test_what_is_larger_than_all_the_room_goes_in_alone() -> None:
    async def scene(place: Place) -> None:
        await place.comes("ann")
        await place.comes("huge", 1_000)
        await place.comes("bob")
        assert place.inside == ["ann"]
        await place.goes("ann")
        assert place.inside == ["huge"]
        await place.goes("huge")
        assert place.inside == ["bob"]

    play(scene)


@pytest.mark.parametrize("where", ["inside", "in line"])
def test_who_gives_up_leaves_its_place_to_others(where: str) -> None:
    async def scene(place: Place) -> None:
        await place.comes("ann", 10 if where == "inside" else 1)
        await place.comes("bob", 10)
        await place.comes("cid", 1)
        await place.gives_up("ann" if where == "inside" else "bob")
        assert place.inside == (["bob"] if where == "inside" else ["ann", "cid"])

    play(scene)


def test_who_finds_the_line_long_is_sent_away_each_for_longer() -> None:
    async def scene(place: Place) -> None:
        for n in range(6):
            await place.comes(f"{n}", 10)
        waits = [await sent_away(place, f"late {n}") for n in range(3)]
        assert waits == sorted(set(waits))
        await place.goes("0")
        await place.comes("next", 10)
        assert not place.tasks["next"].done()

    play(scene, longest=5)


def test_where_nobody_may_wait_there_is_room_or_none() -> None:
    async def scene(place: Place) -> None:
        await place.comes("ann", 6)
        await sent_away(place, "bob", 5)
        await place.comes("cid", 4)
        assert place.inside == ["ann", "cid"]

    play(scene, longest=0)


async def sent_away(place: Place, name: str, size: int = 1) -> float:
    await place.comes(name, size)
    with pytest.raises(AwaitedError, match="a crowd") as told:
        await place.tasks[name]
    return told.value.after.total_seconds()
