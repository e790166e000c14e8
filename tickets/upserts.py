"""Partners, their people and staff are taken over from the systems that keep them.

A command tells the whole state of one row under the sender's own id and version; only
a newer version than the last one counts, so their order does not matter.
"""

from __future__ import annotations

from dataclasses import replace

from tickets.commands import Origin, UpsertContact, UpsertPartner, UpsertSpecialist
from tickets.desk import Desk
from tickets.foreign import (
    ForeignId,
    Kind,
    KnownOrganisation,
    KnownSpecialist,
    Told,
)
from tickets.model import (
    Contact,
    ContactId,
    KnownContact,
    Organisation,
    Specialist,
    SpecialistId,
)
from tickets.orders import find_site
from tickets.people import join_organisation, meet, record_contact
from tickets.refusing import RefusedError
from tickets.registry import (
    NotRegistered,
    add_organisation,
    hire,
    plain_domains,
    plain_name,
    record_organisation,
    record_specialist,
)
from tickets.verdict import Verdict
from tickets.words import Outcome
from tickets.work import ChangedContact

OLDER = Verdict(outcome=Outcome.IGNORED, rule="older-version")
TAKEN = Verdict(outcome=Outcome.COMMAND, rule="taken-over")


def take_partner(desk: Desk, origin: Origin, order: UpsertPartner) -> Verdict:
    """Take over a partner, whose domains must be its own."""
    foreign = ForeignId(source=origin.source, kind=Kind.ORGANISATION, id=order.id)
    told = desk.books.told(foreign)
    if _is_older(told, order.version):
        return OLDER
    if order.site is not None:
        find_site(desk, order.site)
    domains = _domains(desk, order)
    row = told.row if told else _row_of_domains(desk, origin, domains)
    _demand_free_domains(desk, domains, row=row)
    known = None if row is None else desk.books.organisation(row)
    if known is None:
        partner = add_organisation(
            desk.work,
            name=order.name,
            domains=domains,
            site=order.site,
            actor=origin.actor,
        )
    else:
        partner = _change_partner(desk, origin, order, known=known, domains=domains)
    _gather_strangers(desk, origin, partner, domains=domains)
    return _taken(desk, Told(foreign=foreign, row=partner.id, version=order.version))


def _domains(desk: Desk, order: UpsertPartner) -> tuple[str, ...]:
    try:
        plain_name(order.name)
        return plain_domains(order.domains, desk.rules.public_domains)
    except NotRegistered as error:
        raise RefusedError("not-registerable", str(error)) from error


def _row_of_domains(desk: Desk, origin: Origin, domains: tuple[str, ...]) -> int | None:
    """Return the partner that has one of the domains, unless the source knows it."""
    for owner in desk.books.organisations(domains).values():
        if not desk.books.is_told(origin.source, Kind.ORGANISATION, owner.id):
            return owner.id
    return None


def _demand_free_domains(
    desk: Desk, domains: tuple[str, ...], *, row: int | None
) -> None:
    for domain, owner in desk.books.organisations(domains).items():
        if owner.id != row:
            message = f"{domain} belongs to another partner: {owner.name} ({owner.id})"
            raise RefusedError("domain-taken", message)


def _change_partner(
    desk: Desk,
    origin: Origin,
    order: UpsertPartner,
    *,
    known: KnownOrganisation,
    domains: tuple[str, ...],
) -> Organisation:
    partner = replace(known.organisation, name=plain_name(order.name), site=order.site)
    after = KnownOrganisation(
        organisation=partner, domains=domains, version=known.version + 1
    )
    desk.work.organisations.append(after)
    record_organisation(desk.work, after, actor=origin.actor)
    return partner


def _gather_strangers(
    desk: Desk, origin: Origin, partner: Organisation, *, domains: tuple[str, ...]
) -> None:
    """Let who wrote before from the partner's domains belong to it."""
    try:
        strangers = desk.books.strangers(domains) if domains else []
    except NotRegistered as error:
        raise RefusedError("not-registerable", str(error)) from error
    for known in strangers:
        after = join_organisation(desk.work, partner, known, actor=origin.actor)
        changed = ChangedContact(contact=after.contact, version=after.version)
        desk.work.people.append(changed)


def take_contact(desk: Desk, origin: Origin, order: UpsertContact) -> Verdict:
    """Take over a partner's person, whose addresses must be their own."""
    foreign = ForeignId(source=origin.source, kind=Kind.CONTACT, id=order.id)
    told = desk.books.told(foreign)
    if _is_older(told, order.version):
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
        name=plain_name(order.name),
        email=emails[0],
        organisation=partner,
        language=order.language or (known.contact.language if known else None),
        telegram=known.contact.telegram if known else None,
    )
    if known is None:
        meet(desk.work, contact, actor=origin.actor, emails=emails[1:])
    else:
        _change_contact(desk, origin, known, contact=contact, emails=emails)
    return _taken(desk, Told(foreign=foreign, row=contact.id, version=order.version))


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


def take_specialist(desk: Desk, origin: Origin, order: UpsertSpecialist) -> Verdict:
    """Take over a member of staff, whose Telegram account must be their own."""
    foreign = ForeignId(source=origin.source, kind=Kind.SPECIALIST, id=order.id)
    told = desk.books.told(foreign)
    if _is_older(told, order.version):
        return OLDER
    find_site(desk, order.site)
    owner = desk.books.specialist_by_account(order.telegram_id)
    known = (
        desk.books.specialist_by_id(SpecialistId(told.row))
        if told
        else _unless_told(desk, origin, owner)
    )
    if owner is not None and (
        known is None or owner.specialist.id != known.specialist.id
    ):
        message = f"Telegram id {order.telegram_id} is another specialist's"
        raise RefusedError("account-taken", message)
    if known is None:
        row = _hire(desk, origin, order)
    else:
        row = _change_specialist(desk, origin, order, known=known)
    return _taken(desk, Told(foreign=foreign, row=row, version=order.version))


def _unless_told(
    desk: Desk, origin: Origin, owner: KnownSpecialist | None
) -> KnownSpecialist | None:
    if owner is None:
        return None
    row = owner.specialist.id
    is_told = desk.books.is_told(origin.source, Kind.SPECIALIST, row)
    return None if is_told else owner


def _hire(desk: Desk, origin: Origin, order: UpsertSpecialist) -> int:
    if not order.active:
        raise RefusedError("not-active", "who works here no more is not registered")
    person = Specialist(
        id=SpecialistId(desk.work.ids.row("specialist")),
        name=plain_name(order.name),
        telegram_id=order.telegram_id,
        site=order.site,
        role=order.role,
        language=order.language,
    )
    hire(desk.work, person, actor=origin.actor)
    return person.id


def _change_specialist(
    desk: Desk, origin: Origin, order: UpsertSpecialist, *, known: KnownSpecialist
) -> int:
    person = replace(
        known.specialist,
        name=plain_name(order.name),
        telegram_id=order.telegram_id,
        site=order.site,
        role=order.role,
        language=order.language or known.specialist.language,
    )
    after = KnownSpecialist(
        specialist=person, active=order.active, version=known.version + 1
    )
    desk.work.staff.append(after)
    record_specialist(desk.work, after, actor=origin.actor)
    return person.id


def _is_older(told: Told | None, version: int) -> bool:
    return told is not None and version <= told.version


def _taken(desk: Desk, told: Told) -> Verdict:
    desk.work.told.append(told)
    return TAKEN
