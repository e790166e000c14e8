"""Things that are committed in groups: what comes during a commit shares the next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from storage.errors import StorageError

T = TypeVar("T")
#: As many as this share a commit.
GROUP = 100


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[T]):
    one: T
    done: asyncio.Future[None]


@dataclass(kw_only=True)
class Together(Generic[T]):
    """``commit`` takes a group; the weights of its members stay below ``limit``."""

    commit: Callable[[Sequence[T]], Awaitable[None]]
    weigh: Callable[[T], int] = lambda _: 0
    limit: int = 1
    _waiting: list[_Waiting[T]] = field(default_factory=list)
    _running: asyncio.Task[None] | None = None

    async def add(self, one: T) -> None:
        """Return once it is committed; raises what its commit raised."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(one, done))
        if self._running is None:
            self._running = asyncio.create_task(self._drain())
        await done

    async def _drain(self) -> None:
        try:
            while self._waiting:
                await self._commit(self._take())
        finally:
            self._running = None

    def _take(self) -> list[_Waiting[T]]:
        weight = count = 0
        for waiting in self._waiting[:GROUP]:
            weight += self.weigh(waiting.one)
            if count and weight > self.limit:
                break
            count += 1
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        return group

    async def _commit(self, group: Sequence[_Waiting[T]]) -> None:
        try:
            await self.commit([waiting.one for waiting in group])
        except Exception as error:  # noqa: BLE001 # told to each who waits
            await self._apart(group, error)
            return
        for waiting in group:
            if not waiting.done.done():
                waiting.done.set_result(None)

    async def _apart(self, group: Sequence[_Waiting[T]], error: Exception) -> None:
        """Let one that cannot be committed not take the others with it."""
        if len(group) > 1 and not isinstance(error, StorageError):
            for waiting in group:
                await self._commit([waiting])
            return
        for waiting in group:
            if not waiting.done.done():
                waiting.done.set_exception(error)
