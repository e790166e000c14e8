"""What follows from Telegram's answers: topics, cards, links, fetched files."""

from __future__ import annotations

from bot.call import Call
from bot.outcome import CardGone, Moved, TopicGone
from storage import chats, deliveries, doors
from storage.deliveries import Due
from storage.doors import NewArrival
from storage.transaction import Transaction
from tickets import lanes
from tickets.answers import tell_delivered
from tickets.desk import Desk
from tickets.model import TicketId
from tickets.sending import Sent
from tickets.words import Channel
from tickets.work import ChatLink, NewTopic


def follow(tx: Transaction, desk: Desk, due: Due, *, name: str, sent: Sent) -> None:
    """Take down what a call brought about; a step lets its delivery go on."""
    message_id = sent.facts.get("message_id")
    thread_id = sent.facts.get("message_thread_id")
    match name:
        case "topic" if isinstance(thread_id, int) and due.ticket_id:
            made = NewTopic(
                ticket_id=due.ticket_id, chat=int(due.target), thread_id=thread_id
            )
            desk.work.topics.append(made)
        case "card" if isinstance(message_id, int) and isinstance(thread_id, int):
            chat = int(due.target)
            chats.set_card(tx, chat=chat, thread_id=thread_id, message_id=message_id)
        case _ if isinstance(message_id, int) and lanes.is_private(due.lease.lane):
            _link(desk, due, message_id)
            if due.comment_id is not None:
                tell_delivered(desk, due.comment_id)
        case "comment" | "file" | "full-text" if isinstance(message_id, int):
            _link(desk, due, message_id)
        case "fetch":
            _arrive(tx, due, sent)
        case _:
            pass  # a notice, a reaction, a toast: nothing to remember
    if name != due.kind:
        deliveries.requeue(tx, due)


def _link(desk: Desk, due: Due, message_id: int) -> None:
    is_private = lanes.is_private(due.lease.lane)
    if due.ticket_id is not None and (due.comment_id is not None or is_private):
        desk.work.chat_links.append(
            ChatLink(
                chat=int(due.target),
                message_id=message_id,
                ticket_id=TicketId(due.ticket_id),
                comment_id=due.comment_id,
            )
        )


def _arrive(tx: Transaction, due: Due, sent: Sent) -> None:
    """Keep a fetched file as an arrival, in the transaction that marks the fetch."""
    content = sent.facts["content"]
    if not isinstance(content, bytes):
        raise TypeError("a fetched file has no bytes")
    attachment = due.facts["attachment"]
    doors.keep(
        tx,
        [
            NewArrival(
                channel=Channel.TELEGRAM,
                source_key=f"file:{attachment}",
                lane=lanes.fetched_arrivals(attachment),
                received_at=tx.now,
                envelope={"attachment": attachment},
                raw=content,
                door="telegram",
            )
        ],
    )


def repair(
    tx: Transaction,
    due: Due,
    answer: TopicGone | CardGone | Moved,
    *,
    call: Call | None,
) -> None:
    """Forget the place that is gone and let the delivery begin anew."""
    deliveries.hold(tx, due)
    chat = int(due.target)
    match answer:
        case Moved(new_chat):
            called = call.params.get("chat_id") if call else None
            chats.migrate(tx, called if isinstance(called, int) else chat, new_chat)
        case TopicGone():
            for thread_id in _threads(tx, due, call):
                chats.lose_topic(tx, chat, thread_id)
        case CardGone():
            for thread_id in _threads(tx, due, call):
                chats.set_card(tx, chat=chat, thread_id=thread_id, message_id=None)
    deliveries.requeue(tx, due)
    deliveries.release(tx, [due])


def _threads(tx: Transaction, due: Due, call: Call | None) -> list[int]:
    """Return the topic a call was meant for: named in it, else the ticket's."""
    named = call.params.get("message_thread_id") if call else None
    if isinstance(named, int):
        return [named]
    if due.ticket_id is None:
        return []
    return chats.threads_of(tx, due.ticket_id)
