"""Arrivals are read and filed, lane by lane; what cannot be filed is set aside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

import structlog

from scheduler.retry import backoff

log = structlog.get_logger()
#: After so many tries, those that ended in a crash included, a person must look.
ATTEMPTS = 5


class Arrival(Protocol):
    """One that waits: ``attempts`` counts the current one."""

    @property
    def id(self) -> int: ...

    @property
    def attempts(self) -> int: ...


A = TypeVar("A", bound=Arrival)
Came = TypeVar("Came")
Came_contra = TypeVar("Came_contra", contravariant=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue(Generic[A]):
    """A leased lane and the arrivals to work in it, in order."""

    lane: str
    fence: int
    arrivals: Sequence[A]


class Inbox(Protocol[A, Came_contra]):
    """Where arrivals are kept."""

    async def claim(self, room: int) -> Sequence[Queue[A]]: ...

    async def file(
        self, queue: Queue[A], arrival: A, came: Came_contra, *, last: bool
    ) -> None:
        """Commit all that follows from an arrival; ``last`` gives the lane back."""
        ...

    async def postpone(
        self, queue: Queue[A], arrival: A, *, error: str, delay: timedelta
    ) -> None:
        """Let the arrival wait, and give its lane back."""
        ...

    async def park(
        self, queue: Queue[A], arrival: A, *, error: str, last: bool
    ) -> None:
        """Set the arrival aside."""
        ...


class CrashedError(Exception):
    """The process ended again and again while working on it."""


@dataclass(frozen=True, slots=True)
class Reading(Generic[A, Came]):
    """A leased lane, and what each of its arrivals says or why it cannot be read."""

    queue: Queue[A]
    came: Sequence[Came | Exception]


@dataclass(kw_only=True, slots=True)
class ArrivalSource(Generic[A, Came]):
    """Drains arrivals: ``read`` turns raw bytes into what happened.

    What is claimed together is read together, in one thread: a thread for each
    costs as much as the reading.
    """

    inbox: Inbox[A, Came]
    read: Callable[[A], Came]
    chance: Callable[[], float]

    async def claim(self, room: int) -> Sequence[Reading[A, Came]]:
        queues = await self.inbox.claim(room)
        return await asyncio.to_thread(self._read_all, queues) if queues else ()

    def _read_all(self, queues: Sequence[Queue[A]]) -> list[Reading[A, Came]]:
        return [
            Reading(queue, [self._read(one) for one in queue.arrivals])
            for queue in queues
        ]

    def _read(self, arrival: A) -> Came | Exception:
        if arrival.attempts > ATTEMPTS:
            return CrashedError()
        try:
            return self.read(arrival)
        except Exception as trouble:  # noqa: BLE001 # told when its turn comes
            return trouble

    async def work(self, batch: Reading[A, Came]) -> None:
        """Work a lane's arrivals in order, until one has to wait."""
        queue = batch.queue
        final = len(queue.arrivals) - 1
        read = zip(queue.arrivals, batch.came, strict=True)
        for place, (arrival, came) in enumerate(read):
            if not await self._one(queue, arrival, came, last=place == final):
                return

    async def _one(
        self, queue: Queue[A], arrival: A, came: Came | Exception, *, last: bool
    ) -> bool:
        """Say whether the lane is still ours and goes on."""
        if isinstance(came, CrashedError):
            error = f"the process ended {ATTEMPTS} times while working on it"
            await self.inbox.park(queue, arrival, error=error, last=last)
            return True
        if isinstance(came, Exception):
            return await self._failed(queue, arrival, came, last=last)
        try:
            await self.inbox.file(queue, arrival, came, last=last)
        except Exception as trouble:  # noqa: BLE001 # logged and set aside
            return await self._failed(queue, arrival, trouble, last=last)
        return True

    async def _failed(
        self, queue: Queue[A], arrival: A, trouble: Exception, *, last: bool
    ) -> bool:
        error = f"{type(trouble).__name__}: {trouble}"
        log.error("arrival_failed", arrival=arrival.id, exc_info=trouble)
        if arrival.attempts >= ATTEMPTS:
            await self.inbox.park(queue, arrival, error=error, last=last)
            return True
        delay = backoff(arrival.attempts, self.chance)
        await self.inbox.postpone(queue, arrival, error=error, delay=delay)
        return False
