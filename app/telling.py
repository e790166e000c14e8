"""Snapshots are queued for the targets of the bus that must have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bus.envelope import Links, body, type_of
from bus.mirror import Wish
from bus.schemas import Schemas
from bus.snapshots import Told, farewell, snapshot
from storage.queueing import add_deliveries
from storage.transaction import Transaction
from storage.wholes import wholes
from tickets import lanes
from tickets.model import Delivery, Event, TicketId
from tickets.whole import Whole
from tickets.words import EventType, Medium
from tickets.work import CARD


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """What bodies are made and checked with."""

    schemas: Schemas
    links: Links

    def queue(self, tx: Transaction, wishes: Sequence[Wish]) -> None:
        """Queue snapshots of tickets as they stand now, all their parts in order.

        The transaction holds the tickets' locks.
        """
        known = wholes(tx, {one.ticket.id for one in wishes if not one.leaves})
        add_deliveries(tx, list(self._deliveries(tx, wishes, known)))

    def queue_people(
        self, tx: Transaction, target: str, events: Sequence[Event]
    ) -> None:
        """Queue the newest events of people's streams, as they were recorded."""
        add_deliveries(tx, [self._of_people(target, event) for event in events])

    def _of_people(self, target: str, event: Event) -> Delivery:
        whole, payload = body(event, links=self.links)
        self.schemas.check(type_of(event), whole)
        return Delivery(
            medium=Medium.BUS,
            kind=event.type,
            target=target,
            lane=lanes.bus(target, event.stream),
            priority=CARD,
            facts={},
            payload=payload,
            event_id=event.id,
        )

    def _deliveries(
        self, tx: Transaction, wishes: Sequence[Wish], known: dict[TicketId, Whole]
    ) -> Iterator[Delivery]:
        for wish in wishes:
            for told in self._bodies(tx, wish, known):
                event, _ = told
                self.schemas.check(str(event["type"]), event)
                yield _delivery(wish, told, known.get(wish.ticket.id))

    def _bodies(
        self, tx: Transaction, wish: Wish, known: dict[TicketId, Whole]
    ) -> list[Told]:
        if wish.leaves:
            return [farewell(wish.ticket, ids=tx.ids.uuid, at=tx.now)]
        whole = known[wish.ticket.id]
        return snapshot(whole, ids=tx.ids.uuid, at=tx.now, links=self.links)


def _delivery(wish: Wish, told: Told, whole: Whole | None) -> Delivery:
    event, payload = told
    return Delivery(
        medium=Medium.BUS,
        kind=EventType.SNAPSHOT,
        target=wish.target,
        lane=lanes.bus(wish.target, wish.ticket.stream),
        priority=wish.priority,
        facts={"id": event["id"], "leaves": wish.leaves},
        payload=payload,
        event_id=whole.last_event if whole else None,
        ticket_id=wish.ticket.id,
    )
