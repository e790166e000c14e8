"""The bot's update queue with getUpdates' semantics.

An update is confirmed when getUpdates comes with a higher offset; offset 0
confirms nothing; a negative one keeps the last N and forgets the rest; one
beyond the tail falls back to the head; the older of two polls gets 409.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.errors import ApiError, RefusedError
from sandbox.model import Json, Queue, Update

BY_DEFAULT_OFF = frozenset({"chat_member", "message_reaction"})
MAX_TIMEOUT = 50
MAX_LIMIT = 100
KEPT = 2000
# Asking again with the same offset is slowed down: seconds, before scaling.
IMPATIENT_POLL = 3.0
IMPATIENT_BATCH = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Poll:
    """What getUpdates was asked for; ``allowed`` of None keeps the former setting."""

    offset: int = 0
    limit: int = MAX_LIMIT
    timeout: float = 0.0
    allowed: list[str] | None = None


class Updates:
    """Creates updates, and hands them to whoever polls last."""

    def __init__(
        self,
        queue: Queue,
        *,
        clock: Callable[[], float],
        scale: float,
        changed: Callable[[], None],
    ) -> None:
        self._queue = queue
        self._clock = clock
        self._scale = scale
        self._changed = changed
        self._news = asyncio.Event()
        self._polls = 0
        self._closed = False
        self._last_offset: int | None = None
        self._last_start = self._last_end = 0.0

    def put(self, kind: str, content: Json) -> None:
        """Queue an update unless the bot did not ask for its kind."""
        if not self._wanted(kind):
            return
        queue = self._queue
        queue.pending.append(Update(id=queue.next_id, payload={kind: content}))
        queue.next_id += 1
        self._announce()

    async def get(self, poll: Poll) -> list[Json]:
        """Answer getUpdates, after up to ``timeout`` seconds if there is nothing."""
        self._polls += 1
        mine = self._polls
        self._announce()
        limit, timeout = self._patience(poll)
        self._confirm(poll.offset)
        if poll.allowed is not None:
            self._queue.allowed = poll.allowed or None
            self._changed()
        await self._wait(mine, timeout)
        if mine != self._polls:
            raise ApiError(
                409,
                "Conflict: terminated by other getUpdates request;"
                " make sure that only one bot instance is running",
            )
        self._last_end = self._clock()
        batch = self._queue.pending[:limit]
        return [{"update_id": update.id, **update.payload} for update in batch]

    def redeliver(self, count: int) -> int:
        """Put the last confirmed updates back at the head; return how many."""
        queue = self._queue
        back = queue.confirmed[-count:] if count > 0 else []
        del queue.confirmed[len(queue.confirmed) - len(back) :]
        queue.pending[:0] = back
        self._announce()
        return len(back)

    def restart_ids(self, next_id: int) -> None:
        """Go on with another id, as Telegram does after a quiet week."""
        if self._queue.pending:
            raise RefusedError("updates are still waiting", status=409)
        self._queue.next_id = next_id
        self._changed()

    def drop_pending(self) -> None:
        self._queue.pending.clear()
        self._changed()

    def close(self) -> None:
        """Let every poll that waits answer now."""
        self._closed = True
        self._announce()

    def _wanted(self, kind: str) -> bool:
        allowed = self._queue.allowed
        return kind in allowed if allowed else kind not in BY_DEFAULT_OFF

    def _announce(self) -> None:
        self._changed()
        self._news.set()
        self._news = asyncio.Event()

    def _patience(self, poll: Poll) -> tuple[int, float]:
        """Return the limit and timeout that hold, and note this poll."""
        now, again = self._clock(), poll.offset == self._last_offset
        limit = min(poll.limit, MAX_LIMIT) if poll.limit > 0 else MAX_LIMIT
        timeout = min(max(poll.timeout, 0.0), MAX_TIMEOUT)
        if again and now - self._last_end < IMPATIENT_BATCH * self._scale:
            limit = 1
        if again and now - self._last_start < IMPATIENT_POLL * self._scale:
            timeout = max(timeout, IMPATIENT_POLL * self._scale)
        self._last_offset, self._last_start = poll.offset, now
        return limit, timeout

    def _confirm(self, offset: int) -> None:
        pending = self._queue.pending
        if not pending or offset == 0:
            return
        if offset < 0:
            del pending[:offset]
        elif offset <= pending[-1].id + 1:
            while pending and pending[0].id < offset:
                self._queue.confirmed.append(pending.pop(0))
            del self._queue.confirmed[:-KEPT]
        self._changed()

    async def _wait(self, mine: int, patience: float) -> None:
        """Wait for an update, for another poll, or for the end."""
        loop = asyncio.get_running_loop()
        end = loop.time() + patience
        while (
            not self._queue.pending and mine == self._polls and not self._closed
        ) and (left := end - loop.time()) > 0:
            try:
                async with asyncio.timeout(left):
                    await self._news.wait()
            except TimeoutError:
                return
