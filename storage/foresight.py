"""What several mails will ask for, looked up at once before they are filed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from storage import about, lookups, standings
from storage.about import Since
from storage.books import Memory
from storage.transaction import Transaction
from tickets.gate.blocking import domain_of, is_barred, upwards
from tickets.model import TicketId
from tickets.post.mentions import Mentions


def foresee(
    tx: Transaction,
    mails: Sequence[Mentions],
    *,
    acknowledged_since: datetime,
    alike_since: Since | None = None,
    serves_all: bool = True,
) -> Memory:
    """Return what the records say of all that these mails name.

    ``serves_all`` says that whoever nobody knows opens a ticket, too, and needs a
    number.
    Rows are locked in one order, whoever looks: ids, subjects, tickets, sites.
    """
    memory = Memory()
    _refs(tx, memory, mails)
    _people(tx, memory, mails)
    if alike_since is not None:
        _alike(tx, memory, mails, since=alike_since)
    _tickets(tx, memory, mails)
    if authors := {one.vouched for one in mails if one.vouched}:
        memory.staff = {**dict.fromkeys(authors), **standings.staff(tx, authors)}
    opening = [one for one in mails if not _led(memory, one)]
    if opening:
        paths = {one.return_path for one in opening}
        memory.acknowledged = lookups.acknowledged(tx, paths, acknowledged_since)
        heard = (
            one for one in opening if _is_heard(memory, one, serves_all=serves_all)
        )
        for site, count in sorted(Counter(one.site for one in heard).items()):
            memory.free_numbers[site] = list(lookups.numbers(tx, site, count))
    return memory


def _refs(tx: Transaction, memory: Memory, mails: Iterable[Mentions]) -> None:
    if ids := {one for mail in mails for one in mail.message_ids}:
        memory.refs = lookups.refs(tx, ids)
    arrivals = {ref.arrival_id for ref in memory.refs.values() if ref.ticket_id}
    if believed := {one for one in arrivals if one is not None}:
        memory.trust = {**dict.fromkeys(believed), **lookups.trust(tx, believed)}


def _alike(
    tx: Transaction, memory: Memory, mails: Iterable[Mentions], *, since: Since
) -> None:
    """Look for what the subjects of mails without a thread may belong to."""
    lost = [one for one in mails if one.subject and not _led(memory, one)]
    if not lost:
        return
    named = {memory.contacts[one] for mail in lost for one in mail.people}
    people = [one.id for one in named if one is not None]
    memory.alike = about.alike(tx, {one.subject for one in lost}, people, since=since)


def _tickets(tx: Transaction, memory: Memory, mails: Iterable[Mentions]) -> None:
    named = {ref.ticket_id for ref in memory.refs.values()} - {None}
    ids: set[TicketId] = {one for one in named if one is not None}
    ids.update(one for found in memory.alike.values() for one in found)
    numbers = {one for mail in mails for one in mail.numbers}
    if not ids and not numbers:
        return
    memory.tickets = dict.fromkeys(ids)
    memory.numbers = dict.fromkeys(numbers)
    found = lookups.tickets(tx, ids=ids, numbers=numbers, lock=True)
    memory.add_tickets(found)
    memory.people = lookups.participants(tx, [one.id for one in found])


def _people(tx: Transaction, memory: Memory, mails: Iterable[Mentions]) -> None:
    people = sorted({one for mail in mails for one in mail.people})
    if not people:
        return
    memory.contacts = {**dict.fromkeys(people), **lookups.contacts(tx, people)}
    memory.blocked_domains = _blocked(tx, people)
    unknown = [one for one, contact in memory.contacts.items() if contact is None]
    if domains := {one.rpartition("@")[2] for one in unknown}:
        found = lookups.organisations(tx, domains)
        memory.partners = {**dict.fromkeys(domains), **found}


def _blocked(tx: Transaction, people: Sequence[str]) -> dict[str, bool]:
    """Return which of all the domains that people write from are blocked."""
    named = {part for one in people for part in upwards(domain_of(one))}
    blocked = lookups.blocked_domains(tx, named)
    return {domain: domain in blocked for domain in named}


def _is_heard(memory: Memory, mail: Mentions, *, serves_all: bool) -> bool:
    """Say whether the mail opens a ticket if it belongs to none, as far as is known."""
    author, domain = memory.contacts.get(mail.author), domain_of(mail.author)
    if any(memory.blocked_domains.get(one) for one in upwards(domain)):
        return False
    if author is not None and author.organisation is not None:
        return not is_barred(author)
    partner = memory.partners.get(domain)
    if partner is not None:
        return not partner.blocked
    return serves_all and not (author is not None and author.blocked)


def _led(memory: Memory, mail: Mentions) -> bool:
    """Say whether the mail names a ticket, so that it hardly opens one."""
    tagged = any(memory.numbers.get(one) for one in mail.numbers)
    if tagged or memory.alike.get(mail.subject):
        return True
    return any(memory.refs[one].ticket_id for one in mail.message_ids)
