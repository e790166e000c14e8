"""An answer is held for a while, and until it has left it can be taken back."""

from __future__ import annotations

import re

from tickets import chat, process
from tickets.desk import Desk
from tickets.model import Comment, Specialist, Ticket
from tickets.stages import to_stage_if_allowed
from tickets.talk import Said
from tickets.verdict import Verdict
from tickets.words import EventType, Outcome, Visibility

_WISH = re.compile(r"/(?:undo(?:@\w+)?|отмена)(?!\w).*", re.IGNORECASE | re.DOTALL)


def is_wish(said: Said) -> bool:
    """Say whether a message asks to take an answer back."""
    return not said.files and _WISH.fullmatch(said.text.strip()) is not None


def take_back(desk: Desk, said: Said, ticket: Ticket, *, author: Specialist) -> Verdict:
    """Turn an answer that nobody was sent into a note, or say that it is too late.

    Meant is the one that the message answers, else the author's newest.
    """
    comment = _meant(desk, said, ticket, author=author)
    if comment is None:
        rule = "undo-nothing"
        chat.tell_topic(desk, ticket, rule, reply_to=said.message_id)
    elif desk.books.has_left(comment.id):
        rule = "undo-too-late"
        chat.tell_topic(desk, ticket, rule, reply_to=said.message_id)
    else:
        rule = "undone"
        _keep_inside(desk, ticket, comment, author=author)
    return Verdict(
        outcome=Outcome.COMMAND,
        rule=rule,
        outcome_id=str(ticket.id),
        ticket_id=ticket.id,
    )


def _meant(
    desk: Desk, said: Said, ticket: Ticket, *, author: Specialist
) -> Comment | None:
    books = desk.books
    if said.reply_to is None:
        found = books.last_answer(ticket.id, author.id)
    else:
        found = books.comment_in_message(said.chat, said.reply_to)
    comment = books.comment(found) if found is not None else None
    if comment is None or comment.ticket_id != ticket.id:
        return None
    is_theirs = (
        isinstance(comment.author, Specialist) and comment.author.id == author.id
    )
    return comment if is_theirs and comment.visibility is Visibility.PUBLIC else None


def _keep_inside(
    desk: Desk, ticket: Ticket, comment: Comment, *, author: Specialist
) -> None:
    """Let an answer be a note; without it the ticket may wait for us again."""
    work, actor = desk.work, f"specialist:{author.id}"
    rest = desk.books.rest(ticket.id, comment.id)
    work.taken_back.append(comment.id)
    ticket = work.change(
        ticket,
        EventType.COMMENT_EDITED,
        actor=actor,
        data={"comment": comment.public_id, "visibility": Visibility.INTERNAL},
        first_answer_at=rest.first_answer_at,
    )
    if ticket.stage == process.WAITING and not rest.is_answered:
        ticket = to_stage_if_allowed(
            desk, ticket, process.IN_PROGRESS, actor=actor, tells=False
        )
    where = desk.books.chat_message_of(comment.id)
    if where is not None:
        chat.react(work, where, "noted")
    chat.tell_topic(desk, ticket, "undone", reply_to=where[1] if where else None)
