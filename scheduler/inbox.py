"""What the filing of arrivals asks of where they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol, TypeVar


class UnavailableError(Exception):
    """The records could not be written: no fault of the arrival at hand."""


class AwaitedError(UnavailableError):
    """Something that arrivals need is away; the next try is due ``after``."""

    def __init__(self, reason: str, after: timedelta) -> None:
        super().__init__(reason)
        self.after = after


class HopelessError(Exception):
    """A person must look: to read it once more would not help."""


class Arrival(Protocol):
    """The head of a leased lane: ``attempts`` counts the current one."""

    @property
    def id(self) -> int: ...

    @property
    def attempts(self) -> int: ...

    @property
    def size(self) -> int:
        """Its length in bytes."""
        ...


A = TypeVar("A", bound=Arrival)
Came = TypeVar("Came")
Came_contra = TypeVar("Came_contra", contravariant=True)


class Inbox(Protocol[A, Came_contra]):
    """Where arrivals are kept. Whatever is done to one gives its lane back."""

    async def claim(self, room: int) -> Sequence[A]:
        """Lease due lanes and return the head of each."""
        ...

    def goes_together(self, came: Came_contra) -> bool:
        """Say whether it can be filed with others of its kind."""
        ...

    async def file(self, read: Sequence[tuple[A, Came_contra]]) -> None:
        """Commit all that follows from arrivals; may raise UnavailableError.

        One that cannot be filed keeps the others from it, too. What is not ours to
        file any more is left alone.
        """
        ...

    async def postpone(
        self, arrival: A, *, error: str, delay: timedelta, counted: bool = True
    ) -> None:
        """Let the arrival wait, and its lane with it; this try counts or not."""
        ...

    async def park(self, arrival: A, *, error: str) -> None:
        """Set the arrival aside; its lane goes on."""
        ...


class Screen(Protocol[Came]):
    """What some of what was read must pass before it is filed."""

    def concerns(self, came: Came) -> bool: ...

    async def pass_through(self, came: Came) -> Came:
        """Return it as it is to be filed.

        AwaitedError if that cannot be told now, HopelessError if a person must look.
        """
        ...
