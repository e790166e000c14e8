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


class UnavailableError(Exception):
    """The records could not be written: no fault of the arrival at hand."""


class Arrival(Protocol):
    """The head of a leased lane: ``attempts`` counts the current one."""

    @property
    def id(self) -> int: ...

    @property
    def attempts(self) -> int: ...


A = TypeVar("A", bound=Arrival)
Came = TypeVar("Came")
Came_contra = TypeVar("Came_contra", contravariant=True)


class Inbox(Protocol[A, Came_contra]):
    """Where arrivals are kept. Whatever is done to one gives its lane back."""

    async def claim(self, room: int) -> Sequence[A]:
        """Lease due lanes and return the head of each."""
        ...

    async def file(self, arrival: A, came: Came_contra) -> None:
        """Commit all that follows from an arrival; may raise UnavailableError."""
        ...

    async def postpone(
        self, arrival: A, *, error: str, delay: timedelta, counted: bool = True
    ) -> None:
        """Let the arrival wait, and its lane with it; this try counts or not."""
        ...

    async def park(self, arrival: A, *, error: str) -> None:
        """Set the arrival aside; its lane goes on."""
        ...


@dataclass(kw_only=True, slots=True)
class ArrivalSource(Generic[A, Came]):
    """Drains arrivals: ``read`` turns raw bytes into what happened, in a thread."""

    inbox: Inbox[A, Came]
    read: Callable[[A], Came]
    chance: Callable[[], float]

    async def claim(self, room: int) -> Sequence[A]:
        return await self.inbox.claim(room)

    async def work(self, batch: A) -> None:
        if batch.attempts > ATTEMPTS:
            error = f"the process ended {ATTEMPTS} times while working on it"
            await self.inbox.park(batch, error=error)
            return
        try:
            came = await asyncio.to_thread(self.read, batch)
            await self.inbox.file(batch, came)
        except UnavailableError as trouble:
            log.warning("records_unavailable", arrival=batch.id, error=str(trouble))
            delay = backoff(batch.attempts, self.chance)
            await self.inbox.postpone(
                batch, error=str(trouble), delay=delay, counted=False
            )
        except Exception as trouble:
            log.exception("arrival_failed", arrival=batch.id)
            await self._failed(batch, f"{type(trouble).__name__}: {trouble}")

    async def _failed(self, arrival: A, error: str) -> None:
        if arrival.attempts >= ATTEMPTS:
            await self.inbox.park(arrival, error=error)
            return
        delay = backoff(arrival.attempts, self.chance)
        await self.inbox.postpone(arrival, error=error, delay=delay)
