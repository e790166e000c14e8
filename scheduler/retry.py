"""When to try again, and when a person must look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from tickets.sending import Answer, Later, Never, Sent, Uncertain

#: Transient trouble is waited out at least this long before a person is asked.
PATIENCE = timedelta(days=7)
FIRST_DELAY = timedelta(seconds=2)
LONGEST_DELAY = timedelta(minutes=30)
#: How long the other side may take to show that it had done it after all.
DOUBT = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Done:
    """It arrived."""

    sent: Sent


@dataclass(frozen=True, slots=True)
class Wait:
    """Try again after ``delay``; ``uncertain`` if it may have arrived."""

    reason: str
    delay: timedelta
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class Park:
    """A person must look."""

    reason: str


Decision = Done | Wait | Park


@dataclass(frozen=True, kw_only=True, slots=True)
class Try:
    """An attempt: its number, the delivery's age, and what luck is left.

    ``last_doubt`` says that one more lost answer is one too many, ``patience`` how
    long transient trouble is waited out, ``longest`` how long a pause may be that the
    other side did not ask for.
    """

    number: int
    age: timedelta
    last_doubt: bool
    patience: timedelta = PATIENCE
    longest: timedelta = timedelta.max


def decide(answer: Answer, attempt: Try, *, chance: Callable[[], float]) -> Decision:
    """Return what follows from an answer; ``chance`` gives 0 to 1."""
    match answer:
        case Sent():
            return Done(answer)
        case Later() if attempt.age > attempt.patience:
            return Park(f"gave up after {attempt.age.days} days: {answer.reason}")
        case Later():
            delay = answer.after or _pause(attempt, chance)
            return Wait(answer.reason, delay)
        case Uncertain() if attempt.last_doubt:
            return Park(f"the answer was lost again: {answer.reason}")
        case Uncertain():
            delay = answer.after or max(DOUBT, _pause(attempt, chance))
            return Wait(answer.reason, delay, uncertain=True)
        case Never():
            return Park(answer.reason)
        case _:
            assert_never(answer)


def _pause(attempt: Try, chance: Callable[[], float]) -> timedelta:
    return min(backoff(attempt.number, chance), attempt.longest)


def backoff(attempts: int, chance: Callable[[], float]) -> timedelta:
    """Return a delay that doubles with every attempt, spread by a half."""
    doubled = FIRST_DELAY * (1 << min(max(attempts - 1, 0), 12))
    return min(doubled, LONGEST_DELAY) * (0.75 + chance() / 2)
