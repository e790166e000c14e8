"""Partners, people and staff as other systems tell of them: looked up, changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, insert, select, update

from storage import contacts
from storage.lookups import DOMAIN
from storage.rows import (
    ADDRESS,
    CONTACT,
    ORGANISATION,
    SPECIALIST,
    to_specialist,
)
from storage.schema import table
from storage.talks import Talks
from storage.transaction import Transaction
from tickets.corporate.foreign import (
    ForeignId,
    Kind,
    KnownOrganisation,
    KnownSpecialist,
    Told,
)
from tickets.model import KnownContact, Organisation, SpecialistId
from tickets.work import ChangedContact, Work

TOLD = table("told")


class Directory(Talks):
    """tickets.corporate.foreign.Directory over SQL."""

    def told(self, foreign: ForeignId) -> Told | None:
        row = self._tx.run(self._locked(select(TOLD).where(_named(foreign)))).first()
        if row is None:
            return None
        return Told(foreign=foreign, row=row.row_id, version=row.version)

    def is_told(self, source: str, kind: Kind, row: int) -> bool:
        found = select(TOLD.c.foreign_id).where(
            TOLD.c.source == source, TOLD.c.kind == kind, TOLD.c.row_id == row
        )
        return self._tx.run(found).first() is not None

    def organisation(self, organisation_id: int) -> KnownOrganisation | None:
        query = select(ORGANISATION).where(ORGANISATION.c.id == organisation_id)
        row = self._tx.run(self._locked(query)).first()
        if row is None:
            return None
        owned = (
            select(DOMAIN.c.domain)
            .where(DOMAIN.c.organisation_id == organisation_id)
            .order_by(DOMAIN.c.domain)
        )
        return KnownOrganisation(
            organisation=Organisation(
                id=row.id, name=row.name, site=row.site, blocked=row.blocked
            ),
            domains=tuple(one.domain for one in self._tx.run(owned)),
            version=row.version,
        )

    def specialist_by_id(self, specialist_id: SpecialistId) -> KnownSpecialist | None:
        return self._specialist(SPECIALIST.c.id == specialist_id)

    def specialist_by_account(self, telegram_id: int) -> KnownSpecialist | None:
        return self._specialist(SPECIALIST.c.telegram_id == telegram_id)

    def specialist_by_address(self, email: str) -> KnownSpecialist | None:
        return self._specialist(SPECIALIST.c.email == email)

    def strangers(self, domains: tuple[str, ...]) -> list[KnownContact]:
        return contacts.strangers_of(self._tx, domains)

    def _specialist(self, which: ColumnElement[bool]) -> KnownSpecialist | None:
        row = self._tx.run(self._locked(select(SPECIALIST).where(which))).first()
        if row is None:
            return None
        return KnownSpecialist(
            specialist=to_specialist(row), active=row.active, version=row.version
        )

    def _locked(self, query: Select[Any]) -> Select[Any]:
        """Let nobody change the row meanwhile; who refers to it need not wait."""
        return query.with_for_update(key_share=True) if self._locks else query


def _named(foreign: ForeignId) -> ColumnElement[bool]:
    return (
        (TOLD.c.source == foreign.source)
        & (TOLD.c.kind == foreign.kind)
        & (TOLD.c.foreign_id == foreign.id)
    )


def names(tx: Transaction, organisations: Sequence[int]) -> dict[int, str]:
    """Return what partners are called now, by their ids."""
    wanted = ORGANISATION.c.id.in_(organisations)
    found = tx.run(select(ORGANISATION.c.id, ORGANISATION.c.name).where(wanted))
    return {row.id: row.name for row in found}


def change(tx: Transaction, work: Work) -> None:
    """Write what became of rows that were here, and what others call them.

    An id that another process has told of meanwhile fails the transaction.
    """
    for partner in work.organisations:
        _change_organisation(tx, partner)
    for person in work.people:
        _change_contact(tx, person)
    for specialist in work.staff:
        _change_specialist(tx, specialist)
    for told in work.told:
        _remember(tx, told)


def _change_organisation(tx: Transaction, known: KnownOrganisation) -> None:
    partner = known.organisation
    tx.run(
        update(ORGANISATION)
        .where(ORGANISATION.c.id == partner.id)
        .values(
            name=partner.name,
            site=partner.site,
            blocked=partner.blocked,
            version=known.version,
        )
    )
    tx.run(delete(DOMAIN).where(DOMAIN.c.organisation_id == partner.id))
    owned = [{"domain": one, "organisation_id": partner.id} for one in known.domains]
    if owned:
        tx.run(insert(DOMAIN), owned)


def _change_contact(tx: Transaction, changed: ChangedContact) -> None:
    contact = changed.contact
    partner = contact.organisation
    tx.run(
        update(CONTACT)
        .where(CONTACT.c.id == contact.id)
        .values(
            name=contact.name,
            language=contact.language,
            blocked=contact.blocked,
            organisation_id=partner.id if partner else None,
            version=changed.version,
        )
    )
    if changed.emails is None:
        return
    own = (ADDRESS.c.contact_id == contact.id) & (ADDRESS.c.kind == "email")
    tx.run(delete(ADDRESS).where(own))
    for email in changed.emails:  # one by one: the first written is the main one
        row = {"contact_id": contact.id, "kind": "email", "value": email}
        tx.run(insert(ADDRESS), {**row, "verified": True})


def _change_specialist(tx: Transaction, known: KnownSpecialist) -> None:
    person = known.specialist
    tx.run(
        update(SPECIALIST)
        .where(SPECIALIST.c.id == person.id)
        .values(
            name=person.name,
            telegram_id=person.telegram_id,
            site=person.site,
            role=person.role,
            language=person.language,
            email=person.email,
            active=known.active,
            version=known.version,
        )
    )


def _remember(tx: Transaction, told: Told) -> None:
    row = {"row_id": told.row, "version": told.version}
    changed = tx.run(update(TOLD).where(_named(told.foreign)).values(row))
    if changed.rowcount == 0:
        foreign = told.foreign
        named = {
            "source": foreign.source,
            "kind": foreign.kind,
            "foreign_id": foreign.id,
        }
        tx.run(insert(TOLD), {**named, **row})
