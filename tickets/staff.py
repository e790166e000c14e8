"""Specialists answer, note, take, resolve, close and judge, all from the chat."""

from __future__ import annotations

from tickets import chat, holding, process
from tickets.answers import send_answer
from tickets.comments import Draft, add_comment, body_hash, known_comment
from tickets.desk import Desk
from tickets.files.fetching import fetch_files, is_waiting, list_remote
from tickets.gate import triage
from tickets.model import (
    CommentId,
    Contact,
    Json,
    Specialist,
    Ticket,
)
from tickets.people import add_participant, role_of
from tickets.process import TransitionError
from tickets.stages import (
    answered_by_partner,
    assign,
    to_stage,
    to_stage_if_allowed,
)
from tickets.talk import Pressed, Said, TopicMoved
from tickets.verdict import Verdict
from tickets.words import (
    Channel,
    EventType,
    Outcome,
    Trust,
    Visibility,
)
from tickets.work import ChatLink

NOTE_PREFIX = "//"
#: Where the buttons that end a ticket bring it.
ENDS = {"resolve": process.RESOLVED, "close": process.CLOSED}


def hear(desk: Desk, said: Said) -> Verdict:
    """Turn a message in a topic into an answer or a note."""
    if said.thread_id is None:
        return Verdict(outcome=Outcome.IGNORED, rule="outside-topics")
    ticket = desk.books.ticket_in_topic(said.chat, said.thread_id)
    if ticket is None:
        return Verdict(outcome=Outcome.IGNORED, rule="topic-of-no-ticket")
    author = None if said.anonymous else desk.books.specialist(said.author)
    if author is None:
        notice = "anonymous" if said.anonymous else "not-registered"
        facts: Json = {"telegram_id": said.author}
        chat.tell_topic(desk, ticket, notice, facts=facts, reply_to=said.message_id)
        return Verdict(outcome=Outcome.IGNORED, rule=notice, ticket_id=ticket.id)
    if holding.is_wish(said):
        return holding.take_back(desk, said, ticket, author=author)
    if not _words_of(said)[0] and not said.files:
        chat.tell_topic(desk, ticket, "nothing-said", reply_to=said.message_id)
        return Verdict(
            outcome=Outcome.IGNORED, rule="says-nothing", ticket_id=ticket.id
        )
    return _comment(desk, said, ticket, author=author)


def _comment(desk: Desk, said: Said, ticket: Ticket, *, author: Specialist) -> Verdict:
    work = desk.work
    text, is_note = _words_of(said)
    draft = Draft(
        author=author,
        text=text,
        channel=Channel.TELEGRAM,
        visibility=Visibility.INTERNAL if is_note else Visibility.PUBLIC,
        attachments=list_remote(work, said.files),
        fingerprint=body_hash(text, ()),
    )
    ticket, comment = add_comment(work, ticket, draft)
    work.chat_links.append(
        ChatLink(
            chat=said.chat,
            message_id=said.message_id,
            ticket_id=ticket.id,
            comment_id=comment.id,
        )
    )
    fetch_files(desk, ticket, comment, reply_to=said.message_id)
    where = (said.chat, said.message_id)
    if is_note:
        chat.react(work, where, "noted")
    else:
        ticket = move_on(desk, ticket, author)
        chat.react(work, where, "queued")
        if not is_waiting(comment):
            send_answer(desk, ticket, comment)
    return Verdict(
        outcome=Outcome.COMMENT,
        rule="note" if is_note else "answer",
        outcome_id=str(comment.id),
        ticket_id=ticket.id,
    )


def _words_of(said: Said) -> tuple[str, bool]:
    """Return what is said, and whether it is a note."""
    text = said.text.strip()
    is_note = text.startswith(NOTE_PREFIX)
    return text.removeprefix(NOTE_PREFIX).strip() if is_note else text, is_note


def move_on(desk: Desk, ticket: Ticket, author: Specialist) -> Ticket:
    """Take the ticket if nobody has it, and let it wait for the partner.

    The answer itself tells the partner who has it, and that it is open again.
    """
    actor = f"specialist:{author.id}"
    if ticket.stage in process.ENDED:
        ticket = to_stage_if_allowed(
            desk, ticket, process.IN_PROGRESS, actor=actor, tells=False
        )
    if ticket.assignee is None:
        ticket = assign(desk, ticket, author, actor=actor, tells=False)
    return to_stage_if_allowed(desk, ticket, process.WAITING, actor=actor, tells=False)


