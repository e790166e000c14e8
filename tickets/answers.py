"""A public comment goes out to the partner, and what becomes of it is told."""

from __future__ import annotations

from dataclasses import dataclass

from tickets import chat, lanes
from tickets.desk import Desk
from tickets.model import Comment, CommentId, Ticket
from tickets.words import EventType, Medium
from tickets.work import ANSWER


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A delivery that will not succeed without a person."""

    channel: Medium
    recipient: str
    reason: str


def mail_answer(desk: Desk, ticket: Ticket, comment: Comment) -> None:
    """Queue the answer for each participant who has an address."""
    reached = False
    for one in desk.books.participants(ticket.id):
        email = one.contact.email
        if email is None or desk.rules.is_own(email):
            continue
        reached = True
        desk.work.deliver(
            Medium.MAIL,
            "answer",
            target=email,
            lane=lanes.mail(ticket.number, email),
            priority=ANSWER,
            facts={},
            ticket_id=ticket.id,
            comment_id=comment.id,
        )
    if not reached:
        chat.tell_topic(desk, ticket, "nobody-to-mail")


def tell_delivered(desk: Desk, comment_id: CommentId) -> None:
    """Show on the specialist's message that every recipient's server has it.

    The ticket must be locked: else of two mails that arrive at once each sees the
    other on its way.
    """
    where = desk.books.chat_message_of(comment_id)
    progress = desk.books.progress(comment_id)
    if where is not None and progress.waiting == 0 and progress.failed == 0:
        chat.react(desk.work, where, "delivered")


def tell_failed(
    desk: Desk,
    ticket: Ticket,
    comment_id: CommentId | None,
    *,
    failure: Failure,
    notice: str = "delivery-failed",
) -> Ticket:
    """Record that a delivery failed for good and say so in the topic."""
    where = desk.books.chat_message_of(comment_id) if comment_id else None
    ticket = desk.work.change(
        ticket,
        EventType.DELIVERY_FAILED,
        actor="system",
        data={"channel": failure.channel},
        content={"recipient": failure.recipient, "reason": failure.reason},
    )
    if where is not None:
        chat.react(desk.work, where, "failed")
    chat.tell_topic(
        desk,
        ticket,
        notice,
        facts={"recipient": failure.recipient, "reason": failure.reason},
        reply_to=where[1] if where else None,
    )
    return ticket
