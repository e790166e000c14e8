"""What an attempt to send may come to; nothing above an edge reads protocol codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side has it; ``receipt`` is what it answered."""

    receipt: str
    facts: dict[str, object] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Later:
    """Surely not sent; try again, after ``after`` if the other side named a time."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Uncertain:
    """It may have been sent: the answer was lost.

    ``after`` is when it is worth looking again, if nothing is tried in between.
    """

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Never:
    """Refused for good; a person must look."""

    reason: str


Answer = Sent | Later | Uncertain | Never
