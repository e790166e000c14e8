"""Every event of a piece of work is queued for every bus, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence

from bus.answers import answer
from bus.envelope import Links, body, type_of
from bus.schemas import Schemas
from tickets import lanes
from tickets.words import Medium
from tickets.work import OPENING, Work


def mirror(
    work: Work, *, targets: Sequence[str], schemas: Schemas, links: Links
) -> None:
    """Add a delivery for each event and target, its body frozen; call it once.

    InvalidEvent says that an event breaks its schema: the transaction must fail,
    for what is committed cannot be taken back from the bus.
    """
    answer(work)
    if not targets:
        return
    tickets = {
        ticket.stream: ticket.id
        for ticket in (*work.opened.values(), *work.changed.values())
    }
    for event in work.events:
        whole, payload = body(event, links=links)
        schemas.check(type_of(event), whole)
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
                ticket_id=tickets.get(event.stream),
            )
