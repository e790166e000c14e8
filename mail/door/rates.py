"""How often something happened within the last minute, for each of many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

#: So many are counted at most in each minute, then the least frequent are forgotten.
MOST = 16_384
MINUTE = 60.0


class Rates:
    """Counts by minute and slides between the last two.

    The last minute is taken to hold the right part of the one before the present
    one, as if that had been even. ``clock`` gives seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float], *, most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._began = clock()
        self._now: Counter[str] = Counter()
        self._before: Counter[str] = Counter()

    def add(self, key: str) -> None:
        self._turn()
        self._now[key] += 1
        if len(self._now) > self._most:
            self._now = Counter(dict(self._now.most_common(self._most // 2)))

    def of(self, key: str) -> float:
        """Return about how often ``key`` was added within the last minute."""
        left = 1.0 - self._turn() / MINUTE
        return self._now[key] + self._before[key] * left

    def _turn(self) -> float:
        """Begin a new minute if it is time; return how old the present one is."""
        age = self._clock() - self._began
        if age >= MINUTE:
            self._before = self._now if age < 2 * MINUTE else Counter()
            self._now = Counter()
            self._began += age - age % MINUTE
            age %= MINUTE
        return age
