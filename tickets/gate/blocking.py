"""Whom the desk does not hear: people, whole domains, and partners."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tickets.corporate.foreign import KnownOrganisation
from tickets.desk import Desk
from tickets.model import Contact, ContactId, KnownContact
from tickets.people import meet, record_contact
from tickets.registry import NotRegistered, plain_domains, record_organisation
from tickets.verdict import Verdict
from tickets.words import Outcome
from tickets.work import ChangedContact

BLOCKED = Verdict(outcome=Outcome.IGNORED, rule="blocked")
_ADDRESS = re.compile(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,255}")
_ACCOUNT = re.compile(r"telegram:([0-9]{1,16})")


def is_blocked(desk: Desk, address: str) -> bool:
    """Say whether nobody hears what comes from a mail address."""
    known = desk.books.contacts([address.lower()]).get(address.lower())
    if known is not None and is_person_blocked(desk, known):
        return True
    domain = domain_of(address)
    if known is None and domain not in desk.rules.public_domains:
        partner = desk.books.organisations([domain]).get(domain)
        if partner is not None and partner.blocked:
            return True
    return _is_domain_blocked(desk, domain)


def _is_domain_blocked(desk: Desk, domain: str) -> bool:
    """Say whether a domain is, or one above it; never one that a partner has.

    That is blocked with the partner, also if it became theirs since.
    """
    if not desk.books.blocked_domains(upwards(domain)):
        return False
    return not desk.books.organisations([domain])


def is_barred(person: Contact) -> bool:
    """Say whether a person is blocked, or their partner is."""
    partner = person.organisation
    return person.blocked or (partner is not None and partner.blocked)


def is_person_blocked(desk: Desk, person: Contact) -> bool:
    """Say whether nobody hears what a person writes, from wherever they do."""
    if is_barred(person) or person.email is None:
        return is_barred(person)
    return _is_domain_blocked(desk, domain_of(person.email))


def upwards(domain: str) -> list[str]:
    """Return a domain and those above it, but for the last: a country's or so."""
    labels = domain.split(".")
    return [".".join(labels[place:]) for place in range(max(len(labels) - 1, 1))]


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class Blocking:
    """Who is to be blocked, or to be heard again, and who says so.

    ``subject`` is an address, ``telegram:ID``, or ``@domain`` for all of a domain.
    """

    subject: str
    blocked: bool
    actor: str


def block(desk: Desk, wish: Blocking) -> bool:
    """Do as is wished; return False if it was so already.

    NotRegistered says why it cannot be.
    """
    subject = wish.subject.strip().lower()
    if subject.startswith("@"):
        return _block_domain(desk, subject.removeprefix("@"), wish)
    known = _find(desk, subject)
    if known is not None:
        return _change(desk, known, wish)
    if wish.blocked:
        _meet(desk, subject, wish)
    return wish.blocked


def _find(desk: Desk, subject: str) -> KnownContact | None:
    if account := _ACCOUNT.fullmatch(subject):
        return desk.books.contact_in_chat(int(account[1]))
    if not _ADDRESS.fullmatch(subject):
        raise NotRegistered(
            f"{subject!r} is no address as ivan@example.org, no @example.org and no "
            "telegram:ID"
        )
    if desk.rules.is_own(subject):
        raise NotRegistered(f"{subject} is the desk's own address")
    found = desk.books.contacts([subject]).get(subject)
    return None if found is None else desk.books.contact(found.id)


def _change(desk: Desk, known: KnownContact, wish: Blocking) -> bool:
    if known.contact.blocked == wish.blocked:
        return False
    contact = replace(known.contact, blocked=wish.blocked)
    after = replace(known, contact=contact, version=known.version + 1)
    changed = ChangedContact(contact=contact, version=after.version)
    desk.work.people.append(changed)
    record_contact(desk.work, after, actor=wish.actor)
    return True


def _meet(desk: Desk, subject: str, wish: Blocking) -> None:
    """Take down somebody only to know whom not to hear."""
    account = _ACCOUNT.fullmatch(subject)
    email = None if account else subject
    domain = domain_of(subject)
    partners = {} if account else desk.books.organisations([domain])
    contact = Contact(
        id=ContactId(desk.work.ids.row("contact")),
        name=subject,
        email=email,
        organisation=partners.get(domain),
        telegram=int(account[1]) if account else None,
        blocked=True,
    )
    meet(desk.work, contact, actor=wish.actor)


def _block_domain(desk: Desk, name: str, wish: Blocking) -> bool:
    (domain,) = plain_domains([name], desk.rules.public_domains)
    partner = desk.books.organisations([domain]).get(domain)
    if wish.blocked and partner is not None:
        raise NotRegistered(
            f"{domain} is {partner.name}'s ({partner.id}): block the partner"
        )
    own = desk.rules.address
    if wish.blocked and domain in upwards(domain_of(own)):
        raise NotRegistered(f"{own} is the desk's own address")
    if (domain in desk.books.blocked_domains([domain])) == wish.blocked:
        return False
    actor = wish.actor if wish.blocked else None
    desk.work.blocked_domains[domain] = actor
    return True


def block_partner(
    desk: Desk, known: KnownOrganisation, *, blocked: bool, actor: str
) -> bool:
    """Let nobody of a partner be heard, or all again; False if it was so already."""
    if known.organisation.blocked == blocked:
        return False
    partner = replace(known.organisation, blocked=blocked)
    after = replace(known, organisation=partner, version=known.version + 1)
    desk.work.organisations.append(after)
    record_organisation(desk.work, after, actor=actor)
    return True
