"""Contacts: known ones found, new ones made, each change with its event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tickets.books import Participant
from tickets.comments import person
from tickets.desk import Desk
from tickets.letter import Mailbox
from tickets.model import (
    Contact,
    ContactId,
    Json,
    KnownContact,
    Organisation,
    Ticket,
)
from tickets.registry import OPERATOR
from tickets.rules import Rules
from tickets.talk import Person
from tickets.words import EventType
from tickets.work import NewAddress, NewContact, NewParticipant, Work, salted


def find_contacts(desk: Desk, mailboxes: Sequence[Mailbox]) -> list[Contact]:
    """Return the people behind the mailboxes, in order, making the unknown ones.

    Who has several of the addresses is returned once.
    """
    wanted = {box.address.lower(): box for box in mailboxes}
    known = desk.books.contacts(sorted(wanted))
    unknown = [box for address, box in wanted.items() if address not in known]
    if unknown:
        partners = desk.books.organisations(sorted(_domains(unknown, desk.rules)))
        for box in unknown:
            address = box.address.lower()
            known[address] = _add(desk.work, box, partners.get(_domain(address)))
    return list({known[one].id: known[one] for one in wanted}.values())


def partner_of(desk: Desk, author: Mailbox) -> Organisation | None:
    """Return whose person an author is, by what is known of them, else their domain."""
    email = author.address.lower()
    known = desk.books.contacts([email]).get(email)
    if known is not None and known.organisation is not None:
        return known.organisation
    domain = _domain(email)
    if domain in desk.rules.public_domains:
        return None
    return desk.books.organisations([domain]).get(domain)


def add_participant(
    desk: Desk, ticket: Ticket, contact: Contact, *, role: str, quiet: bool = False
) -> Ticket:
    """Return the ticket with one more to get its answers; never we ourselves."""
    if contact.email is not None and desk.rules.is_own(contact.email):
        return ticket
    return _join(
        desk.work, ticket, Participant(contact=contact, role=role, quiet=quiet)
    )


def role_of(ticket: Ticket, contact: Contact) -> str:
    """Return the part of who joins by writing: the requester may have left."""
    return "requester" if contact.id == ticket.requester.id else "cc"


def lift_quiet(work: Work, ticket: Ticket, one: Participant) -> Ticket:
    """Return the ticket with a participant who is told of its stages from now on."""
    return _join(work, ticket, replace(one, quiet=False))


def _join(work: Work, ticket: Ticket, one: Participant) -> Ticket:
    contact = one.contact
    work.participants.append(
        NewParticipant(
            ticket_id=ticket.id, contact_id=contact.id, role=one.role, quiet=one.quiet
        )
    )
    return work.change(
        ticket,
        EventType.PARTICIPANT_ADDED,
        actor=f"contact:{contact.id}",
        data={"contact": contact.id, "role": one.role, "quiet": one.quiet},
        content={"person": person(contact)},
    )


def join_organisation(
    work: Work, partner: Organisation, known: KnownContact, *, actor: str = OPERATOR
) -> KnownContact:
    """Return a contact who wrote before as the partner's, one version on."""
    after = replace(
        known,
        contact=replace(known.contact, organisation=partner),
        version=known.version + 1,
    )
    record_contact(work, after, actor=actor)
    return after


def find_writer(desk: Desk, person: Person) -> Contact:
    """Return the contact whose private chat it is, made if there is none."""
    known = desk.books.contact_in_chat(person.id)
    if known is not None:
        return known.contact
    return _meet(
        desk.work,
        Contact(
            id=ContactId(desk.work.ids.row("contact")),
            name=person.name,
            email=None,
            language=person.language,
            telegram=person.id,
        ),
    )


def give_account(
    work: Work, known: KnownContact, telegram: int, *, former: KnownContact | None
) -> Contact:
    """Return a contact with a Telegram account, which its ``former`` owner loses."""
    after = _with_account(known, telegram)
    changed = [after] if former is None else [after, _with_account(former, None)]
    for one in changed:
        record_contact(work, one, actor=f"contact:{known.contact.id}")
    work.addresses.append(
        NewAddress(
            contact_id=known.contact.id,
            telegram=telegram,
            versions=tuple((one.contact.id, one.version) for one in changed),
        )
    )
    return after.contact


def _with_account(known: KnownContact, telegram: int | None) -> KnownContact:
    contact = replace(known.contact, telegram=telegram)
    return replace(known, contact=contact, version=known.version + 1)


def _add(work: Work, box: Mailbox, organisation: Organisation | None) -> Contact:
    return _meet(
        work,
        Contact(
            id=ContactId(work.ids.row("contact")),
            name=box.name or box.address,
            email=box.address.lower(),
            organisation=organisation,
        ),
    )


def _meet(work: Work, contact: Contact) -> Contact:
    meet(work, contact, actor="system")
    return contact


def meet(
    work: Work, contact: Contact, *, actor: str, emails: Sequence[str] = ()
) -> None:
    """Let a person be known from now on; ``emails`` are further ones."""
    salt = work.ids.uuid()
    work.contacts.append(NewContact(contact=contact, salt=salt, emails=tuple(emails)))
    known = KnownContact(contact=contact, salt=salt, version=1)
    record_contact(work, known, actor=actor, emails=emails)


def record_contact(
    work: Work, known: KnownContact, *, actor: str, emails: Sequence[str] = ()
) -> None:
    """Add the event that tells a contact as they are now; ``emails`` as in meet."""
    contact = known.contact
    work.record(
        f"contact:{contact.id}",
        known.version,
        EventType.CHANGED,
        actor=actor,
        data={
            "contact": contact.id,
            "organisation": contact.organisation.id if contact.organisation else None,
            "email_hash": salted(known.salt, contact.email or ""),
            "telegram_hash": _hash_of_account(known),
            **({"blocked": True} if contact.blocked else {}),
        },
        content=contact_as_told(contact, emails),
    )


def contact_as_told(contact: Contact, emails: Sequence[str] = ()) -> Json:
    """Return what the bus is told of a contact beside the journal's own data."""
    return {
        "name": contact.name,
        "emails": [contact.email, *emails] if contact.email else [],
        "telegram_id": contact.telegram,
        "language": contact.language,
    }


def _hash_of_account(known: KnownContact) -> str | None:
    account = known.contact.telegram
    return None if account is None else salted(known.salt, str(account))


def _domains(boxes: Sequence[Mailbox], rules: Rules) -> set[str]:
    return {_domain(box.address.lower()) for box in boxes} - rules.public_domains


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
