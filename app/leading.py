"""Parts that run in one process at a time; the others stand by to take over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from app.wakes import Wakes
from scheduler.drain import Drain
from storage.errors import StorageError
from storage.leadership import Leadership

log = structlog.get_logger()
#: So often who stands by asks, and who leads makes sure, in seconds.
LOOK = 1.0
#: So long who stood by waits before it leads: who led may have lost its session
#: alone, and learns it within a look.
PAUSE = 2 * LOOK
Tasks = Sequence[asyncio.Task[None]]


class Part(Protocol):
    """What runs until it is stopped."""

    async def run(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(kw_only=True)
class Led:
    """Runs a part while this process leads; ``start`` begins it anew each time."""

    name: str
    leadership: Leadership
    start: Callable[[], AbstractAsyncContextManager[Tasks]]
    stands_by: bool = False
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        """Lead whenever nobody else does; raises what ended a task of the part."""
        try:
            while not self._stopping.is_set():
                if not await self._acquire():
                    self.stands_by = True
                    await self._rest()
                    continue
                if self.stands_by:
                    await self._rest(seconds=PAUSE)
                    self.stands_by = False
                    continue
                try:
                    await self._lead()
                except StorageError as error:
                    log.warning("leadership_lost", part=self.name, error=str(error))
                    await self._step_down()
        finally:
            await asyncio.to_thread(self.leadership.release)

    async def _step_down(self) -> None:
        """Let another process lead: the records could not be read here."""
        await asyncio.to_thread(self.leadership.release)
        self.stands_by = True
        await self._rest()

    async def _acquire(self) -> bool:
        return await asyncio.to_thread(self.leadership.acquire)

    async def _lead(self) -> None:
        log.info("leading", part=self.name)
        async with self.start() as tasks:
            while not self._stopping.is_set() and await self._acquire():
                await self._rest(*tasks)
                for task in tasks:
                    if task.done():
                        await task

    async def _rest(self, *tasks: asyncio.Task[None], seconds: float = LOOK) -> None:
        """Wait a moment, or until told to stop or a task has ended."""
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait(
            [stopping, *tasks], timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        stopping.cancel()


@asynccontextmanager
async def running(*parts: Part) -> AsyncIterator[Tasks]:
    """Run parts together; stop them together and let them finish."""
    tasks = [asyncio.create_task(part.run()) for part in parts]
    try:
        yield tasks
    finally:
        for part in parts:
            part.stop()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def draining(wakes: Wakes, kind: str, drain: Drain[Any]) -> AsyncIterator[Tasks]:
    """Run a drain that is woken when lanes of its kind are filled."""
    wakes.add(kind, drain.wake)
    try:
        async with running(drain) as tasks:
            yield tasks
    finally:
        wakes.remove(kind, drain.wake)
