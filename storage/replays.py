"""What the operator lets a target of the bus have again, or in another's place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update

from storage import lanes
from storage.handles import wake
from storage.lanes import DELIVERY, Filling
from storage.rows import TICKET
from storage.targets import OF_BUS, PARKED, SENT
from storage.transaction import Transaction
from tickets.model import TicketId
from tickets.words import DeliveryState

_delivery = DELIVERY.c
#: How many ids one statement may name.
_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which sent events of these targets: of a ticket, or queued since then."""

    targets: tuple[str, ...]
    ticket: TicketId | None = None
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """How many leave again; ``more`` may be of the tickets after one, up to a delivery.

    What is queued later needs no replay.
    """

    events: int
    after: TicketId
    upto: int
    more: bool


def ticket_numbered(tx: Transaction, number: str) -> TicketId | None:
    found = select(TICKET.c.id).where(TICKET.c.number == number.upper())
    one: int | None = tx.run(found).scalar()
    return None if one is None else TicketId(one)


def last_delivery(tx: Transaction) -> int:
    """Return the newest there is: what is queued after that needs no replay."""
    return int(tx.run(select(func.coalesce(func.max(_delivery.id), 0))).scalar() or 0)


def replay_people(tx: Transaction, wanted: Wanted, *, upto: int) -> int:
    """Let the sent events of organisations, contacts and staff leave again."""
    return _again(tx, _sent(wanted, upto).where(_delivery.ticket_id.is_(None)))


def replay(
    tx: Transaction, wanted: Wanted, *, after: TicketId, upto: int, limit: int
) -> Replayed:
    """Let the sent events of the next tickets leave again, as they were.

    A ticket's leave together, so that nothing newer of it goes between them: its
    lane sends them before that, in the order they had.
    """
    tickets = (
        select(_delivery.ticket_id)
        .where(*_chosen(wanted, upto), _delivery.ticket_id > after)
        .group_by(_delivery.ticket_id)
        .order_by(_delivery.ticket_id)
        .limit(limit)
    )
    ids = [row.ticket_id for row in tx.run(tickets)]
    events = 0
    if ids:
        events = _again(tx, _sent(wanted, upto).where(_delivery.ticket_id.in_(ids)))
    return Replayed(
        events=events,
        after=TicketId(ids[-1]) if ids else after,
        upto=upto,
        more=len(ids) == limit,
    )


def _again(tx: Transaction, sent: Select[Any]) -> int:
    """Make them new, and their lanes due; return how many there were."""
    found = tx.run(sent).all()
    fresh = {
        "state": DeliveryState.NEW,
        "attempts": 0,
        "next_at": tx.now,
        "last_error": None,
    }
    for start in range(0, len(found), _AT_ONCE):
        ids = [row.id for row in found[start : start + _AT_ONCE]]
        tx.run(update(DELIVERY).where(_delivery.id.in_(ids)).values(fresh))
    if found:
        lanes.fill(tx, [_filling(tx, row) for row in found])
    return len(found)


def _sent(wanted: Wanted, upto: int) -> Select[Any]:
    columns = (_delivery.id, _delivery.lane, _delivery.channel, _delivery.priority)
    query = select(*columns, _delivery.budget).where(*_chosen(wanted, upto))
    return query.order_by(_delivery.id).with_for_update()


def _chosen(wanted: Wanted, upto: int) -> list[Any]:
    chosen = [OF_BUS, SENT, _delivery.target.in_(wanted.targets), _delivery.id <= upto]
    if wanted.ticket is not None:
        chosen.append(_delivery.ticket_id == wanted.ticket)
    if wanted.since is not None:
        chosen.append(_delivery.created_at >= wanted.since)
    return chosen


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
