"""People and partners as their newest events told them, to be told once more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Table, and_, select

from storage import who
from storage.journal import EVENT
from storage.lookups import DOMAIN
from storage.rows import ADDRESS, CONTACT, ORGANISATION, SPECIALIST
from storage.transaction import Transaction
from tickets.model import Event, Json, Organisation
from tickets.people import contact_as_told
from tickets.registry import partner_as_told, specialist_as_told

Contents = dict[int, Json]


def newest(tx: Transaction, kind: str, *, after: int, limit: int) -> list[Event]:
    """Return the last event of the next streams of a kind, as it was recorded.

    Their rows are locked: nobody adds an event to these streams now. Who only refers
    to them, as a new ticket does, need not wait.
    """
    table, contents = _KINDS[kind]
    locked = select(table.c.id).where(table.c.id > after).order_by(table.c.id)
    locked = locked.limit(limit).with_for_update(key_share=True)
    ids = [row.id for row in tx.run(locked)]
    if not ids:
        return []
    known = contents(tx, ids)
    last = and_(EVENT.c.stream == table.c.stream, EVENT.c.seq == table.c.version)
    found = tx.run(
        select(EVENT, table.c.id.label("row"))
        .select_from(table)
        .join(EVENT, last)
        .where(table.c.id.in_(ids))
        .order_by(table.c.id)
    )
    return [_event(row, known[row.row]) for row in found]


def _event(row: Any, content: Json) -> Event:
    return Event(
        id=row.id,
        stream=row.stream,
        seq=row.seq,
        type=row.type,
        actor=row.actor,
        at=row.at,
        causation=row.causation,
        data=row.data,
        content=content,
    )


def _partners(tx: Transaction, ids: Sequence[int]) -> Contents:
    domains: dict[int, list[str]] = {one: [] for one in ids}
    owned = select(DOMAIN).where(DOMAIN.c.organisation_id.in_(ids))
    for row in tx.run(owned.order_by(DOMAIN.c.domain)):
        domains[row.organisation_id].append(row.domain)
    return {
        row.id: partner_as_told(
            Organisation(id=row.id, name=row.name, site=row.site), domains[row.id]
        )
        for row in tx.run(select(ORGANISATION).where(ORGANISATION.c.id.in_(ids)))
    }


def _contacts(tx: Transaction, ids: Sequence[int]) -> Contents:
    emails: dict[int, list[str]] = {one: [] for one in ids}
    owned = select(ADDRESS).where(ADDRESS.c.contact_id.in_(ids))
    for row in tx.run(owned.where(ADDRESS.c.kind == "email").order_by(ADDRESS.c.id)):
        emails[row.contact_id].append(row.value)
    return {
        one: contact_as_told(
            contact, [mail for mail in emails[one] if mail != contact.email]
        )
        for one, contact in who.contacts(tx, ids).items()
    }


def _specialists(tx: Transaction, ids: Sequence[int]) -> Contents:
    found = who.specialists(tx, ids)
    return {one: specialist_as_told(person) for one, person in found.items()}


_KINDS: dict[str, tuple[Table, Callable[[Transaction, Sequence[int]], Contents]]] = {
    "organisation": (ORGANISATION, _partners),
    "specialist": (SPECIALIST, _specialists),
    "contact": (CONTACT, _contacts),
}
