"""Partners, people and staff who were not here before are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import insert

from storage import puts
from storage.lookups import DOMAIN
from storage.rows import ADDRESS, CONTACT, ORGANISATION, SPECIALIST
from storage.transaction import Transaction
from tickets.work import NewContact, Work

_new_contact = puts.new(CONTACT)


_new_address = puts.new(ADDRESS)


def add_organisations(tx: Transaction, work: Work) -> None:
    for new in work.new_organisations:
        partner = new.organisation
        row = {
            "id": partner.id,
            "stream": f"organisation:{partner.id}",
            "version": new.version,
            "name": partner.name,
            "site": partner.site,
        }
        tx.run(insert(ORGANISATION), row)
        domains = [
            {"domain": one, "organisation_id": partner.id} for one in new.domains
        ]
        if domains:
            tx.run(insert(DOMAIN), domains)


def add_specialists(tx: Transaction, work: Work) -> None:
    for new in work.new_specialists:
        person = new.specialist
        row = {
            "id": person.id,
            "stream": f"specialist:{person.id}",
            "version": new.version,
            "name": person.name,
            "telegram_id": person.telegram_id,
            "site": person.site,
            "role": person.role,
            "skills": {},
            "language": person.language,
            "email": person.email,
            "active": True,
        }
        tx.run(insert(SPECIALIST), row)


def add_contacts(tx: Transaction, works: Sequence[Work]) -> None:
    met = [new for work in works for new in work.contacts]
    tx.put(
        _new_contact,
        [
            {
                "id": new.contact.id,
                "stream": f"contact:{new.contact.id}",
                "version": new.version,
                "organisation_id": _id(new.contact.organisation),
                "name": new.contact.name,
                "language": new.contact.language,
                "salt": new.salt,
                "blocked": new.contact.blocked,
            }
            for new in met
        ],
    )
    addresses = [row for new in met for row in _address_rows(new)]
    tx.put(_new_address, addresses)


def _address_rows(new: NewContact) -> Iterator[dict[str, Any]]:
    own = (("email", new.contact.email), ("telegram", new.contact.telegram))
    for kind, value in (*own, *(("email", one) for one in new.emails)):
        if value is not None:
            yield {
                "contact_id": new.contact.id,
                "kind": kind,
                "value": str(value),
                "verified": False,
            }


def _id(one: Any) -> int | None:
    return None if one is None else int(one.id)
