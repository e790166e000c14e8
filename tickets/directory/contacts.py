"""A partner's person is taken over, whose addresses must be their own."""

from __future__ import annotations

from dataclasses import replace

from tickets.corporate.commands import Origin, UpsertContact
from tickets.corporate.foreign import ForeignId, Kind, Told
from tickets.corporate.refusing import RefusedError
from tickets.desk import Desk
from tickets.directory.versions import OLDER, is_older, name_of, taken
from tickets.model import Contact, ContactId, KnownContact, Organisation
from tickets.people import meet, record_contact
from tickets.verdict import Verdict
from tickets.work import ChangedContact


def take_contact(desk: Desk, origin: Origin, order: UpsertContact) -> Verdict:
    """Take over a partner's person, whose addresses must be their own."""
    foreign = ForeignId(source=origin.source, kind=Kind.CONTACT, id=order.id)
    told = desk.books.told(foreign)
    if is_older(told, order.version):
        return OLDER
    partner = _partner_of(desk, origin, order)
    emails = tuple(dict.fromkeys(one.lower() for one in order.emails))
    row = told.row if told else _row_of_emails(desk, origin, emails)
    _demand_free_emails(desk, emails, row=row)
    known = None if row is None else desk.books.contact(ContactId(row))
    if told and known is None:
        raise RefusedError("erased", "this person was erased from the desk")
    contact = Contact(
        id=known.contact.id if known else ContactId(desk.work.ids.row("contact")),
        name=name_of(order.name),
        email=emails[0],
        organisation=partner,
        language=order.language or (known.contact.language if known else None),
        telegram=known.contact.telegram if known else None,
        blocked=known is not None and known.contact.blocked,
    )
    if known is None:
        meet(desk.work, contact, actor=origin.actor, emails=emails[1:])
    else:
        _change_contact(desk, origin, known, contact=contact, emails=emails)
    return taken(desk, Told(foreign=foreign, row=contact.id, version=order.version))


def _partner_of(
    desk: Desk, origin: Origin, order: UpsertContact
) -> Organisation | None:
    if order.partner is None:
        return None
    foreign = ForeignId(source=origin.source, kind=Kind.ORGANISATION, id=order.partner)
    told = desk.books.told(foreign)
    known = told and desk.books.organisation(told.row)
    if not known:
        message = f"{origin.source} has told of no partner {order.partner!r}"
        raise RefusedError("unknown-partner", message)
    return known.organisation


def _row_of_emails(desk: Desk, origin: Origin, emails: tuple[str, ...]) -> int | None:
    """Return who has one of the addresses, unless the source knows them."""
    for owner in desk.books.contacts(emails).values():
        if not desk.books.is_told(origin.source, Kind.CONTACT, owner.id):
            return owner.id
    return None


def _demand_free_emails(
    desk: Desk, emails: tuple[str, ...], *, row: int | None
) -> None:
    for email in emails:
        if desk.rules.is_own(email):
            raise RefusedError("own-address", f"{email} is the desk's own address")
    for email, owner in desk.books.contacts(emails).items():
        if owner.id != row:
            raise RefusedError("address-taken", f"{email} is another contact's")


def _change_contact(
    desk: Desk,
    origin: Origin,
    known: KnownContact,
    *,
    contact: Contact,
    emails: tuple[str, ...],
) -> None:
    after = replace(known, contact=contact, version=known.version + 1)
    changed = ChangedContact(contact=contact, version=after.version, emails=emails)
    desk.work.people.append(changed)
    record_contact(desk.work, after, actor=origin.actor, emails=emails[1:])
