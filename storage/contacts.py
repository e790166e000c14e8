"""Contacts who wrote before their organisation was registered are found and join it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import false, or_, select

from storage.puts import Change
from storage.rows import ADDRESS, CONTACT, contacts, to_contact
from storage.transaction import Transaction
from tickets.model import KnownContact, Organisation
from tickets.people import join_organisation
from tickets.registry import NotRegistered
from tickets.work import Work

#: More than this from one partner's domains are no one's colleagues.
MOST = 10_000
_changed = Change(CONTACT)


def strangers_of(
    tx: Transaction, domains: Sequence[str], *, most: int = MOST
) -> list[KnownContact]:
    """Lock and return who has an address in the domains and no organisation.

    NotRegistered if they are more than ``most``.
    """
    # One pass over the addresses, 0.3 s for a million: an index on the domain would
    # cost every new contact more than all of these passes together.
    within = (ADDRESS.c.value.endswith(f"@{one}", autoescape=True) for one in domains)
    within = or_(false(), *within)
    theirs = select(ADDRESS.c.contact_id).where(ADDRESS.c.kind == "email", within)
    found = tx.run(
        contacts()
        .add_columns(CONTACT.c.version, CONTACT.c.salt)
        .where(CONTACT.c.id.in_(theirs), CONTACT.c.organisation_id.is_(None))
        .where(CONTACT.c.erased_at.is_(None))
        .order_by(CONTACT.c.id)
        .limit(most + 1)
        .with_for_update(of=CONTACT, key_share=True)  # who writes now need not wait
    ).all()
    if len(found) > most:
        raise NotRegistered(
            f"more than {most} people wrote from {', '.join(domains)}: if anybody may "
            "have an address there, it belongs into mail.public_domains"
        )
    return [_known(row) for row in found]


def _known(row: Any) -> KnownContact:
    return KnownContact(contact=to_contact(row), salt=row.salt, version=row.version)


def attach(
    tx: Transaction, work: Work, people: Sequence[KnownContact], *, to: Organisation
) -> None:
    """Let people belong to a partner; their events are in the work at hand."""
    joined = [join_organisation(work, to, one) for one in people]
    tx.put(
        _changed,
        [
            {
                "this": one.contact.id,
                "organisation_id": to.id,
                "version": one.version,
            }
            for one in joined
        ],
    )
