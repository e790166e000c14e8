"""Who wants in stands in line; who finds it long is sent away for a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from scheduler.inbox import AwaitedError

#: How much longer each that was sent away lets the next one wait, in seconds.
_STEP = 0.02


@dataclass(kw_only=True, slots=True)
class Line:
    """Lets in as many as there is ``room`` for, first come, first served.

    At most ``longest`` stand in line: others give their lanes back, so that there are
    hands for work of other kinds. ``reason`` is what they are told.
    """

    reason: str
    room: int
    longest: int
    _inside: int = 0
    _waiting: int = 0
    _sent_away: int = 0
    _first: asyncio.Lock = field(default_factory=asyncio.Lock)
    _left: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def pass_through(self, size: int = 1) -> AsyncIterator[None]:
        """Wait for room for ``size`` and hold it; AwaitedError if the line is long.

        What is larger than all the room goes in alone.
        """
        if self._waiting >= self.longest and (self._waiting or self._is_full(size)):
            self._sent_away += 1
            raise AwaitedError(
                self.reason, timedelta(seconds=1 + self._sent_away * _STEP)
            )
        await self._enter(size)
        try:
            yield
        finally:
            self._inside -= size
            self._sent_away = max(0, self._sent_away - 1)
            self._left.set()

    async def _enter(self, size: int) -> None:
        self._waiting += 1
        try:
            async with self._first:
                while self._is_full(size):
                    self._left.clear()
                    await self._left.wait()
                self._inside += size
        finally:
            self._waiting -= 1

    def _is_full(self, size: int) -> bool:
        return bool(self._inside) and self._inside + size > self.room
