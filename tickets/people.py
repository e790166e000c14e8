"""Contacts: known ones found, new ones made, each change with its event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tickets.comments import person
from tickets.desk import Desk
from tickets.letter import Mailbox
from tickets.model import Contact, ContactId, Organisation, Ticket
from tickets.registry import OPERATOR
from tickets.rules import Rules
from tickets.words import EventType
from tickets.work import NewContact, NewParticipant, Work, salted


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownContact:
    """A contact with what the journal needs: the salt, and how far the stream is."""

    contact: Contact
    salt: str
    version: int


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


def add_participant(
    desk: Desk, ticket: Ticket, contact: Contact, *, role: str
) -> Ticket:
    """Return the ticket with one more to get its answers; never we ourselves."""
    if contact.email is not None and desk.rules.is_own(contact.email):
        return ticket
    desk.work.participants.append(
        NewParticipant(ticket_id=ticket.id, contact_id=contact.id, role=role)
    )
    return desk.work.change(
        ticket,
        EventType.PARTICIPANT_ADDED,
        actor=f"contact:{contact.id}",
        data={"contact": contact.id, "role": role},
        content={"person": person(contact)},
    )


def join_organisation(
    work: Work, partner: Organisation, known: KnownContact
) -> KnownContact:
    """Return a contact who wrote before as the partner's, one version on."""
    after = replace(
        known,
        contact=replace(known.contact, organisation=partner),
        version=known.version + 1,
    )
    _record(work, after, actor=OPERATOR)
    return after


def _add(work: Work, box: Mailbox, organisation: Organisation | None) -> Contact:
    contact = Contact(
        id=ContactId(work.ids.row("contact")),
        name=box.name or box.address,
        email=box.address.lower(),
        organisation=organisation,
    )
    salt = work.ids.uuid()
    work.contacts.append(NewContact(contact=contact, salt=salt))
    _record(work, KnownContact(contact=contact, salt=salt, version=1), actor="system")
    return contact


def _record(work: Work, known: KnownContact, *, actor: str) -> None:
    """Add the event that tells a contact as they are now."""
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
        },
        content={
            "name": contact.name,
            "emails": [contact.email],
            "language": contact.language,
        },
    )


def _domains(boxes: Sequence[Mailbox], rules: Rules) -> set[str]:
    return {_domain(box.address.lower()) for box in boxes} - rules.public_domains


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
