"""The door of commands over a queue that does as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from structlog.testing import capture_logs
from typing_extensions import override

from bus.commands import BODY_LIMIT
from bus.door import CommandDoor, Delivery, LostError, Pace
from bus.schemas import CommandSchemas
from tests.bus.commands import command
from tickets.corporate.commands import Asked, NotACommand

SCHEMAS = CommandSchemas()
STAGE = command("ticket.stage.set", ticket="NN-1", stage="closed")
PACE = Pace(first=0.001, longest=0.002, settled=60.0)


@dataclass(kw_only=True)
class Message:
    """Notes how it was answered for."""

    body: bytes
    answers: list[str]

    async def ack(self) -> None:
        self.answers.append("ack")

    async def dead(self, reason: str) -> None:
        self.answers.append(f"dead: {reason}")


@dataclass(kw_only=True)
class Queue:
    """Gives each message in turn; where None stands, the connection is lost."""

    bodies: list[bytes | None]
    answers: list[str] = field(default_factory=list)
    opened: int = 0

    async def open(self) -> None:
        self.opened += 1

    async def next(self) -> Delivery:
        if not self.bodies:
            await asyncio.Event().wait()
        body = self.bodies.pop(0)
        if body is None:
            raise LostError("the cable")
        return Message(body=body, answers=self.answers)

    async def close(self) -> None:
        return


@dataclass(kw_only=True)
class Kept:
    """Keeps all, after so many failures."""

    failures: int = 0
    came: list[Asked] = field(default_factory=list)

    async def keep(self, came: Asked, body: bytes) -> None:
        assert body
        if self.failures:
            self.failures -= 1
            raise OSError("no room")
        self.came.append(came)


def play(
    queue: Queue, kept: Kept, *, until: Callable[[CommandDoor], object]
) -> CommandDoor:
    """Let a door work until something holds, and stop it."""
    door = CommandDoor(queue, kept, target="erp", schemas=SCHEMAS, pace=PACE)

    async def scene() -> None:
        running = asyncio.create_task(door.run())
        async with asyncio.timeout(10):
            while not until(door):  # noqa: ASYNC110 # what the door brings about
                await asyncio.sleep(0.001)
        door.stop()
        await running

    asyncio.run(scene())
    return door


def test_it_is_acknowledged_once_it_is_kept() -> None:
    queue, kept = Queue(bodies=[STAGE]), Kept(failures=3)
    with capture_logs() as logs:
        door = play(queue, kept, until=lambda door: door.status.taken)
    assert (len(kept.came), queue.answers, queue.opened) == (1, ["ack"], 1)
    assert door.status.error is None
    assert [log["event"] for log in logs] == ["commands_unheard"]  # said once


def test_what_is_no_command_is_kept_and_given_up() -> None:
    huge = STAGE + b" " * BODY_LIMIT
    queue, kept = Queue(bodies=[huge, STAGE]), Kept()
    with capture_logs():
        door = play(queue, kept, until=lambda door: door.status.taken == 2)
    assert queue.answers == [f"dead: {len(huge)} bytes are more than 1048576", "ack"]
    assert door.status.dead == 1
    assert isinstance(kept.came[0], NotACommand)
    assert "1048576" in kept.came[0].reason


def test_a_connection_that_is_lost_again_and_again_is_trouble() -> None:
    queue = Queue(bodies=[None] * 5)
    with capture_logs() as logs:
        door = play(queue, Kept(), until=lambda _: queue.opened == 6)
    assert door.status.error == "the cable"
    assert [log["event"] for log in logs].count("commands_unheard") <= 3


def test_one_that_is_lost_once_is_well_when_it_is_back() -> None:
    queue = Queue(bodies=[None])
    with capture_logs():
        door = play(
            queue, Kept(), until=lambda d: queue.opened == 2 and d.status.error is None
        )
    assert door.status.failures == 1


def test_a_message_is_well_whatever_was_before() -> None:
    queue = Queue(bodies=[*[None] * 5, STAGE])
    with capture_logs():
        door = play(queue, Kept(), until=lambda door: door.status.taken)
    assert (door.status.error, door.status.failures) == (None, 0)


def test_a_door_that_is_stopped_gives_back_what_it_could_not_keep() -> None:
    queue, kept = Queue(bodies=[STAGE]), Kept(failures=10**6)
    with capture_logs():
        play(queue, kept, until=lambda door: door.status.failures > 2)
    assert queue.answers == []


@dataclass(kw_only=True)
class Slow(Queue):
    """Never gets as far as being open."""

    @override
    async def open(self) -> None:
        await super().open()
        await asyncio.Event().wait()


def test_a_door_that_is_stopped_while_it_connects_asks_for_nothing() -> None:
    queue = Slow(bodies=[STAGE])
    play(queue, Kept(), until=lambda _: queue.opened)
    assert queue.bodies == [STAGE]
