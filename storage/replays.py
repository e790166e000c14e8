"""What the operator lets a target of the bus have again, or in another's place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from storage import lanes
from storage.handles import wake
from storage.lanes import DELIVERY, Filling
from storage.rows import TICKET
from storage.targets import OF_BUS, PARKED, SENT
from storage.transaction import Transaction
from tickets.model import TicketId
from tickets.words import DeliveryState

_delivery = DELIVERY.c


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which sent events of these targets: of a ticket, or queued since then."""

    targets: tuple[str, ...]
    ticket: TicketId | None = None
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """How many leave again; what is left are those after the one up to the other."""

    events: int
    after: int
    upto: int


def ticket_numbered(tx: Transaction, number: str) -> TicketId | None:
    found = select(TICKET.c.id).where(TICKET.c.number == number.upper())
    one: int | None = tx.run(found).scalar()
    return None if one is None else TicketId(one)


def last_delivery(tx: Transaction) -> int:
    """Return the newest there is: what is queued after that needs no replay."""
    return int(tx.run(select(func.coalesce(func.max(_delivery.id), 0))).scalar() or 0)


def replay(
    tx: Transaction, wanted: Wanted, *, after: int, upto: int, limit: int
) -> Replayed:
    """Let the next sent events after a delivery leave again, as they were.

    Their lanes send them before anything newer, in the order they had.
    """
    found = tx.run(_sent(wanted, after=after, upto=upto, limit=limit)).all()
    ids = [row.id for row in found]
    fresh = {
        "state": DeliveryState.NEW,
        "attempts": 0,
        "next_at": tx.now,
        "last_error": None,
    }
    if ids:
        tx.run(update(DELIVERY).where(_delivery.id.in_(ids)).values(fresh))
        lanes.fill(tx, [_filling(tx, row) for row in found])
    last = ids[-1] if len(ids) == limit else upto
    return Replayed(events=len(ids), after=last, upto=upto)


def _sent(wanted: Wanted, *, after: int, upto: int, limit: int) -> Any:
    columns = (_delivery.id, _delivery.lane, _delivery.channel, _delivery.priority)
    query = (
        select(*columns, _delivery.budget)
        .where(OF_BUS, SENT, _delivery.target.in_(wanted.targets))
        .where(_delivery.id > after, _delivery.id <= upto)
        .order_by(_delivery.id)
        .limit(limit)
        .with_for_update()
    )
    if wanted.ticket is not None:
        query = query.where(_delivery.ticket_id == wanted.ticket)
    if wanted.since is not None:
        query = query.where(_delivery.created_at >= wanted.since)
    return query


def _filling(tx: Transaction, row: Any) -> Filling:
    return Filling(
        lane=row.lane,
        kind=row.channel,
        priority=row.priority,
        next_at=tx.now,
        budget=row.budget,
    )


def parked_head(tx: Transaction, lane: str) -> Any:
    """Return the delivery that keeps a target's stream from going on, if one does."""
    return tx.run(
        select(DELIVERY)
        .where(OF_BUS, PARKED, _delivery.lane == lane)
        .order_by(_delivery.id)
        .limit(1)
        .with_for_update()
    ).first()


def replace(tx: Transaction, delivery: int, *, kind: str, payload: bytes) -> None:
    """Let something else leave in a parked delivery's place, and its lane go on."""
    row = tx.run(
        update(DELIVERY)
        .where(_delivery.id == delivery, PARKED)
        .values(
            kind=kind,
            payload=payload,
            state=DeliveryState.NEW,
            attempts=0,
            next_at=tx.now,
            last_error=None,
        )
        .returning(*DELIVERY.c)
    ).one()
    wake(tx, row)


def streams_parked(tx: Transaction, target: str) -> Sequence[str]:
    """Return the lanes of a target that a person must look at."""
    found = tx.run(
        select(_delivery.lane)
        .where(OF_BUS, PARKED, _delivery.target == target)
        .distinct()
        .order_by(_delivery.lane)
    )
    return [row.lane for row in found]
