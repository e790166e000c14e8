"""How many may do something at once, of all who share a name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Queue:
    """The turns of one name; ``users`` have theirs or wait for it."""

    turns: asyncio.Semaphore
    users: int = 0


@dataclass(frozen=True, slots=True)
class Turns:
    """Gives each name ``most`` turns at a time, in the order they were asked for."""

    most: int
    _queues: dict[str, _Queue] = field(default_factory=dict)

    @asynccontextmanager
    async def of(self, name: str) -> AsyncIterator[None]:
        """Wait for a turn, and have it as long as the context lasts."""
        fresh = _Queue(asyncio.Semaphore(self.most))
        queue = self._queues.setdefault(name, fresh)
        queue.users += 1
        try:
            async with queue.turns:
                yield
        finally:
            queue.users -= 1
            if not queue.users:
                del self._queues[name]
