"""Deliveries are queued, each in its lane."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from storage import lanes, puts
from storage.lanes import DELIVERY, Filling
from storage.transaction import Transaction
from tickets.model import Delivery
from tickets.words import DeliveryState, Medium

_new_delivery = puts.new(DELIVERY)


def add_deliveries(tx: Transaction, deliveries: Iterable[Delivery]) -> None:
    """Queue deliveries in their lanes.

    The database numbers them as they are written, while their tickets are locked: so
    the order of the numbers is that of a lane, whichever process writes.
    """
    new = [_delivery_row(tx, one) for one in deliveries]
    tx.put(_new_delivery, new)
    lanes.fill(
        tx,
        (
            Filling(
                lane=row["lane"],
                kind=row["channel"],
                priority=row["priority"],
                next_at=row["next_at"],
                budget=row["budget"],
            )
            for row in new
        ),
    )


def _delivery_row(tx: Transaction, one: Delivery) -> dict[str, Any]:
    budget = one.target if one.medium is Medium.BUS else one.budget
    return {
        "event_id": one.event_id,
        "arrival_id": one.arrival_id,
        "ticket_id": one.ticket_id,
        "comment_id": one.comment_id,
        "channel": one.medium,
        "target": one.target,
        "lane": one.lane,
        "budget": budget,
        "priority": one.priority,
        "replaces": one.replaces,
        "kind": one.kind,
        "facts": one.facts,
        "payload": one.payload,
        "state": DeliveryState.NEW,
        "attempts": 0,
        "created_at": tx.now,
        "next_at": one.hold_until or tx.now,
        "expires_at": one.expires_at,
    }
