"""Telegram's unpublished rate limits: counted, or enforced with 429.

rate_group    20 in any 60 s for a group: sends, edits, topics and pins together
rate_private  1 a second for a private chat, with a burst of 3
rate_all      30 in any second for the bot
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from typing import Literal

from sandbox.errors import ApiError

Mode = Literal["off", "record", "enforce"]

GROUP = (20, 60.0)
ALL = (30, 1.0)
PRIVATE_BURST = 3
PRIVATE_PAUSE = 1.0


class Rates:
    """What was spent lately; every window is ``scale`` times its real length."""

    def __init__(
        self, *, mode: Mode, clock: Callable[[], float], scale: float = 1.0
    ) -> None:
        self.mode: Mode = mode
        self.violations: Counter[str] = Counter()
        self._clock = clock
        self._scale = scale
        self._spent: defaultdict[int, deque[float]] = defaultdict(deque)
        self._all: deque[float] = deque()
        self._full_again: dict[int, float] = {}

    def spend(self, chat_id: int, items: int) -> None:
        """Count ``items`` messages for a chat; an album has several.

        Raises ApiError 429 with retry_after, in whole seconds, when enforcing.
        """
        if self.mode == "off" or items == 0:
            return
        now = self._clock()
        waits = {"rate_all": self._over(self._all, ALL, items)}
        if chat_id < 0:
            waits["rate_group"] = self._over(self._spent[chat_id], GROUP, items)
        else:
            waits["rate_private"] = self._too_soon(chat_id, now)
        wait = max(waits.values())
        self.violations.update(name for name, late in waits.items() if late > 0)
        if wait > 0 and self.mode == "enforce":
            seconds = max(1, math.ceil(wait))
            raise ApiError(
                429,
                f"Too Many Requests: retry after {seconds}",
                retry_after=seconds,
            )
        self._note(chat_id, items, now)

    def _over(self, spent: deque[float], limit: tuple[int, float], items: int) -> float:
        """Return the seconds until ``items`` more fit into the window; 0 is now."""
        most, length = limit[0], limit[1] * self._scale
        now = self._clock()
        while spent and spent[0] <= now - length:
            spent.popleft()
        excess = len(spent) + items - most
        if excess <= 0:
            return 0.0
        return spent[min(excess, len(spent)) - 1] + length - now if spent else length

    def _too_soon(self, chat_id: int, now: float) -> float:
        pause = PRIVATE_PAUSE * self._scale
        ahead = max(self._full_again.get(chat_id, now) - now, 0.0)
        return max(ahead - (PRIVATE_BURST - 1) * pause, 0.0)

    def _note(self, chat_id: int, items: int, now: float) -> None:
        self._all.extend([now] * items)
        if chat_id < 0:
            self._spent[chat_id].extend([now] * items)
        else:
            from_then = max(self._full_again.get(chat_id, now), now)
            self._full_again[chat_id] = from_then + PRIVATE_PAUSE * self._scale
