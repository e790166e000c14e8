"""How much may be sent to a chat now: Telegram's unpublished limits, kept below.

``now`` and every moment are seconds of a clock that only goes forward: one that is
set back would keep chats waiting until it has caught up.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

#: Stands for all chats in ``blocked_until``.
EVERYWHERE = None
#: So many chats are remembered before the idle ones are looked for.
CROWD = 64


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` messages in any window of ``length`` seconds."""

    most: int
    length: float


GROUP = Limit(18, 60.0)  # of 20: our clock is not Telegram's
PRIVATE = Limit(3, 3.0)  # one a second, with a burst of three
OVERALL = Limit(25, 1.0)  # of 30


class Budget:
    """Sliding windows for every chat and for the bot as a whole.

    Group ids are negative. Answers to buttons and reactions cost nothing and are
    not to be counted here.
    """

    def __init__(
        self,
        *,
        group: Limit = GROUP,
        private: Limit = PRIVATE,
        overall: Limit = OVERALL,
    ) -> None:
        self._group = group
        self._private = private
        self._all = _Window(overall)
        self._chats: dict[int, _Window] = {}
        self._blocked: dict[int | None, float] = {}
        self._crowd = CROWD

    def available(self, chat: int, now: float, *, besides: int = 0) -> int:
        """Return how many messages the chat may get at this moment.

        ``besides`` are those about to go to other chats. Changes nothing, so that
        another thread may ask.
        """
        if self._blocked_for(chat, now) is not None:
            return 0
        window = self._chats.get(chat)
        own = window.room(now) if window else self._limit(chat).most
        return max(min(own, self._all.room(now) - besides), 0)

    def spend(self, chat: int, cost: int, now: float) -> None:
        """Count messages that are being sent, whether or not there was room."""
        self._forget(now)
        window = self._chats.setdefault(chat, _Window(self._limit(chat)))
        window.add(cost, now)
        self._all.add(cost, now)

    def blocked_until(self, chat: int | None, until: float) -> None:
        """Keep still as a 429 asks; EVERYWHERE for all chats."""
        known = self._blocked.get(chat)
        self._blocked[chat] = max(known, until) if known else until

    def next_free(self, chat: int, now: float) -> float:
        """Return the first moment, not before ``now``, with room for one message."""
        blocked = self._blocked_for(chat, now)
        window = self._chats.get(chat)
        waits = [self._all.free_from(), blocked, window.free_from() if window else None]
        return max([now, *(moment for moment in waits if moment is not None)])

    def restore(
        self, sent: Iterable[tuple[int, datetime]], *, today: datetime, now: float
    ) -> None:
        """Count what was sent before a restart, before anything else is counted.

        Chat and time of day, in any order; ``today`` is the time of day at ``now``.
        """
        ages = [(max((today - at).total_seconds(), 0.0), chat) for chat, at in sent]
        for age, chat in sorted(ages, reverse=True):
            self.spend(chat, 1, now - age)

    def _limit(self, chat: int) -> Limit:
        return self._group if chat < 0 else self._private

    def _blocked_for(self, chat: int, now: float) -> float | None:
        ends = [self._blocked.get(one) for one in (chat, EVERYWHERE)]
        return max((end for end in ends if end and end > now), default=None)

    def _forget(self, now: float) -> None:
        """Drop what no longer counts, so that memory follows the traffic."""
        if len(self._chats) < self._crowd:
            return
        chats = self._chats.items()
        self._chats = {chat: window for chat, window in chats if window.size(now)}
        blocked = self._blocked.items()
        self._blocked = {chat: end for chat, end in blocked if end > now}
        self._crowd = 2 * len(self._chats) + CROWD


class _Window:
    """When each message within one limit ceases to count, the oldest first."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._ends: list[float] = []

    def size(self, now: float) -> int:
        return len(self._ends) - bisect.bisect_right(self._ends, now)

    def room(self, now: float) -> int:
        return max(self._limit.most - self.size(now), 0)

    def add(self, cost: int, now: float) -> None:
        del self._ends[: bisect.bisect_right(self._ends, now)]
        self._ends.extend([now + self._limit.length] * cost)

    def free_from(self) -> float | None:
        """Return when there is room again; None if there has always been."""
        excess = len(self._ends) - self._limit.most
        return self._ends[excess] if excess >= 0 else None
