"""A far side that takes nothing is tried with one thing at a time until it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scheduler.retry import backoff
from tickets.sending import Answer, Later, Uncertain

#: At most so long after the far side is back it is noticed.
LONGEST_PAUSE = timedelta(minutes=1)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def _evenly() -> float:
    return 0.5


@dataclass(kw_only=True, slots=True)
class Breaker:
    """A circuit breaker: what waits behind an outage is not worn out by trying.

    While it is open one batch of one is out at a time, and the next no sooner than
    a pause after the last began.
    """

    _failures: int = 0
    _out: int = 0  # batches that are not answered yet
    _asked_at: datetime = _LONG_AGO

    def room(self, now: datetime, wanted: int) -> int:
        """Return how much may be tried now, 0 to ``wanted``."""
        if not self._failures:
            return wanted
        waited = now - self._asked_at
        # A clock that was set back must not keep it waiting.
        due = not timedelta() <= waited < self.pause
        return min(wanted, 1) if due and not self._out else 0

    @property
    def pause(self) -> timedelta:
        return min(backoff(self._failures, _evenly), LONGEST_PAUSE)

    def ask(self, now: datetime) -> None:
        """Note that a batch is tried from now on."""
        self._out += 1
        self._asked_at = now

    def learn(self, answers: Sequence[Answer]) -> bool:
        """Take the answers to a batch; say whether nothing at all was taken.

        Who refuses for good is there to refuse.
        """
        self._out -= 1
        away = all(isinstance(one, Later | Uncertain) for one in answers)
        self._failures = self._failures + 1 if away else 0
        return away
