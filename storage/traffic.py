"""Arrivals and deliveries as the command line shows them: plain JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from storage import contents
from storage.lanes import ARRIVAL, DELIVERY
from storage.moments import rfc3339
from storage.rows import COMMENT, TICKET
from storage.transaction import Transaction
from tickets.words import Outcome

View = dict[str, Any]
#: What an outcome's row is; a command is done to a ticket.
_OF_TICKETS = {Outcome.TICKET, Outcome.COMMAND}
_MANY = 500


def list_arrivals(
    tx: Transaction, *, state: str | None = None, limit: int | None = None
) -> list[View]:
    """Return arrivals, the newest first."""
    query = _arrivals().order_by(ARRIVAL.c.id.desc()).limit(limit)
    if state is not None:
        query = query.where(ARRIVAL.c.state == state)
    found = tx.run(query).all()
    names = _comment_names(tx, found)
    return [_arrival(row, names) for row in found]


def show_arrival(tx: Transaction, arrival: int) -> View | None:
    """Return an arrival with its envelope; None if there is none."""
    row = tx.run(_arrivals().where(ARRIVAL.c.id == arrival)).first()
    if row is None:
        return None
    more = {
        "lane": row.lane,
        "size": row.size,
        "next_at": rfc3339(row.next_at),
        "envelope": row.envelope,
    }
    return {**_arrival(row, _comment_names(tx, [row])), **more}


def raw_arrival(tx: Transaction, arrival: int) -> bytes | None:
    """Return the bytes as they came; None if there is no such arrival."""
    key = tx.run(select(ARRIVAL.c.blob_key).where(ARRIVAL.c.id == arrival)).scalar()
    return None if key is None else contents.load(tx, key)


def _arrivals() -> Select[Any]:
    return select(ARRIVAL, TICKET.c.number).outerjoin(
        TICKET, ARRIVAL.c.ticket_id == TICKET.c.id
    )


def _comment_names(tx: Transaction, found: Sequence[Any]) -> dict[str, str]:
    """Return the public ids of the comments that arrivals became, by row id."""
    ids = sorted(
        {
            int(row.outcome_id)
            for row in found
            if row.outcome_id is not None and row.outcome not in _OF_TICKETS
        }
    )
    names: dict[str, str] = {}
    for start in range(0, len(ids), _MANY):
        some = ids[start : start + _MANY]
        rows = tx.run(
            select(COMMENT.c.id, COMMENT.c.public_id).where(COMMENT.c.id.in_(some))
        )
        names.update({str(row.id): row.public_id for row in rows})
    return names


def _arrival(row: Any, comment_names: dict[str, str]) -> View:
    if row.outcome in _OF_TICKETS:
        became = row.number
    else:
        became = comment_names.get(row.outcome_id)
    return {
        "id": row.id,
        "channel": row.channel,
        "source_key": row.source_key,
        "received_at": rfc3339(row.received_at),
        "state": row.state,
        "outcome": row.outcome,
        "outcome_id": became,
        "rule": row.rule,
        "error": row.error,
        "attempts": row.attempts,
        "copies": row.copies,
        "ticket": row.number,
    }


def list_deliveries(
    tx: Transaction,
    *,
    state: str | None = None,
    channel: str | None = None,
    limit: int | None = None,
) -> list[View]:
    """Return deliveries, the newest first."""
    query = _deliveries().order_by(DELIVERY.c.id.desc()).limit(limit)
    if state is not None:
        query = query.where(DELIVERY.c.state == state)
    if channel is not None:
        query = query.where(DELIVERY.c.channel == channel)
    return [_delivery(row) for row in tx.run(query)]


def show_delivery(tx: Transaction, delivery: int) -> View | None:
    """Return a delivery with what it is made from; None if there is none."""
    row = tx.run(_deliveries().where(DELIVERY.c.id == delivery)).first()
    if row is None:
        return None
    more = {
        "lane": row.lane,
        "priority": row.priority,
        "event_id": row.event_id,
        "arrival_id": row.arrival_id,
        "facts": row.facts,
        "created_at": rfc3339(row.created_at),
        "sent_at": rfc3339(row.sent_at),
        "expires_at": rfc3339(row.expires_at),
    }
    return {**_delivery(row), **more}


def _deliveries() -> Select[Any]:
    shown = [one for one in DELIVERY.c if one.name != "payload"]
    return select(*shown, TICKET.c.number).outerjoin(
        TICKET, DELIVERY.c.ticket_id == TICKET.c.id
    )


def _delivery(row: Any) -> View:
    return {
        "id": row.id,
        "channel": row.channel,
        "target": row.target,
        "kind": row.kind,
        "state": row.state,
        "attempts": row.attempts,
        "next_at": rfc3339(row.next_at),
        "receipt": row.receipt,
        "error": row.last_error,
        "ticket": row.number,
    }
