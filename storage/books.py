"""The desk's records as the rules read them: tickets.books.Books over SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, text

from storage import rows
from storage.lanes import DELIVERY
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
    lock_tickets(tx, rows.TICKET.c.id == ticket_id)


def lock_tickets(tx: Transaction, condition: ColumnElement[bool]) -> None:
    """Let nobody else change these tickets until the transaction ends."""
    if tx.connection.dialect.name != "sqlite":  # where one writes at a time
        tx.run(select(rows.TICKET.c.id).where(condition).with_for_update())


class SqlBooks:
    """One transaction's view of the records; ``locks`` is False for one that looks."""

    def __init__(self, tx: Transaction, *, locks: bool = True) -> None:
        self._tx = tx
        self._locks = locks

    def refs(self, message_ids: Sequence[str]) -> dict[str, Ref]:
        insert = self._tx.upsert(MESSAGE_REF)
        statement = insert.on_conflict_do_update(
            index_elements=["message_id"],
            set_={"state": MESSAGE_REF.c.state},  # changes nothing, locks the row
        ).returning(MESSAGE_REF)
        new = [{"message_id": one, "state": "awaited"} for one in sorted(message_ids)]
        found = self._tx.run(statement, new).all()
        return {row.message_id: _to_ref(row) for row in found}

    def comment_by_arrival(self, arrival: ArrivalId) -> Comment | None:
        return self._first_comment(COMMENT.c.arrival_id == arrival)

    def same_comment(self, ref: Ref, body_hash: str) -> Comment | None:
        first = COMMENT.c.arrival_id == ref.arrival_id
        later = and_(
            COMMENT.c.ticket_id == ref.ticket_id,
            COMMENT.c.message_id == ref.message_id,
        )
        same = COMMENT.c.body_hash == body_hash
        return self._first_comment(and_(or_(first, later), same))

    def _first_comment(self, condition: ColumnElement[bool]) -> Comment | None:
        found = select(COMMENT.c.id).where(condition).order_by(COMMENT.c.id).limit(1)
        comment_id = self._tx.run(found).scalar()
        return None if comment_id is None else self.comment(comment_id)

    def contacts(self, emails: Sequence[str]) -> dict[str, Contact]:
        found = self._tx.run(
            rows.contacts()
            .join(ADDRESS, ADDRESS.c.contact_id == CONTACT.c.id)
            .where(ADDRESS.c.kind == "email", ADDRESS.c.value.in_(emails))
            .add_columns(ADDRESS.c.value.label("known_as"))
        )
        return {row.known_as: rows.to_contact(row) for row in found}

    def organisations(self, domains: Sequence[str]) -> dict[str, Organisation]:
        organisation = rows.ORGANISATION
        found = self._tx.run(
            select(
                DOMAIN.c.domain,
                organisation.c.id.label("organisation_id"),
                organisation.c.name.label("organisation_name"),
                organisation.c.site.label("organisation_site"),
            )
            .join(organisation, DOMAIN.c.organisation_id == organisation.c.id)
            .where(DOMAIN.c.domain.in_(domains))
        )
        partners = {row.domain: rows.to_organisation(row) for row in found}
        return {domain: one for domain, one in partners.items() if one is not None}

    def specialist(self, telegram_id: int) -> Specialist | None:
        row = self._tx.run(
            select(SPECIALIST).where(
                SPECIALIST.c.telegram_id == telegram_id, SPECIALIST.c.active
            )
        ).first()
        return rows.to_specialist(row) if row else None

    def ticket(self, ticket_id: TicketId) -> Ticket:
        found = self._ticket(rows.TICKET.c.id == ticket_id)
        if found is None:
            raise LookupError(f"there is no ticket with id {ticket_id}")
        return found

    def ticket_by_number(self, number: str) -> Ticket | None:
        return self._ticket(rows.TICKET.c.number == number.upper())

    def ticket_in_topic(self, chat: int, thread_id: int) -> Ticket | None:
        ticket_id = self._tx.run(
            select(TOPIC.c.ticket_id)
            .join(CHAT, TOPIC.c.chat_id == CHAT.c.id)
            .where(or_(CHAT.c.telegram_id == chat, CHAT.c.former_id == chat))
            .where(TOPIC.c.thread_id == thread_id)
        ).scalar()
        return None if ticket_id is None else self.ticket(ticket_id)

    def _ticket(self, condition: Any) -> Ticket | None:
        if self._locks:
            # A statement of its own: who waited for the lock would else get the new
            # ticket joined to the rows that the old one named (PostgreSQL, 13.2.1).
            lock_tickets(self._tx, condition)
        row = self._tx.run(rows.tickets().where(condition)).first()
        return rows.to_ticket(row) if row else None

    def participants(self, ticket_id: TicketId) -> tuple[Participant, ...]:
        found = self._tx.run(
            rows.contacts()
            .join(PARTICIPANT, PARTICIPANT.c.contact_id == CONTACT.c.id)
            .where(PARTICIPANT.c.ticket_id == ticket_id)
            .add_columns(PARTICIPANT.c.role)
            .order_by(PARTICIPANT.c.id)
        )
        return tuple(
            Participant(contact=rows.to_contact(row), role=row.role) for row in found
        )

    def comment(self, comment_id: CommentId) -> Comment | None:
        row = self._tx.run(
            select(COMMENT, REVISION.c.text, REVISION.c.html)
            .join(REVISION, REVISION.c.comment_id == COMMENT.c.id)
            .where(COMMENT.c.id == comment_id)
            .order_by(REVISION.c.id.desc())
            .limit(1)
        ).first()
        if row is None:
            return None
        files = self._tx.run(
            select(ATTACHMENT)
            .where(ATTACHMENT.c.comment_id == comment_id)
            .order_by(ATTACHMENT.c.id)
        )
        return rows.to_comment(
            row, self._author(row), tuple(rows.to_attachment(file) for file in files)
        )

    def _author(self, row: Any) -> Contact | Specialist:
        if row.specialist_id is not None:
            found = select(SPECIALIST).where(SPECIALIST.c.id == row.specialist_id)
            return rows.to_specialist(self._tx.run(found).one())
        contact = rows.contacts().where(CONTACT.c.id == row.contact_id)
        return rows.to_contact(self._tx.run(contact).one())

    def attachment(self, attachment_id: int) -> tuple[Attachment, CommentId] | None:
        row = self._tx.run(
            select(ATTACHMENT).where(ATTACHMENT.c.id == attachment_id)
        ).first()
        return (rows.to_attachment(row), row.comment_id) if row else None

    def progress(self, comment_id: CommentId) -> Progress:
        found = self._tx.run(
            select(DELIVERY.c.state, func.count())
            .where(DELIVERY.c.comment_id == comment_id)
            .where(DELIVERY.c.channel == Medium.MAIL)
            .group_by(DELIVERY.c.state)
        )
        counts: dict[str, int] = dict(found.all())
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
        statement = self._tx.upsert(SITE).on_conflict_do_update(
            index_elements=["code"], set_={"counter": SITE.c.counter + 1}
        )
        counter = self._tx.run(
            statement.returning(SITE.c.counter), {"code": site, "counter": 1}
        ).scalar_one()
        return f"{site}-{counter}"

    def acknowledged_since(self, address: str, since: datetime) -> int:
        return int(
            self._tx.run(
                select(func.count())
                .select_from(DELIVERY)
                .where(DELIVERY.c.target == address, DELIVERY.c.created_at >= since)
                .where(text("delivery.kind = 'accepted'"))
            ).scalar_one()
        )


def _to_ref(row: Any) -> Ref:
    return Ref(
        message_id=row.message_id,
        ticket_id=row.ticket_id,
        arrival_id=row.arrival_id,
        seen=row.state == "seen",
        own=row.state == "own",
    )
