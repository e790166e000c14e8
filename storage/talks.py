"""Private chats in the records: whose they are, and which ticket they are about."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from storage.rows import ADDRESS, COMMENT, CONTACT, contacts, to_contact
from storage.schema import table
from storage.transaction import Transaction
from tickets.model import Contact, ContactId, KnownContact, TicketId
from tickets.words import Channel, Trust

CHAT = table("chat")
CHAT_MESSAGE = table("chat_message")
LINK_TOKEN = table("link_token")
PARTICIPANT = table("participant")


class Talks:
    """The part of tickets.books.Books that private chats need."""

    def __init__(self, tx: Transaction, *, locks: bool) -> None:
        self._tx = tx
        self._locks = locks

    def contact_in_chat(self, telegram: int) -> KnownContact | None:
        account = select(ADDRESS.c.contact_id).where(
            ADDRESS.c.kind == "telegram", ADDRESS.c.value == str(telegram)
        )
        return self._known(CONTACT.c.id.in_(account))

    def contact(self, contact_id: ContactId) -> KnownContact | None:
        return self._known(CONTACT.c.id == contact_id)

    def _known(self, which: ColumnElement[bool]) -> KnownContact | None:
        query = (
            contacts()
            .add_columns(CONTACT.c.version, CONTACT.c.salt)
            .where(which, CONTACT.c.erased_at.is_(None))
        )
        if self._locks:
            query = query.with_for_update(of=CONTACT, key_share=True)
        row = self._tx.run(query).first()
        if row is None:
            return None
        return KnownContact(contact=to_contact(row), salt=row.salt, version=row.version)

    def is_spent(self, link: str) -> bool:
        found = select(LINK_TOKEN.c.used_at).where(LINK_TOKEN.c.token == link)
        return self._tx.run(found).scalar() is not None

    def ticket_of_message(self, chat: int, message_id: int) -> TicketId | None:
        row = self._tx.run(
            _messages_of(chat).where(CHAT_MESSAGE.c.message_id == message_id)
        ).first()
        return None if row is None else row.ticket_id

    def ticket_in_talk(self, chat: int) -> TicketId | None:
        newest = _messages_of(chat).order_by(CHAT_MESSAGE.c.id.desc()).limit(1)
        # A message of ours that comes between /new and what follows it changes nothing.
        from_person = or_(
            COMMENT.c.contact_id.is_not(None), CHAT_MESSAGE.c.ticket_id.is_(None)
        )
        own = self._tx.run(newest.where(from_person)).first()
        if own is not None and own.ticket_id is None:
            return None
        last = self._tx.run(newest).first()
        return None if last is None else last.ticket_id

    def tickets_of(self, contact_id: ContactId, *, most: int) -> list[TicketId]:
        found = self._tx.run(
            select(PARTICIPANT.c.ticket_id)
            .where(PARTICIPANT.c.contact_id == contact_id)
            .where(PARTICIPANT.c.left_at.is_(None))
            .order_by(PARTICIPANT.c.ticket_id.desc())
            .limit(most)
        )
        return [TicketId(row.ticket_id) for row in found]

    def is_answered_in_chat(self, ticket_id: TicketId, contact: Contact) -> bool:
        in_chat = (
            select(CHAT_MESSAGE.c.comment_id)
            .join(CHAT, CHAT_MESSAGE.c.chat_id == CHAT.c.id)
            .where(CHAT.c.telegram_id == contact.telegram)
        )
        # Their account may have been another contact's when it wrote.
        theirs = or_(COMMENT.c.contact_id == contact.id, COMMENT.c.id.in_(in_chat))
        channel = self._tx.run(
            select(COMMENT.c.channel)
            .where(COMMENT.c.ticket_id == ticket_id, theirs)
            .where(COMMENT.c.contact_id.is_not(None))
            .where(COMMENT.c.trust != Trust.UNPROVEN)
            .order_by(COMMENT.c.at.desc(), COMMENT.c.id.desc())
            .limit(1)
        ).scalar()
        in_chat_last = bool(channel == Channel.TELEGRAM)
        return in_chat_last and not self._has_blocked(contact)

    def _has_blocked(self, contact: Contact) -> bool:
        status = select(CHAT.c.status).where(CHAT.c.telegram_id == contact.telegram)
        return bool(self._tx.run(status).scalar() == "blocked")


def _messages_of(chat: int) -> Select[Any]:
    """Select a chat's messages with the ticket that each is about."""
    return (
        select(CHAT_MESSAGE.c.ticket_id)
        .select_from(CHAT_MESSAGE)
        .join(CHAT, CHAT_MESSAGE.c.chat_id == CHAT.c.id)
        .outerjoin(COMMENT, CHAT_MESSAGE.c.comment_id == COMMENT.c.id)
        .where(CHAT.c.telegram_id == chat)
    )
