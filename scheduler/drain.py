"""A loop that takes due work in batches and keeps a bounded number in hand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence, Sized
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import structlog

log = structlog.get_logger()
Batch = TypeVar("Batch", bound=Sized)
#: How long to rest after the source itself failed, in seconds.
REST = 1.0
#: How long what is in hand may take when stopping, in seconds.
GRACE = 3.0


class Source(Protocol[Batch]):
    """Where work comes from and how it is done."""

    async def claim(self, room: int) -> Sequence[Batch]:
        """Return batches of at most ``room`` pieces of due work, leased to us."""
        ...

    async def work(self, batch: Batch) -> None:
        """Do one batch; it deals with its own failures."""
        ...


@dataclass(kw_only=True)
class Drain(Generic[Batch]):
    """Runs a source until it is stopped.

    ``wake`` is set when there is new work; ``poll`` seconds pass at most between
    looks, for what falls due by itself or was filled by another process. ``pace``
    seconds pass at least after a look that found work, so that the next finds more.
    Stopping takes ``grace`` seconds at most.
    """

    name: str
    source: Source[Batch]
    room: int
    poll: float = 0.5
    pace: float = 0.0
    grace: float = GRACE
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: dict[asyncio.Task[None], int] = field(default_factory=dict)
    _left_some: bool = False
    _stopping: bool = False

    async def run(self) -> None:
        """Claim and work until ``stop``; then finish what is in hand."""
        while not self._stopping:
            room = self._room_left()
            self.wake.clear()
            batches = await self._claim(room) if room > 0 else ()
            for batch in batches:
                task = asyncio.create_task(self._work(batch))
                self._tasks[task] = len(batch)
                task.add_done_callback(self._ended)
            # What came while we looked has set the wake again.
            self._left_some = sum(map(len, batches)) >= room
            if batches and self.pace:
                await asyncio.sleep(self.pace)
            if not self._left_some or self._room_left() <= 0:
                await self._rest()
        if self._tasks:
            await self._finish()

    def _room_left(self) -> int:
        return self.room - sum(self._tasks.values())

    async def _finish(self) -> None:
        """Let the work in hand end; what takes too long is taken up at the next start.

        It is as if the process had been killed over it, which loses nothing.
        """
        _, late = await asyncio.wait(self._tasks, timeout=self.grace)
        for task in late:
            log.warning("work_abandoned", drain=self.name)
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def stop(self) -> None:
        self._stopping = True
        self.wake.set()

    async def _claim(self, room: int) -> Sequence[Batch]:
        try:
            return await self.source.claim(room)
        except Exception:
            log.exception("claim_failed", drain=self.name)
            await asyncio.sleep(REST)
            return ()

    async def _work(self, batch: Batch) -> None:
        try:
            await self.source.work(batch)
        except Exception:
            log.exception("work_failed", drain=self.name)
            await asyncio.sleep(REST)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]  # before the wake: it makes the room there is
        if self._left_some:
            self.wake.set()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self.poll):
                await self.wake.wait()
        except TimeoutError:
            return
