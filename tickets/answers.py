"""A public comment goes out to the partner, and what becomes of it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from tickets import chat
from tickets.desk import Desk
from tickets.model import Comment, CommentId, Specialist, Ticket
from tickets.talk import Person
from tickets.ways import find_ways, mail_notice
from tickets.words import EventType, FileState, Medium
from tickets.work import Work


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A delivery that will not succeed without a person."""

    channel: Medium
    recipient: str
    reason: str


def send_answer(desk: Desk, ticket: Ticket, comment: Comment) -> None:
    """Queue the answer for each participant, by mail or for their private chat.

    A specialist's is held for a while after it was written.
    """
    ways = find_ways(desk, ticket)
    more: dict[str, Any] = {
        "comment_id": comment.id,
        "hold_until": _held_until(desk, comment),
    }
    for way in ways:
        if isinstance(way, Person):
            _write_answer(desk.work, ticket, comment, person=way, **more)
        else:
            mail_notice(desk.work, ticket, "answer", email=way, **more)
    if not ways:
        chat.tell_topic(desk, ticket, "nobody-to-mail")


def _held_until(desk: Desk, comment: Comment) -> datetime | None:
    end = comment.at + desk.rules.hold
    is_held = isinstance(comment.author, Specialist) and end > desk.work.now
    return end if is_held else None


def _write_answer(
    work: Work, ticket: Ticket, comment: Comment, *, person: Person, **more: Any
) -> None:
    post: Callable[..., None] = partial(
        chat.post_private, work, person, ticket=ticket, **more
    )
    post("answer")
    if chat.shown_length(comment.text) > chat.SHOWN_CHARACTERS:
        post("full-text")
    for file in comment.attachments:
        if file.state is FileState.STORED:
            post("file", facts={"attachment": file.id})


def tell_delivered(desk: Desk, comment_id: CommentId) -> None:
    """Show on the specialist's message that every recipient's server or chat has it.

    The ticket must be locked: else of two mails that arrive at once each sees the
    other on its way.
    """
    where = desk.books.chat_message_of(comment_id)
    progress = desk.books.progress(comment_id)
    if where is not None and progress.waiting == 0 and progress.failed == 0:
        chat.react(desk.work, where, "delivered")


def tell_lacking(
    desk: Desk, comment_id: CommentId, recipient: str, *, names: str
) -> None:
    """Say in the topic which files of an answer its mail goes without."""
    comment = desk.books.comment(comment_id)
    if comment is None:
        return
    where = desk.books.chat_message_of(comment_id)
    chat.tell_topic(
        desk,
        desk.books.ticket(comment.ticket_id),
        "answer-without-files",
        facts={"names": names, "recipient": recipient},
        reply_to=where[1] if where else None,
    )


def tell_unreachable(
    desk: Desk,
    ticket: Ticket,
    comment_id: CommentId | None,
    *,
    chat_id: int,
    reason: str,
) -> None:
    """Record that a private chat did not get something, and say so in the topic."""
    people = desk.books.participants(ticket.id)
    named = [one.contact.name for one in people if one.contact.telegram == chat_id]
    failure = Failure(
        channel=Medium.TELEGRAM,
        recipient=named[0] if named else str(chat_id),
        reason=reason,
    )
    tell_failed(desk, ticket, comment_id, failure=failure, notice="not-in-chat")


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
