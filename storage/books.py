"""The desk's records as the rules read them: tickets.books.Books over SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    text,
    true,
)

from storage import rows
from storage.lanes import DELIVERY
from storage.prepared import Prepared, Sql
from storage.rows import ADDRESS, ATTACHMENT, COMMENT, CONTACT, REVISION, SPECIALIST
from storage.schema import table
from storage.transaction import Transaction
from tickets.books import Participant, Progress
from tickets.ladder import Ref
from tickets.model import (
    ArrivalId,
    Attachment,
    Comment,
    CommentId,
    Contact,
    Organisation,
    Specialist,
    Ticket,
    TicketId,
)
from tickets.words import UNFINISHED, DeliveryState, Medium

MESSAGE_REF = table("message_ref")
PARTICIPANT = table("participant")
DOMAIN = table("domain")
SITE = table("site")
CHAT = table("chat")
CHAT_MESSAGE = table("chat_message")
TOPIC = table("topic")


def lock_ticket(tx: Transaction, ticket_id: TicketId) -> None:
    """Let nobody else change this ticket until the transaction ends."""
    _lock(tx, "id", ticket_id)


def _lock(tx: Transaction, column: str, value: int | str) -> None:
    if tx.connection.dialect.name != "sqlite":  # where one writes at a time
        tx.run(_LOCKED[column], {column: value})


class SqlBooks:
    """One transaction's view of the records; ``locks`` is False for one that looks.

    What was read is remembered: a ticket is locked, and our own changes to it are
    only gathered until the end.
    """

    def __init__(self, tx: Transaction, *, locks: bool = True) -> None:
        self._tx = tx
        self._locks = locks
        self._tickets: dict[int | str, Ticket] = {}
        self._people: dict[TicketId, tuple[Participant, ...]] = {}

    def refs(self, message_ids: Sequence[str]) -> dict[str, Ref]:
        found = self._tx.run(_awaited, {"ids": sorted(message_ids)})
        return {row.message_id: _to_ref(row) for row in found}

    def comment_by_arrival(self, arrival: ArrivalId) -> Comment | None:
        found = self._tx.run(_comment_of_arrival, {"arrival": arrival})
        return self._first_comment(found)

    def same_comment(self, ref: Ref, body_hash: str) -> Comment | None:
        values = {
            "arrival": ref.arrival_id,
            "ticket": ref.ticket_id,
            "message": ref.message_id,
            "body": body_hash,
        }
        return self._first_comment(self._tx.run(_same_comment, values))

    def _first_comment(self, found: Any) -> Comment | None:
        comment_id = found.scalar()
        return None if comment_id is None else self.comment(comment_id)

    def contacts(self, emails: Sequence[str]) -> dict[str, Contact]:
        found = self._tx.run(_contacts, {"emails": list(emails)})
        return {row.known_as: rows.to_contact(row) for row in found}

    def organisations(self, domains: Sequence[str]) -> dict[str, Organisation]:
        found = self._tx.run(_organisations, {"domains": list(domains)})
        partners = {row.domain: rows.to_organisation(row) for row in found}
        return {domain: one for domain, one in partners.items() if one is not None}

    def specialist(self, telegram_id: int) -> Specialist | None:
        row = self._tx.run(_specialist, {"telegram": telegram_id}).first()
        return rows.to_specialist(row) if row else None

    def ticket(self, ticket_id: TicketId) -> Ticket:
        found = self._ticket("id", ticket_id)
        if found is None:
            raise LookupError(f"there is no ticket with id {ticket_id}")
        return found

    def ticket_by_number(self, number: str) -> Ticket | None:
        return self._ticket("number", number.upper())

    def ticket_in_topic(self, chat: int, thread_id: int) -> Ticket | None:
        ticket_id = self._tx.run(
            select(TOPIC.c.ticket_id)
            .join(CHAT, TOPIC.c.chat_id == CHAT.c.id)
            .where(or_(CHAT.c.telegram_id == chat, CHAT.c.former_id == chat))
            .where(TOPIC.c.thread_id == thread_id)
        ).scalar()
        return None if ticket_id is None else self.ticket(ticket_id)

    def _ticket(self, column: str, value: int | str) -> Ticket | None:
        if value in self._tickets:
            return self._tickets[value]
        if self._locks:
            # A statement of its own: who waited for the lock would else get the new
            # ticket joined to the rows that the old one named (PostgreSQL, 13.2.1).
            _lock(self._tx, column, value)
        row = self._tx.run(_TICKETS[column], {column: value}).first()
        if row is None:
            return None
        ticket = rows.to_ticket(row)
        self._tickets[ticket.id] = self._tickets[ticket.number] = ticket
        return ticket

    def participants(self, ticket_id: TicketId) -> tuple[Participant, ...]:
        if ticket_id not in self._people:
            self._people[ticket_id] = tuple(
                Participant(contact=rows.to_contact(row), role=row.role)
                for row in self._tx.run(_participants, {"ticket": ticket_id})
            )
        return self._people[ticket_id]

    def comment(self, comment_id: CommentId) -> Comment | None:
        row = self._tx.run(_comment, {"comment": comment_id}).first()
        if row is None:
            return None
        files = self._tx.run(_files, {"comment": comment_id})
        return rows.to_comment(
            row, self._author(row), tuple(rows.to_attachment(file) for file in files)
        )

    def _author(self, row: Any) -> Contact | Specialist:
        if row.specialist_id is not None:
            by_id = {"specialist": row.specialist_id}
            return rows.to_specialist(self._tx.run(_writing_specialist, by_id).one())
        contact = self._tx.run(_writing_contact, {"contact": row.contact_id})
        return rows.to_contact(contact.one())

    def attachment(self, attachment_id: int) -> tuple[Attachment, CommentId] | None:
        row = self._tx.run(
            select(ATTACHMENT).where(ATTACHMENT.c.id == attachment_id)
        ).first()
        return (rows.to_attachment(row), row.comment_id) if row else None

    def progress(self, comment_id: CommentId) -> Progress:
        found = self._tx.run(_states, {"comment": comment_id})
        counts: dict[str, int] = {row.state: row.number for row in found}
        return Progress(
            waiting=sum(counts.get(state, 0) for state in UNFINISHED),
            sent=counts.get(DeliveryState.SENT, 0),
            failed=counts.get(DeliveryState.PARKED, 0),
        )

    def chat_message_of(self, comment_id: CommentId) -> tuple[int, int] | None:
        row = self._tx.run(
            select(CHAT.c.telegram_id, CHAT_MESSAGE.c.message_id)
            .join(CHAT, CHAT_MESSAGE.c.chat_id == CHAT.c.id)
            .where(CHAT_MESSAGE.c.comment_id == comment_id)
            .order_by(CHAT_MESSAGE.c.id)
            .limit(1)
        ).first()
        return (row.telegram_id, row.message_id) if row else None

    def next_number(self, site: str) -> str:
        counter = self._tx.run(_counted, {"code": site, "counter": 1}).scalar_one()
        return f"{site}-{counter}"

    def acknowledged_since(self, address: str, since: datetime) -> int:
        values = {"address": address, "since": since}
        return int(self._tx.run(_acknowledged, values).scalar_one())


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


_comment_of_arrival = Prepared(
    lambda _: (
        select(COMMENT.c.id)
        .where(COMMENT.c.arrival_id == bindparam("arrival"))
        .order_by(COMMENT.c.id)
        .limit(1)
    )
)


@Prepared
def _same_comment(_: Sql) -> Any:
    first = COMMENT.c.arrival_id == bindparam("arrival")
    later = and_(
        COMMENT.c.ticket_id == bindparam("ticket"),
        COMMENT.c.message_id == bindparam("message"),
    )
    return (
        select(COMMENT.c.id)
        .where(or_(first, later), COMMENT.c.body_hash == bindparam("body"))
        .order_by(COMMENT.c.id)
        .limit(1)
    )


@Prepared
def _contacts(sql: Sql) -> Any:
    return (
        rows.contacts()
        .join(ADDRESS, ADDRESS.c.contact_id == CONTACT.c.id)
        .where(ADDRESS.c.kind == "email", sql.among(ADDRESS.c.value, "emails"))
        .add_columns(ADDRESS.c.value.label("known_as"))
    )


@Prepared
def _organisations(sql: Sql) -> Any:
    organisation = rows.ORGANISATION
    return (
        select(
            DOMAIN.c.domain,
            organisation.c.id.label("organisation_id"),
            organisation.c.name.label("organisation_name"),
            organisation.c.site.label("organisation_site"),
        )
        .join(organisation, DOMAIN.c.organisation_id == organisation.c.id)
        .where(sql.among(DOMAIN.c.domain, "domains"))
    )


_specialist = Prepared(
    lambda _: select(SPECIALIST).where(
        SPECIALIST.c.telegram_id == bindparam("telegram"), SPECIALIST.c.active
    )
)


def _found_by(column: str, _: Sql) -> Any:
    return rows.tickets().where(rows.TICKET.c[column] == bindparam(column))


def _locked_by(column: str, _: Sql) -> Any:
    ticket = rows.TICKET.c
    found = select(ticket.id).where(ticket[column] == bindparam(column))
    return found.with_for_update()


_KEYS = ("id", "number")
_TICKETS = {key: Prepared(partial(_found_by, key)) for key in _KEYS}
_LOCKED = {key: Prepared(partial(_locked_by, key)) for key in _KEYS}
_participants = Prepared(
    lambda _: (
        rows.contacts()
        .join(PARTICIPANT, PARTICIPANT.c.contact_id == CONTACT.c.id)
        .where(PARTICIPANT.c.ticket_id == bindparam("ticket"))
        .add_columns(PARTICIPANT.c.role)
        .order_by(PARTICIPANT.c.id)
    )
)
_comment = Prepared(
    lambda _: (
        select(COMMENT, REVISION.c.text, REVISION.c.html)
        .join(REVISION, REVISION.c.comment_id == COMMENT.c.id)
        .where(COMMENT.c.id == bindparam("comment"))
        .order_by(REVISION.c.id.desc())
        .limit(1)
    )
)
_files = Prepared(
    lambda _: (
        select(ATTACHMENT)
        .where(ATTACHMENT.c.comment_id == bindparam("comment"))
        .order_by(ATTACHMENT.c.id)
    )
)
_writing_specialist = Prepared(
    lambda _: select(SPECIALIST).where(SPECIALIST.c.id == bindparam("specialist"))
)
_writing_contact = Prepared(
    lambda _: rows.contacts().where(CONTACT.c.id == bindparam("contact"))
)
_states = Prepared(
    lambda _: (
        select(DELIVERY.c.state, func.count().label("number"))
        .where(DELIVERY.c.comment_id == bindparam("comment"))
        .where(DELIVERY.c.channel == Medium.MAIL)
        .group_by(DELIVERY.c.state)
    )
)


@Prepared
def _counted(sql: Sql) -> Any:
    return (
        sql.insert(SITE)
        .on_conflict_do_update(
            index_elements=["code"], set_={"counter": SITE.c.counter + 1}
        )
        .returning(SITE.c.counter)
    )


_acknowledged = Prepared(
    lambda _: (
        select(func.count())
        .select_from(DELIVERY)
        .where(DELIVERY.c.target == bindparam("address"))
        .where(DELIVERY.c.created_at >= bindparam("since"))
        .where(text("delivery.kind = 'accepted'"))
    )
)


def _to_ref(row: Any) -> Ref:
    return Ref(
        message_id=row.message_id,
        ticket_id=row.ticket_id,
        arrival_id=row.arrival_id,
        seen=row.state == "seen",
        own=row.state == "own",
    )
