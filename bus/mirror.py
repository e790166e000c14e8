"""Every event of a piece of work is queued for every bus, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bus.answers import answer
from bus.envelope import Links, body, type_of
from bus.feeds import Feed, Passage, passage
from bus.schemas import Schemas
from tickets import lanes
from tickets.model import Event, Ticket, TicketId
from tickets.words import Medium
from tickets.work import OPENING, Work


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A snapshot that a target must get once the work is written.

    ``leaves`` says that it is the last word on a ticket the target is told no more of.
    """

    target: str
    ticket: Ticket
    leaves: bool = False
    priority: int = OPENING


def mirror(
    work: Work, *, feeds: Sequence[Feed], schemas: Schemas, links: Links
) -> list[Wish]:
    """Add a delivery for each event and target, its body frozen; call it once.

    Returns the snapshots that must follow. InvalidEvent says that an event breaks
    its schema: the transaction must fail, for what is committed cannot be taken back
    from the bus.
    """
    answer(work)
    tickets = {one.stream: one for one in _touched(work)}
    passages = {
        (feed.name, ticket.stream): passage(feed, work, ticket)
        for feed in feeds
        for ticket in tickets.values()
    }
    for event in work.events:
        told = [
            feed.name
            for feed in feeds
            if passages.get((feed.name, event.stream), Passage.EVENTS) in _WITH_EVENTS
        ]
        if told:
            whole, payload = body(event, links=links)
            schemas.check(type_of(event), whole)
            ticket = tickets.get(event.stream)
            _queue(work, event, told, payload=payload, of=ticket.id if ticket else None)
    return [
        Wish(target=name, ticket=tickets[stream], leaves=one is Passage.FAREWELL)
        for (name, stream), one in passages.items()
        if one in _WITH_SNAPSHOT
    ]


_WITH_EVENTS = {Passage.EVENTS, Passage.FAREWELL}
_WITH_SNAPSHOT = {Passage.SNAPSHOT, Passage.FAREWELL}


def _touched(work: Work) -> list[Ticket]:
    return [*work.opened.values(), *work.changed.values()]


def _queue(
    work: Work,
    event: Event,
    targets: Sequence[str],
    *,
    payload: bytes,
    of: TicketId | None,
) -> None:
    for target in targets:
        work.deliver(
            Medium.BUS,
            event.type,
            target=target,
            lane=lanes.bus(target, event.stream),
            priority=OPENING,
            facts={},
            payload=payload,
            event_id=event.id,
            ticket_id=of,
        )
