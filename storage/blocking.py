"""Who is blocked: kept, and listed for whoever asks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from storage.lookups import BLOCKED_DOMAIN
from storage.moments import rfc3339
from storage.rows import CONTACT, ORGANISATION, contacts, to_contact
from storage.transaction import Transaction
from tickets.work import Work

Listed = list[dict[str, Any]]


def keep(tx: Transaction, work: Work) -> None:
    """Write down the domains that a piece of work blocked, or let be heard again."""
    for domain, actor in work.blocked_domains.items():
        if actor is None:
            tx.run(delete(BLOCKED_DOMAIN).where(BLOCKED_DOMAIN.c.domain == domain))
            continue
        row = {"domain": domain, "at": work.now, "actor": actor}
        tx.run(tx.upsert(BLOCKED_DOMAIN).on_conflict_do_nothing(), row)


def list_blocked(tx: Transaction) -> Listed:
    """Return partners, people and domains that are blocked, each kind by name."""
    return [*_partners(tx), *_people(tx), *_domains(tx)]


def _partners(tx: Transaction) -> Listed:
    query = select(ORGANISATION).where(ORGANISATION.c.blocked)
    found = tx.run(query.order_by(ORGANISATION.c.name, ORGANISATION.c.id))
    return [_listed("organisation", row.name, id=row.id) for row in found]


def _people(tx: Transaction) -> Listed:
    query = contacts().where(CONTACT.c.blocked).order_by(CONTACT.c.name, CONTACT.c.id)
    people = [to_contact(row) for row in tx.run(query)]
    return [
        _listed(
            "contact", one.email or f"telegram:{one.telegram}", id=one.id, name=one.name
        )
        for one in people
    ]


def _domains(tx: Transaction) -> Listed:
    found = tx.run(select(BLOCKED_DOMAIN).order_by(BLOCKED_DOMAIN.c.domain))
    return [
        _listed("domain", f"@{row.domain}", since=rfc3339(row.at), actor=row.actor)
        for row in found
    ]


def _listed(kind: str, who: str, **more: Any) -> dict[str, Any]:
    known = {"id": None, "name": who, "since": None, "actor": None}
    return {"kind": kind, "who": who, **known, **more}
