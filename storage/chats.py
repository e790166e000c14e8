"""Chats by our own ids, the topics that show tickets, and what stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, or_, select, update

from storage.lanes import DELIVERY
from storage.schema import table
from storage.transaction import Transaction
from tickets.model import TicketId
from tickets.words import DeliveryState, Medium
from tickets.work import NewTopic

CHAT = table("chat")
TOPIC = table("topic")


def chat_ids(tx: Transaction, telegram_ids: Sequence[int]) -> dict[int, int]:
    """Return our ids of chats by Telegram's, taking down the unknown ones."""
    wanted = sorted(set(telegram_ids))
    known = _known(tx, wanted)
    missing = [one for one in wanted if one not in known]
    if missing:
        new = [
            {
                "telegram_id": one,
                "kind": "forum" if one < 0 else "private",
                "status": "active",
            }
            for one in missing
        ]
        tx.run(tx.upsert(CHAT).on_conflict_do_nothing(), new)
        known = _known(tx, wanted)
    return known


def _known(tx: Transaction, wanted: Sequence[int]) -> dict[int, int]:
    columns = (CHAT.c.telegram_id, CHAT.c.former_id)
    found = tx.run(
        select(CHAT.c.id, *columns).where(or_(*(one.in_(wanted) for one in columns)))
    ).all()
    current = {row.telegram_id: row.id for row in found}
    return {row.former_id: row.id for row in found if row.former_id} | current


def migrate(tx: Transaction, old: int, new: int) -> None:
    """Give a chat its new Telegram id; it is still known by the former one."""
    known = chat_ids(tx, [old])
    if new in _known(tx, [new]):  # named in the configuration before we heard of it
        tx.run(
            update(CHAT)
            .where(CHAT.c.telegram_id == new, CHAT.c.id != known[old])
            .values(former_id=old)
        )
        return
    tx.run(
        update(CHAT)
        .where(CHAT.c.telegram_id == old)
        .values(telegram_id=new, former_id=old)
    )


def current_id(tx: Transaction, chat: int) -> int:
    """Return the Telegram id that a chat has by now, however often it moved."""
    seen = {chat}
    while True:
        found = select(CHAT.c.telegram_id).where(CHAT.c.former_id == chat)
        later = tx.run(found).scalar()
        if later is None or later in seen:
            return chat
        seen.add(chat := later)


def set_blocked(tx: Transaction, chat: int, *, blocked: bool) -> None:
    """Remember whether the person of a private chat lets us speak there."""
    known = chat_ids(tx, [chat])[chat]
    status = "blocked" if blocked else "active"
    tx.run(update(CHAT).where(CHAT.c.id == known).values(status=status))


def add_topic(tx: Transaction, topic: NewTopic) -> None:
    """Write down where a ticket is shown; the same topic twice is one.

    A chat numbers its topics upwards. One that is heard of when a newer one shows
    the ticket already was made again meanwhile, and is never the current one.
    """
    chat = chat_ids(tx, [topic.chat])[topic.chat]
    newer = (
        select(TOPIC.c.id)
        .where(TOPIC.c.ticket_id == topic.ticket_id, TOPIC.c.chat_id == chat)
        .where(TOPIC.c.thread_id > topic.thread_id, TOPIC.c.state != "gone")
    )
    row = {
        "ticket_id": topic.ticket_id,
        "chat_id": chat,
        "thread_id": topic.thread_id,
        "state": case((newer.exists(), "gone"), else_="open"),
    }
    tx.run(tx.upsert(TOPIC).values(row).on_conflict_do_nothing())


def lose_topic(tx: Transaction, chat: int, thread_id: int) -> None:
    """Take down that a topic is gone, so that the ticket gets another."""
    tx.run(
        update(TOPIC)
        .where(TOPIC.c.chat_id == chat_ids(tx, [chat])[chat])
        .where(TOPIC.c.thread_id == thread_id)
        .values(state="gone")
    )


def set_card(
    tx: Transaction, *, chat: int, thread_id: int, message_id: int | None
) -> None:
    """Remember which message of a topic is the ticket's card."""
    tx.run(
        update(TOPIC)
        .where(TOPIC.c.chat_id == chat_ids(tx, [chat])[chat])
        .where(TOPIC.c.thread_id == thread_id)
        .values(card_message_id=message_id)
    )


def threads_of(tx: Transaction, ticket: TicketId) -> list[int]:
    """Return the topics that show a ticket now."""
    found = tx.run(
        select(TOPIC.c.thread_id).where(
            TOPIC.c.ticket_id == ticket, TOPIC.c.state != "gone"
        )
    )
    return [row.thread_id for row in found]


def sent_since(tx: Transaction, since: datetime) -> dict[str, list[datetime]]:
    """Return when each rate window was spent, for a relay that has just started.

    What was on its way when the one before ended may have gone just now.
    """
    sending = DeliveryState.SENDING
    rows = tx.run(
        select(
            DELIVERY.c.budget,
            DELIVERY.c.state,
            DELIVERY.c.sent_at,
            _made_topic().label("made_topic"),
        )
        .where(DELIVERY.c.channel == Medium.TELEGRAM, DELIVERY.c.budget != "")
        .where(or_(DELIVERY.c.sent_at >= since, DELIVERY.c.state == sending))
    )
    spent: dict[str, list[datetime]] = {}
    for row in rows:
        at = tx.now if row.state == sending else row.sent_at
        spent.setdefault(row.budget, []).extend([at] * (1 + row.made_topic))
    return spent


def _made_topic() -> ColumnElement[bool]:
    """Say whether it is the first card of its ticket, before which the topic came."""
    before = DELIVERY.alias()
    another = (
        select(before.c.id)
        .where(before.c.ticket_id == DELIVERY.c.ticket_id, before.c.kind == "card")
        .where(before.c.sent_at.is_not(None), before.c.id < DELIVERY.c.id)
    )
    is_card = and_(DELIVERY.c.kind == "card", DELIVERY.c.state == DeliveryState.SENT)
    return and_(is_card, ~another.exists())
