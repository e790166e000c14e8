"""What a chat's words are made from, read as things stand now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from storage import chats, triage
from storage.books import CHAT, TOPIC, SqlBooks
from storage.contents import load_file
from storage.deliveries import Due
from storage.rows import ATTACHMENT, to_attachment
from storage.transaction import Transaction
from tickets.letter import File
from tickets.model import Comment, Ticket
from tickets.outgoing import ChatNotice
from tickets.rules import Rules
from tickets.words import DeliveryState

#: What goes to a chat; the rest answers a button or fetches a file.
PLACED = frozenset(
    {
        "card",
        "comment",
        "full-text",
        "file",
        "notice",
        "reaction",
        "accepted",
        "answer",
        "alarm",
        triage.QUESTION,
        triage.DECISION,
    }
)


def chat_notice(tx: Transaction, due: Due, rules: Rules) -> ChatNotice:
    """Return a chat's notice; LookupError if it names a row that is not there."""
    books = SqlBooks(tx, locks=False)
    ticket = books.ticket(due.ticket_id) if due.ticket_id else None
    chat = chats.current_id(tx, int(due.target)) if due.kind in PLACED else 0
    topic = _topic(tx, ticket, chat)
    return ChatNotice(
        delivery=due.id,
        kind=due.kind,
        chat=chat,
        language=due.facts.get("language") or _language(ticket, chat, rules),
        facts=_facts(tx, due),
        ticket=ticket,
        comment=_comment(books, due),
        file=_file(tx, due),
        thread_id=topic.thread_id if topic else None,
        card_message_id=topic.card_message_id if topic else None,
        repeat=due.state is DeliveryState.UNCERTAIN,
    )


def _facts(tx: Transaction, due: Due) -> dict[str, object]:
    facts = dict(due.facts)
    if due.kind == "toast":
        facts["callback_id"] = due.target
    if due.kind == triage.DECISION:
        facts["message_id"] = triage.message_of(tx, due.facts["posed"])
    return facts


def _comment(books: SqlBooks, due: Due) -> Comment | None:
    return books.comment(due.comment_id) if due.comment_id else None


def _language(ticket: Ticket | None, chat: int, rules: Rules) -> str:
    if ticket is not None:
        return rules.language_for(None, ticket.site)
    here = [site.code for site in rules.sites if chat in site.chats]
    return rules.language_for(None, here[0]) if here else rules.language


def _topic(tx: Transaction, ticket: Ticket | None, chat: int) -> Any:
    if ticket is None:
        return None
    return tx.run(
        select(TOPIC.c.thread_id, TOPIC.c.card_message_id)
        .join(CHAT, TOPIC.c.chat_id == CHAT.c.id)
        .where(TOPIC.c.ticket_id == ticket.id, CHAT.c.telegram_id == chat)
        .where(TOPIC.c.state != "gone")
        .order_by(TOPIC.c.id.desc())
        .limit(1)
    ).first()


def _file(tx: Transaction, due: Due) -> File | None:
    if due.kind != "file":
        return None
    row = tx.run(
        select(ATTACHMENT).where(ATTACHMENT.c.id == due.facts["attachment"])
    ).one()
    return load_file(tx, to_attachment(row))