def press(desk: Desk, pressed: Pressed) -> Verdict:
    """Do what a button says, for a registered specialist."""
    author = desk.books.specialist(pressed.author)
    if author is None:
        chat.toast(desk.work, pressed.callback_id, "not-registered")
        return Verdict(outcome=Outcome.IGNORED, rule="not-registered")
    if pressed.action in triage.ACTIONS:
        return triage.press(desk, pressed, author)
    if pressed.action in {"accept", "reject"}:
        return _judge(desk, pressed, author)
    ticket = desk.books.ticket_by_number(pressed.subject)
    if ticket is None:
        chat.toast(desk.work, pressed.callback_id, "unknown-button")
        return Verdict(outcome=Outcome.IGNORED, rule="unknown-ticket")
    try:
        notice = _command(desk, pressed.action, ticket, author=author)
    except TransitionError:
        notice = "forbidden"
    chat.toast(desk.work, pressed.callback_id, notice, number=ticket.number)
    return _done(ticket, pressed.action)


def _command(desk: Desk, action: str, ticket: Ticket, *, author: Specialist) -> str:
    """Return the notice that tells the one who pressed what became of it."""
    actor = f"specialist:{author.id}"
    match action:
        case "take":
            if ticket.assignee and ticket.assignee.id == author.id:
                return "yours-already"
            assign(desk, ticket, author, actor=actor)
            return "taken"
        case "resolve" | "close":
            stage = ENDS[action]
            if ticket.stage == stage:
                return f"{stage}-already"
            after = to_stage(desk, ticket, stage, actor=actor)
            return stage if after.stage == stage else "awaits-confirmation"
        case _:
            return "unknown-button"


def _judge(desk: Desk, pressed: Pressed, author: Specialist) -> Verdict:
    comment = desk.books.comment(CommentId(int(pressed.subject)))
    if comment is None:
        chat.toast(desk.work, pressed.callback_id, "unknown-button")
        return Verdict(outcome=Outcome.IGNORED, rule="unknown-comment")
    ticket = desk.books.ticket(comment.ticket_id)
    # Once more, as it stands under the ticket's lock.
    comment = known_comment(desk.books, comment.id)
    if comment.trust is not Trust.UNPROVEN or comment.verdict is not None:
        chat.toast(desk.work, pressed.callback_id, "judged-already")
        return _done(ticket, "judged-already")
    accepted = pressed.action == "accept"
    desk.work.verdicts[comment.id] = "accepted" if accepted else "rejected"
    ticket = desk.work.change(
        ticket,
        EventType.COMMENT_TRUSTED,
        actor=f"specialist:{author.id}",
        data={"comment": comment.public_id, "accepted": accepted},
    )
    if accepted and isinstance(comment.author, Contact):
        _let_in(desk, ticket, comment.author)
    chat.toast(desk.work, pressed.callback_id, "accepted" if accepted else "rejected")
    return _done(ticket, pressed.action)


def _let_in(desk: Desk, ticket: Ticket, author: Contact) -> None:
    """Let the author of an accepted comment be one of the ticket's people."""
    people = desk.books.participants(ticket.id)
    if all(one.contact.id != author.id for one in people):
        role = role_of(ticket, author)
        ticket = add_participant(desk, ticket, author, role=role)
    answered_by_partner(desk, ticket, author)


def follow_topic(desk: Desk, moved: TopicMoved) -> Verdict:
    """Close or reopen the ticket whose topic was closed or reopened by hand."""
    ticket = desk.books.ticket_in_topic(moved.chat, moved.thread_id)
    author = desk.books.specialist(moved.author)
    if ticket is None or author is None:
        return Verdict(outcome=Outcome.IGNORED, rule="topic-moved-by-others")
    actor = f"specialist:{author.id}"
    try:
        if moved.closed and ticket.stage != process.CLOSED:
            after = to_stage(desk, ticket, process.CLOSED, actor=actor)
            if after.awaiting is not None:
                chat.tell_topic(desk, after, "awaits-confirmation")
        elif not moved.closed and ticket.stage == process.CLOSED:
            to_stage(desk, ticket, process.IN_PROGRESS, actor=actor)
    except TransitionError:
        chat.tell_topic(desk, ticket, "forbidden")
    return _done(ticket, "topic-closed" if moved.closed else "topic-reopened")


def _done(ticket: Ticket, rule: str) -> Verdict:
    return Verdict(
        outcome=Outcome.COMMAND,
        rule=rule,
        outcome_id=str(ticket.id),
        ticket_id=ticket.id,
    )
