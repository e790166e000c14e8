"""Arrivals are read and filed, lane by lane; what cannot be filed is set aside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import thread_time
from typing import Generic

import structlog

from scheduler.inbox import (
    A,
    AwaitedError,
    Came,
    HopelessError,
    Inbox,
    Screen,
    UnavailableError,
)
from scheduler.line import Line
from scheduler.retry import backoff
from scheduler.threads import in_own_thread

log = structlog.get_logger()
#: After so many tries, those that ended in a crash included, a person must look.
ATTEMPTS = 5
#: A process may die of other things than what it has in hand, so it takes more of
#: these: the last follows two minutes after the one before.
DEATHS = 7
#: Up to so many bytes an arrival is small.
SMALL = 128 * 1024
#: Of large ones so many bytes are in hand at once, for reading one takes ten times
#: its size in memory, and so many of them wait for that.
LARGE_ROOM, LARGE_LINE = 32 * 1024 * 1024, 20
#: How long small ones are read together, in seconds of the processor; and, in those of
#: a clock, how long the claim waits for them and how long the reading of one may take.
ENOUGH, HURRY, PATIENCE = 0.25, 2.0, 20.0


def make_line() -> Line:
    """Return the line in which they wait that are read alone."""
    return Line(
        reason="many large ones are being read", room=LARGE_ROOM, longest=LARGE_LINE
    )


class CrashedError(HopelessError):
    """The process ended each time it worked on it."""

    def __init__(self) -> None:
        super().__init__(f"the process ended {DEATHS} times while working on it")


class EndlessError(HopelessError):
    """It takes too long to read."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"it was not read within {seconds:g} s")


@dataclass(frozen=True, slots=True)
class Reading(Generic[A, Came]):
    """An arrival, and what it says or why it cannot be read; None if it is unread."""

    arrival: A
    came: Came | Exception | None = None


@dataclass(kw_only=True, slots=True)
class ArrivalSource(Generic[A, Came]):
    """Drains arrivals: ``read`` turns raw bytes into what happened.

    The small ones that are claimed together are read together, in one thread, and
    filed in one transaction if they can be: a thread and a commit for each cost more
    than the work. A large one has its own, as has what is left when the small ones
    took long, so that the others do not wait for it; it stands in line until few bytes
    of its like are in hand.
    """

    inbox: Inbox[A, Came]
    read: Callable[[A], Came]
    chance: Callable[[], float]
    hurry: float = HURRY
    patience: float = PATIENCE
    screen: Screen[Came] | None = None
    line: Line = field(default_factory=make_line)

    async def claim(self, room: int) -> Sequence[Sequence[Reading[A, Came]]]:
        arrivals = await self.inbox.claim(room)
        small = [one for one in arrivals if one.size <= SMALL]
        said = await self._read_some(small) if small else []
        wave: list[Reading[A, Came]] = []
        batches: list[list[Reading[A, Came]]] = []
        for one, came in zip(small, said, strict=False):
            reading: Reading[A, Came] = Reading(one, came)
            if self._goes_together(came):
                wave.append(reading)
            else:
                batches.append([reading])
        unread = [*small[len(said) :], *(one for one in arrivals if one.size > SMALL)]
        batches.extend([Reading(one)] for one in unread)
        return [wave, *batches] if wave else batches

    def _goes_together(self, came: Came | Exception) -> bool:
        if isinstance(came, Exception):
            return False
        return self.inbox.goes_together(came) and not self._is_screened(came)

    def _is_screened(self, came: Came) -> bool:
        return self.screen is not None and self.screen.concerns(came)

    async def _read_some(self, arrivals: Sequence[A]) -> list[Came | Exception]:
        """Read the first of them in one thread, as many as take little time."""

        def read() -> list[Came | Exception]:
            came: list[Came | Exception] = []
            for one in arrivals:
                came.append(self._read(one))
                if thread_time() > ENOUGH:  # it is the thread's only work
                    break
            return came

        try:
            async with asyncio.timeout(self.hurry):
                return await in_own_thread(read)
        except TimeoutError:  # which of them takes so long is found when each is alone
            return []

    async def _read_alone(self, arrival: A) -> Came | Exception:
        """Read in a thread; what takes too long is left behind."""
        try:
            async with asyncio.timeout(self.patience):
                return await in_own_thread(lambda: self._read(arrival))
        except TimeoutError:
            return EndlessError(self.patience)

    def _read(self, arrival: A) -> Came | Exception:
        if arrival.attempts > DEATHS:
            return CrashedError()
        try:
            return self.read(arrival)
        except Exception as trouble:  # noqa: BLE001 # told when its turn comes
            return trouble

    async def work(self, batch: Sequence[Reading[A, Came]]) -> None:
        for one in batch:
            if one.came is None:
                await self._work_in_turn(one.arrival)
        await self._deal_with(
            [(one.arrival, one.came) for one in batch if one.came is not None]
        )

    async def _work_in_turn(self, slow: A) -> None:
        try:
            async with self.line.pass_through(slow.size):
                came = await self._read_alone(slow)
                await self._deal_with([(slow, came)])
        except AwaitedError as crowd:
            await self._wait(slow, crowd)

    async def _deal_with(self, read: Sequence[tuple[A, Came | Exception]]) -> None:
        ready: list[tuple[A, Came]] = []
        for arrival, said in read:
            came = await self._pass_through(said)
            if isinstance(came, AwaitedError):
                await self._wait(arrival, came)
            elif isinstance(came, HopelessError):
                await self.inbox.park(arrival, error=str(came))
            elif isinstance(came, Exception):
                await self._failed(arrival, came)
            else:
                ready.append((arrival, came))
        if ready:
            await self._file(ready)

    async def _pass_through(self, came: Came | Exception) -> Came | Exception:
        if isinstance(came, Exception) or self.screen is None:
            return came
        if not self.screen.concerns(came):
            return came
        try:
            return await self.screen.pass_through(came)
        except Exception as trouble:  # noqa: BLE001 # as what could not be read
            return trouble

    async def _file(self, ready: Sequence[tuple[A, Came]]) -> None:
        try:
            await self.inbox.file(ready)
        except UnavailableError as trouble:
            for arrival, _ in ready:
                await self._wait(arrival, trouble)
        except Exception as trouble:  # noqa: BLE001 # logged and set aside
            if len(ready) == 1:
                await self._failed(ready[0][0], trouble)
                return
            for one in ready:  # so that the one at fault is found
                await self._file([one])

    async def _wait(self, arrival: A, trouble: UnavailableError) -> None:
        delay = backoff(arrival.attempts, self.chance)
        if isinstance(trouble, AwaitedError):  # told by what is away, once
            delay = trouble.after * (0.75 + self.chance() / 2)
        else:
            log.warning("records_unavailable", arrival=arrival.id, error=str(trouble))
        await self.inbox.postpone(
            arrival, error=str(trouble), delay=delay, counted=False
        )

    async def _failed(self, arrival: A, trouble: Exception) -> None:
        error = f"{type(trouble).__name__}: {trouble}"
        log.error("arrival_failed", arrival=arrival.id, exc_info=trouble)
        if arrival.attempts >= ATTEMPTS:
            await self.inbox.park(arrival, error=error)
            return
        delay = backoff(arrival.attempts, self.chance)
        await self.inbox.postpone(arrival, error=error, delay=delay)
