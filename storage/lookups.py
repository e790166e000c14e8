"""What the rules look up on the hot path: each for many at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, literal, or_, select, text, true

from storage import rows, who
from storage.lanes import DELIVERY
from storage.prepared import Prepared, Sql
from storage.rows import (
    ADDRESS,
    ATTACHMENT,
    COMMENT,
    CONTACT,
    REVISION,
    TICKET,
)
from storage.schema import table
from storage.transaction import Transaction
from tickets.books import Participant
from tickets.model import (
    ArrivalId,
    Attachment,
    Author,
    Comment,
    CommentId,
    Contact,
    Organisation,
    Specialist,
    System,
    Ticket,
    TicketId,
)
from tickets.post.ladder import Ref
from tickets.words import Trust

MESSAGE_REF = table("message_ref")
PARTICIPANT = table("participant")
DOMAIN = table("domain")
BLOCKED_DOMAIN = table("blocked_domain")
SITE = table("site")


def refs(tx: Transaction, message_ids: Iterable[str]) -> dict[str, Ref]:
    """Lock and return the ids, taking down the unknown ones as awaited."""
    found = tx.run(_awaited, {"ids": sorted(message_ids)})
    return {row.message_id: _to_ref(row) for row in found}


@Prepared
def _awaited(sql: Sql) -> Any:
    ids = sql.each("ids", MESSAGE_REF.c.message_id).add_columns(literal("awaited"))
    return (
        sql.insert(MESSAGE_REF)
        .from_select(["message_id", "state"], ids.where(true()))
        .on_conflict_do_update(
            index_elements=["message_id"],
            set_={"state": MESSAGE_REF.c.state},  # changes nothing, locks the row
        )
        .returning(MESSAGE_REF)
    )


def _to_ref(row: Any) -> Ref:
    return Ref(
        message_id=row.message_id,
        ticket_id=row.ticket_id,
        arrival_id=row.arrival_id,
        seen=row.state == "seen",
        own=row.state == "own",
    )


def tickets(
    tx: Transaction,
    *,
    ids: Iterable[TicketId] = (),
    numbers: Iterable[str] = (),
    lock: bool,
) -> list[Ticket]:
    """Return the tickets of these ids and numbers; nobody else may change them now."""
    wanted = {"ids": sorted(ids), "numbers": sorted(numbers)}
    if not wanted["ids"] and not wanted["numbers"]:
        return []
    if lock:
        # A statement of its own: who waited for the lock would else get the new
        # ticket joined to the rows that the old one named (PostgreSQL, 13.2.1).
        _lock(tx, wanted)
    return [rows.to_ticket(row) for row in tx.run(_tickets, wanted)]


def lock_tickets(tx: Transaction, ids: Iterable[TicketId]) -> None:
    """Let nobody else change these tickets until the transaction ends."""
    _lock(tx, {"ids": sorted(ids), "numbers": []})


def _lock(tx: Transaction, wanted: dict[str, Any]) -> None:
    if tx.connection.dialect.name != "sqlite":  # where one writes at a time
        tx.run(_locked, wanted)


def _named(sql: Sql) -> Any:
    ticket = TICKET.c
    return or_(sql.among(ticket.id, "ids"), sql.among(ticket.number, "numbers"))


_tickets = Prepared(lambda sql: rows.tickets().where(_named(sql)))
_locked = Prepared(
    lambda sql: (
        select(TICKET.c.id)
        .where(_named(sql))
        .order_by(TICKET.c.id)
        # With key_share: a row that only refers to the ticket need not wait for it.
        .with_for_update(of=TICKET, key_share=True)
    )
)


def participants(
    tx: Transaction, ticket_ids: Sequence[TicketId]
) -> dict[TicketId, tuple[Participant, ...]]:
    """Return the people of these tickets, in the order they joined."""
    people: dict[TicketId, list[Participant]] = {one: [] for one in ticket_ids}
    for row in tx.run(_participants, {"tickets": list(ticket_ids)}):
        joined = Participant(
            contact=rows.to_contact(row), role=row.role, quiet=row.quiet
        )
        people[row.ticket_id].append(joined)
    return {one: tuple(found) for one, found in people.items()}


@Prepared
def _participants(sql: Sql) -> Any:
    joined = PARTICIPANT.c
    return (
        rows.contacts()
        .join(PARTICIPANT, joined.contact_id == CONTACT.c.id)
        .where(sql.among(joined.ticket_id, "tickets"), joined.left_at.is_(None))
        .add_columns(joined.role, joined.quiet, joined.ticket_id)
        .order_by(joined.id)
    )


def contacts(tx: Transaction, emails: Iterable[str]) -> dict[str, Contact]:
    """Return the known ones, by lower-case address."""
    found = tx.run(_contacts, {"emails": list(emails)})
    return {row.known_as: rows.to_contact(row) for row in found}


@Prepared
def _contacts(sql: Sql) -> Any:
    return (
        rows.contacts()
        .join(ADDRESS, ADDRESS.c.contact_id == CONTACT.c.id)
        .where(ADDRESS.c.kind == "email", sql.among(ADDRESS.c.value, "emails"))
        .add_columns(ADDRESS.c.value.label("known_as"))
    )


def organisations(tx: Transaction, domains: Iterable[str]) -> dict[str, Organisation]:
    """Return the partners by their mail domains."""
    found = tx.run(_organisations, {"domains": list(domains)})
    partners = {row.domain: rows.to_organisation(row) for row in found}
    return {domain: one for domain, one in partners.items() if one is not None}


@Prepared
def _organisations(sql: Sql) -> Any:
    organisation = rows.ORGANISATION
    return (
        select(
            DOMAIN.c.domain,
            organisation.c.id.label("organisation_id"),
            organisation.c.name.label("organisation_name"),
            organisation.c.site.label("organisation_site"),
            organisation.c.blocked.label("organisation_blocked"),
        )
        .join(organisation, DOMAIN.c.organisation_id == organisation.c.id)
        .where(sql.among(DOMAIN.c.domain, "domains"))
    )


def blocked_domains(tx: Transaction, domains: Iterable[str]) -> set[str]:
    """Return those of these mail domains that are blocked."""
    found = tx.run(_blocked_domains, {"domains": sorted(set(domains))})
    return {row.domain for row in found}


_blocked_domains = Prepared(
    lambda sql: select(BLOCKED_DOMAIN.c.domain).where(
        sql.among(BLOCKED_DOMAIN.c.domain, "domains")
    )
)


def trust(tx: Transaction, arrivals: Iterable[ArrivalId]) -> dict[ArrivalId, Trust]:
    """Return how far the comments that these arrivals became are believed."""
    found = tx.run(_trust, {"arrivals": sorted(arrivals)})
    return {row.arrival_id: Trust(row.trust) for row in found}


@Prepared
def _trust(sql: Sql) -> Any:
    return select(COMMENT.c.arrival_id, COMMENT.c.trust).where(
        sql.among(COMMENT.c.arrival_id, "arrivals")
    )


def numbers(tx: Transaction, site: str, count: int) -> range:
    """Take so many next ticket numbers of a site; they are never given again."""
    last = tx.run(_counted, {"code": site, "counter": count}).scalar_one()
    return range(last - count + 1, last + 1)


@Prepared
def _counted(sql: Sql) -> Any:
    insert = sql.insert(SITE)
    total = SITE.c.counter + insert.excluded.counter
    return insert.on_conflict_do_update(
        index_elements=["code"], set_={"counter": total}
    ).returning(SITE.c.counter)


def acknowledged(
    tx: Transaction, addresses: Iterable[str], since: datetime
) -> dict[str, int]:
    """Count the acknowledgements queued for each address."""
    wanted = sorted(addresses)
    counts = dict.fromkeys(wanted, 0)
    for row in tx.run(_acknowledged, {"addresses": wanted, "since": since}):
        counts[row.target] = row.queued
    return counts


@Prepared
def _acknowledged(sql: Sql) -> Any:
    target = DELIVERY.c.target
    return (
        select(target, func.count().label("queued"))
        .where(sql.among(target, "addresses"))
        .where(DELIVERY.c.created_at >= bindparam("since"))
        .where(text("delivery.kind IN ('accepted', 'not-served')"))
        .group_by(target)
    )


def comments(tx: Transaction, ids: Iterable[CommentId]) -> dict[CommentId, Comment]:
    """Return comments with their files and the words of their newest revision."""
    wanted = {"comments": sorted(ids)}
    found = tx.run(_comments, wanted)
    if not found:
        return {}
    files: dict[int, list[Attachment]] = {}
    for row in tx.run(_attachments, wanted):
        files.setdefault(row.comment_id, []).append(rows.to_attachment(row))
    writers = _writers(tx, found)
    return {
        row.id: rows.to_comment(row, writers[row.id], tuple(files.get(row.id, ())))
        for row in found
    }


@Prepared
def _comments(sql: Sql) -> Any:
    newer = REVISION.alias("newer")
    newest = (
        select(func.max(newer.c.id))
        .where(newer.c.comment_id == COMMENT.c.id)
        .correlate(COMMENT)
        .scalar_subquery()
    )
    return (
        select(COMMENT, REVISION.c.text, REVISION.c.html)
        .select_from(COMMENT)
        .join(REVISION, REVISION.c.id == newest)
        .where(sql.among(COMMENT.c.id, "comments"))
    )


@Prepared
def _attachments(sql: Sql) -> Any:
    return (
        select(ATTACHMENT)
        .where(sql.among(ATTACHMENT.c.comment_id, "comments"))
        .order_by(ATTACHMENT.c.id)
    )


def _writers(tx: Transaction, found: Iterable[Any]) -> dict[int, Author]:
    """Return who wrote each of the comments, by its id."""
    contacts = {row.contact_id for row in found if row.contact_id is not None}
    staff = {row.specialist_id for row in found if row.specialist_id is not None}
    partners, specialists = who.contacts(tx, contacts), who.specialists(tx, staff)
    return {row.id: _writer(row, partners, specialists) for row in found}


def _writer(
    row: Any, partners: dict[int, Contact], specialists: dict[int, Specialist]
) -> Author:
    if row.system is not None:
        return System(name=row.system)
    if row.specialist_id is not None:
        return specialists[row.specialist_id]
    return partners[row.contact_id]
