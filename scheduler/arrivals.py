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


@dataclass(kw_only=True, slots=True)
class ArrivalSource(Generic[A, Came]):
    """Drains arrivals: ``read`` turns raw bytes into what happened, in a thread."""

    inbox: Inbox[A, Came]
    read: Callable[[A], Came]
    chance: Callable[[], float]

    async def claim(self, room: int) -> Sequence[Queue[A]]:
        return await self.inbox.claim(room)

    async def work(self, batch: Queue[A]) -> None:
        """Work a lane's arrivals in order, until one has to wait."""
        final = len(batch.arrivals) - 1
        for place, arrival in enumerate(batch.arrivals):
            if not await self._one(batch, arrival, last=place == final):
                return

    async def _one(self, queue: Queue[A], arrival: A, *, last: bool) -> bool:
        """Say whether the lane is still ours and goes on."""
        if arrival.attempts > ATTEMPTS:
            error = f"the process ended {ATTEMPTS} times while working on it"
            await self.inbox.park(queue, arrival, error=error, last=last)
            return True
        try:
            came = await asyncio.to_thread(self.read, arrival)
            await self.inbox.file(queue, arrival, came, last=last)
        except Exception as trouble:
            error = f"{type(trouble).__name__}: {trouble}"
            log.exception("arrival_failed", arrival=arrival.id)
            return await self._failed(queue, arrival, error, last=last)
        return True

    async def _failed(
        self, queue: Queue[A], arrival: A, error: str, *, last: bool
    ) -> bool:
        if arrival.attempts >= ATTEMPTS:
            await self.inbox.park(queue, arrival, error=error, last=last)
            return True
        delay = backoff(arrival.attempts, self.chance)
        await self.inbox.postpone(queue, arrival, error=error, delay=delay)
        return False
