"""People by their ids, and by the names that events and notices give who acted."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from storage import rows
from storage.prepared import Prepared
from storage.rows import CONTACT, SPECIALIST
from storage.transaction import Transaction
from tickets.model import Contact, Specialist


def contacts(tx: Transaction, ids: Iterable[int]) -> dict[int, Contact]:
    """Return contacts by id; those that are not there are left out."""
    wanted = sorted(ids)
    found = tx.run(_contacts, {"ids": wanted}) if wanted else ()
    return {row.contact_id: rows.to_contact(row) for row in found}


def specialists(tx: Transaction, ids: Iterable[int]) -> dict[int, Specialist]:
    """Return members of staff by id, whether still active or not."""
    wanted = sorted(ids)
    found = tx.run(_specialists, {"ids": wanted}) if wanted else ()
    return {row.id: rows.to_specialist(row) for row in found}


_contacts = Prepared(lambda sql: rows.contacts().where(sql.among(CONTACT.c.id, "ids")))
_specialists = Prepared(
    lambda sql: select(SPECIALIST).where(sql.among(SPECIALIST.c.id, "ids"))
)


def actors(
    tx: Transaction, names: Iterable[object]
) -> dict[object, Contact | Specialist]:
    """Return the people of such names as ``contact:5`` and ``specialist:7``."""
    ids: dict[str, set[int]] = {"contact": set(), "specialist": set()}
    for name in names:
        kind, _, number = str(name).partition(":")
        if kind in ids:
            ids[kind].add(int(number))
    partners = contacts(tx, ids["contact"])
    staff = specialists(tx, ids["specialist"])
    return {
        **{f"contact:{one}": person for one, person in partners.items()},
        **{f"specialist:{one}": person for one, person in staff.items()},
    }
