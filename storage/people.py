"""Partners and staff: registered by the operator, listed for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from storage.lookups import DOMAIN
from storage.rows import ORGANISATION, SPECIALIST
from storage.transaction import Transaction
from tickets import registry
from tickets.model import Organisation, Specialist
from tickets.registry import NotRegistered
from tickets.words import Role
from tickets.work import Work

Listed = list[dict[str, Any]]


def add_organisation(
    tx: Transaction,
    work: Work,
    *,
    name: str,
    domains: Sequence[str],
    site: str | None,
    public_domains: frozenset[str] = frozenset(),
) -> Organisation:
    """Add a partner to the work at hand.

    NotRegistered names a domain that cannot be its own or has an owner already.
    """
    partner = registry.add_organisation(
        work, name=name, domains=domains, site=site, public_domains=public_domains
    )
    wanted = work.new_organisations[-1].domains
    owned = tx.run(
        select(DOMAIN.c.domain, ORGANISATION.c.name, ORGANISATION.c.id)
        .join(ORGANISATION, DOMAIN.c.organisation_id == ORGANISATION.c.id)
        .where(DOMAIN.c.domain.in_(wanted))
        .order_by(DOMAIN.c.domain)
    ).all()
    if owned:
        said = ", ".join(f"{row.domain} is {row.name}'s ({row.id})" for row in owned)
        raise NotRegistered(f"the domain belongs to a partner already: {said}")
    return partner


def add_specialist(  # noqa: PLR0913 # a person's fields, all by name
    tx: Transaction,
    work: Work,
    *,
    name: str,
    telegram_id: int,
    site: str,
    role: Role,
    email: str | None = None,
) -> Specialist:
    """Add a member of staff to the work at hand.

    NotRegistered says who has the Telegram id or the address already.
    """
    person = registry.add_specialist(
        work, name=name, telegram_id=telegram_id, site=site, role=role, email=email
    )
    if person.email is not None:
        _demand_free(tx, person.email)
    owner = tx.run(
        select(SPECIALIST.c.id, SPECIALIST.c.name).where(
            SPECIALIST.c.telegram_id == telegram_id
        )
    ).first()
    if owner is not None:
        raise NotRegistered(
            f"Telegram id {telegram_id} is {owner.name}'s already ({owner.id})"
        )
    return person


def _demand_free(tx: Transaction, email: str) -> None:
    named = select(SPECIALIST.c.id, SPECIALIST.c.name).where(
        SPECIALIST.c.email == email
    )
    owner = tx.run(named).first()
    if owner is not None:
        raise NotRegistered(f"{email} is {owner.name}'s already ({owner.id})")


def list_organisations(tx: Transaction) -> Listed:
    """Return every partner with its domains, by name."""
    domains: dict[int, list[str]] = {}
    for row in tx.run(select(DOMAIN).order_by(DOMAIN.c.domain)):
        domains.setdefault(row.organisation_id, []).append(row.domain)
    found = tx.run(
        select(ORGANISATION).order_by(ORGANISATION.c.name, ORGANISATION.c.id)
    )
    return [
        {
            "id": row.id,
            "name": row.name,
            "site": row.site,
            "domains": domains.get(row.id, []),
            "blocked": row.blocked,
        }
        for row in found
    ]


def find_organisations(tx: Transaction, name: str) -> Listed:
    """Return the partners of this name, without regard to case, or of this id."""
    wanted = " ".join(name.split()).casefold()
    return [
        one
        for one in list_organisations(tx)
        if one["name"].casefold() == wanted or str(one["id"]) == wanted
    ]


def list_specialists(tx: Transaction) -> Listed:
    """Return every member of staff, by name."""
    found = tx.run(select(SPECIALIST).order_by(SPECIALIST.c.name, SPECIALIST.c.id))
    return [
        {
            "id": row.id,
            "name": row.name,
            "telegram_id": row.telegram_id,
            "site": row.site,
            "role": row.role,
            "email": row.email,
            "active": row.active,
        }
        for row in found
    ]
