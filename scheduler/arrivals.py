"""Arrivals are read and filed, lane by lane; what cannot be filed is set aside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

import structlog

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
#: How long the reading of what is read together may take, in seconds.
PATIENCE = 20.0


class UnavailableError(Exception):
    """The records could not be written: no fault of the arrival at hand."""


class AwaitedError(UnavailableError):
    """Something that arrivals need is away; the next try is due ``after``."""

    def __init__(self, reason: str, after: timedelta) -> None:
        super().__init__(reason)
        self.after = after


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

    def goes_together(self, came: Came_contra) -> bool:
        """Say whether it can be filed with others of its kind."""
        ...

    async def file(self, read: Sequence[tuple[A, Came_contra]]) -> None:
        """Commit all that follows from arrivals; may raise UnavailableError.

        One that cannot be filed keeps the others from it, too. What is not ours to
        file any more is left alone.
        """
        ...

    async def postpone(
        self, arrival: A, *, error: str, delay: timedelta, counted: bool = True
    ) -> None:
        """Let the arrival wait, and its lane with it; this try counts or not."""
        ...

    async def park(self, arrival: A, *, error: str) -> None:
        """Set the arrival aside; its lane goes on."""
        ...


class Screen(Protocol[Came]):
    """What some of what was read must pass before it is filed."""

    def concerns(self, came: Came) -> bool: ...

    async def pass_through(self, came: Came) -> Came:
        """Return it as it is to be filed.

        AwaitedError if that cannot be told now, HopelessError if a person must look.
        """
        ...


class HopelessError(Exception):
    """A person must look: to read it once more would not help."""


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
    than the work. A large one has its own, so that the others do not wait for it.
    """

    inbox: Inbox[A, Came]
    read: Callable[[A], Came]
    chance: Callable[[], float]
    patience: float = PATIENCE
    screen: Screen[Came] | None = None

    async def claim(self, room: int) -> Sequence[Sequence[Reading[A, Came]]]:
        arrivals = await self.inbox.claim(room)
        small = [one for one in arrivals if one.size <= SMALL]
        came = await self._read_all(small) if small else []
        wave: list[Reading[A, Came]] = []
        batches: list[list[Reading[A, Came]]] = []
        for one, said in zip(small, came, strict=True):
            reading: Reading[A, Came] = Reading(one, said)
            if self._goes_together(reading.came):
                wave.append(reading)
            else:
                batches.append([reading])
        batches.extend([Reading(one)] for one in arrivals if one.size > SMALL)
        return [wave, *batches] if wave else batches

    def _goes_together(self, came: Came | Exception | None) -> bool:
        if came is None or isinstance(came, Exception):
            return False
        return self.inbox.goes_together(came) and not self._is_screened(came)

    def _is_screened(self, came: Came) -> bool:
        return self.screen is not None and self.screen.concerns(came)

    async def _read_all(self, arrivals: Sequence[A]) -> list[Came | Exception]:
        """Read in one thread; who takes too long is found and left behind."""
        try:
            async with asyncio.timeout(self.patience):
                return await in_own_thread(
                    lambda: [self._read(one) for one in arrivals]
                )
        except TimeoutError:
            if len(arrivals) == 1:
                return [EndlessError(self.patience)]
            return [said for one in arrivals for said in await self._read_all([one])]

    def _read(self, arrival: A) -> Came | Exception:
        if arrival.attempts > DEATHS:
            return CrashedError()
        try:
            return self.read(arrival)
        except Exception as trouble:  # noqa: BLE001 # told when its turn comes
            return trouble

    async def work(self, batch: Sequence[Reading[A, Came]]) -> None:
        ready: list[tuple[A, Came]] = []
        for one in batch:
            arrival = one.arrival
            came = one.came
            if came is None:
                [came] = await self._read_all([arrival])
            came = await self._pass_through(came)
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
