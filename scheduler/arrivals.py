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
#: Up to so many bytes an arrival is small.
SMALL = 128 * 1024


class UnavailableError(Exception):
    """The records could not be written: no fault of the arrival at hand."""


class Arrival(Protocol):
    """The head of a leased lane: ``attempts`` counts the current one."""

    @property
    def id(self) -> int: ...

    @property
    def attempts(self) -> int: ...

    @property
    def size(self) -> int:
        """Its length in bytes."""
        ...


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


class CrashedError(Exception):
    """The process ended each time it worked on it."""

    def __init__(self) -> None:
        super().__init__(f"the process ended {ATTEMPTS} times while working on it")


@dataclass(frozen=True, slots=True)
class Reading(Generic[A, Came]):
    """An arrival, and what it says or why it cannot be read; None if it is unread."""

    arrival: A
    came: Came | Exception | None = None


@dataclass(kw_only=True, slots=True)
class ArrivalSource(Generic[A, Came]):
    """Drains arrivals: ``read`` turns raw bytes into what happened.

    The small ones that are claimed together are read together, in one thread: a
    thread for each costs as much as the reading. A large one has its own, so that
    the others do not wait for it.
    """

    inbox: Inbox[A, Came]
    read: Callable[[A], Came]
    chance: Callable[[], float]

    async def claim(self, room: int) -> Sequence[Reading[A, Came]]:
        arrivals = await self.inbox.claim(room)
        small = [one for one in arrivals if one.size <= SMALL]
        came = await asyncio.to_thread(self._read_all, small) if small else []
        batches = [Reading(*pair) for pair in zip(small, came, strict=True)]
        batches.extend(Reading(one) for one in arrivals if one.size > SMALL)
        return batches

    def _read_all(self, arrivals: Sequence[A]) -> list[Came | Exception]:
        return [self._read(one) for one in arrivals]

    def _read(self, arrival: A) -> Came | Exception:
        if arrival.attempts > ATTEMPTS:
            return CrashedError()
        try:
            return self.read(arrival)
        except Exception as trouble:  # noqa: BLE001 # told when its turn comes
            return trouble

    async def work(self, batch: Reading[A, Came]) -> None:
        arrival, came = batch.arrival, batch.came
        if came is None:
            came = await asyncio.to_thread(self._read, arrival)
        if isinstance(came, CrashedError):
            await self.inbox.park(arrival, error=str(came))
        elif isinstance(came, Exception):
            await self._failed(arrival, came)
        else:
            await self._file(arrival, came)

    async def _file(self, arrival: A, came: Came) -> None:
        try:
            await self.inbox.file(arrival, came)
        except UnavailableError as trouble:
            log.warning("records_unavailable", arrival=arrival.id, error=str(trouble))
            delay = backoff(arrival.attempts, self.chance)
            await self.inbox.postpone(
                arrival, error=str(trouble), delay=delay, counted=False
            )
        except Exception as trouble:  # noqa: BLE001 # logged and set aside
            await self._failed(arrival, trouble)

    async def _failed(self, arrival: A, trouble: Exception) -> None:
        error = f"{type(trouble).__name__}: {trouble}"
        log.error("arrival_failed", arrival=arrival.id, exc_info=trouble)
        if arrival.attempts >= ATTEMPTS:
            await self.inbox.park(arrival, error=error)
            return
        delay = backoff(arrival.attempts, self.chance)
        await self.inbox.postpone(arrival, error=error, delay=delay)
