"""Whose tickets a target of the bus is told of, and what of them in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from tickets.model import Ticket
from tickets.work import Work


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Chooses tickets by their site and by their organisation's name.

    What is empty limits nothing.
    """

    sites: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()

    @classmethod
    def of(cls, sites: Sequence[str], organisations: Sequence[str]) -> Choice:
        return cls(sites=frozenset(sites), organisations=frozenset(organisations))

    def as_json(self) -> dict[str, list[str]]:
        return {
            "sites": sorted(self.sites),
            "organisations": sorted(self.organisations),
        }

    def takes(self, ticket: Ticket) -> bool:
        partner = ticket.organisation.name if ticket.organisation else None
        here = not self.sites or ticket.site in self.sites
        return here and (not self.organisations or partner in self.organisations)


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """A target, the tickets it is told of, and those it has yet to catch up with.

    ``awaits`` are the ids of tickets of which a snapshot is still to come. A target
    that chooses anew is told of new tickets by what is ``coming`` as well.
    """

    name: str
    choice: Choice | None = Choice()  # nothing, if there is none
    coming: Choice | None = None
    awaits: range = range(0)

    def takes(self, ticket: Ticket) -> bool:
        return self.choice is not None and self.choice.takes(ticket)

    def begins(self, ticket: Ticket) -> bool:
        coming = self.coming is not None and self.coming.takes(ticket)
        return coming or self.takes(ticket)


class Passage(Enum):
    """What a target is told of a ticket after a piece of work."""

    NOTHING = auto()
    EVENTS = auto()
    SNAPSHOT = auto()  # it comes in sight: the whole instead of the events
    FAREWELL = auto()  # it goes out of sight: the events, and that these were the last


def passage(feed: Feed, work: Work, ticket: Ticket) -> Passage:
    """Say what becomes of a ticket that the work changed, as it is afterwards."""
    if ticket.id in work.opened:
        return Passage.EVENTS if feed.begins(ticket) else Passage.NOTHING
    if ticket.id in feed.awaits:
        return Passage.NOTHING
    taken = feed.takes(ticket)
    if feed.takes(work.before[ticket.id]):
        return Passage.EVENTS if taken else Passage.FAREWELL
    return Passage.SNAPSHOT if taken else Passage.NOTHING
