"""Specialists answer, note, take, close, accept and reject, all from the chat."""

from __future__ import annotations

from tickets import chat, process
from tickets.answers import mail_answer
from tickets.comments import (
    Draft,
    add_comment,
    body_hash,
    record_attachment,
    store_content,
)
from tickets.desk import Desk
from tickets.model import (
    Attachment,
    Comment,
    CommentId,
    Contact,
    Json,
    Specialist,
    Ticket,
)
from tickets.process import TransitionError
from tickets.stages import answered_by_partner, assign, close, reopen, to_stage
from tickets.talk import Fetched, Pressed, RemoteFile, Said, TopicMoved
from tickets.verdict import Verdict
from tickets.words import (
    Channel,
    EventType,
    FileState,
    Outcome,
    Trust,
    Visibility,
)
from tickets.work import ChatLink, Work

NOTE_PREFIX = "//"
#: getFile serves no more (Bot API, getFile).
FETCH_LIMIT = 20 * 1024 * 1024


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
    if not said.text.strip() and not said.files:
        return Verdict(outcome=Outcome.IGNORED, rule="says-nothing")
    return _comment(desk, said, ticket, author=author)


def _comment(desk: Desk, said: Said, ticket: Ticket, *, author: Specialist) -> Verdict:
    work = desk.work
    is_note = said.text.startswith(NOTE_PREFIX)
    text = said.text.removeprefix(NOTE_PREFIX).strip() if is_note else said.text
    draft = Draft(
        author=author,
        text=text,
        channel=Channel.TELEGRAM,
        visibility=Visibility.INTERNAL if is_note else Visibility.PUBLIC,
        attachments=tuple(_attachment(work, file) for file in said.files),
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
    _fetch_files(desk, ticket, comment, reply_to=said.message_id)
    where = (said.chat, said.message_id)
    if is_note:
        chat.react(work, where, "noted")
    else:
        ticket = _move_on(desk, ticket, author)
        chat.react(work, where, "queued")
        if not _is_waiting(comment):
            mail_answer(desk, ticket, comment)
    return Verdict(
        outcome=Outcome.COMMENT,
        rule="note" if is_note else "answer",
        outcome_id=str(comment.id),
        ticket_id=ticket.id,
    )


def _move_on(desk: Desk, ticket: Ticket, author: Specialist) -> Ticket:
    """Take the ticket if nobody has it, and let it wait for the partner."""
    actor = f"specialist:{author.id}"
    if ticket.stage in {process.CLOSED, process.RESOLVED}:
        ticket = reopen(desk, ticket, actor=actor)
    if ticket.assignee is None:
        ticket = assign(desk, ticket, author, actor=actor)
    if ticket.stage != process.WAITING:
        ticket = to_stage(desk, ticket, process.WAITING, actor=actor)
    return ticket


def _attachment(work: Work, file: RemoteFile) -> Attachment:
    too_big = file.size > FETCH_LIMIT
    return Attachment(
        id=work.ids.row("attachment"),
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=None,
        state=FileState.REMOTE_ONLY if too_big else FileState.PENDING,
        remote_id=file.remote_id,
    )


def _is_waiting(comment: Comment) -> bool:
    return any(file.state is FileState.PENDING for file in comment.attachments)


def _fetch_files(
    desk: Desk, ticket: Ticket, comment: Comment, *, reply_to: int
) -> None:
    for file in comment.attachments:
        if file.state is FileState.PENDING:
            chat.fetch(desk.work, ticket, file)
        elif file.state is FileState.REMOTE_ONLY:
            chat.tell_topic(
                desk,
                ticket,
                "file-too-big",
                facts={"name": file.name},
                reply_to=reply_to,
            )


def store_fetched(desk: Desk, fetched: Fetched) -> Verdict:
    """Put a fetched file on its comment; the last one lets the answer go."""
    found = desk.books.attachment(fetched.attachment)
    if found is None or found[0].state is not FileState.PENDING:
        return Verdict(outcome=Outcome.DUPLICATE, rule="file-is-here")
    pending, comment_id = found
    comment = _known(desk, comment_id)
    ticket = desk.books.ticket(comment.ticket_id)
    file = store_content(desk.work, pending, fetched.content)
    ticket = record_attachment(desk.work, ticket, comment, file=file)
    others = [one for one in comment.attachments if one.id != file.id]
    is_last = not any(one.state is FileState.PENDING for one in others)
    if is_last and comment.visibility is Visibility.PUBLIC:
        mail_answer(desk, ticket, comment)
    return Verdict(
        outcome=Outcome.REVISION,
        rule="file-fetched",
        outcome_id=str(comment.id),
        ticket_id=ticket.id,
    )


def press(desk: Desk, pressed: Pressed) -> Verdict:
    """Do what a button says, for a registered specialist."""
    author = desk.books.specialist(pressed.author)
    if author is None:
        chat.toast(desk.work, pressed.callback_id, "not-registered")
        return Verdict(outcome=Outcome.IGNORED, rule="not-registered")
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
    return Verdict(
        outcome=Outcome.COMMAND,
        rule=pressed.action,
        outcome_id=str(ticket.id),
        ticket_id=ticket.id,
    )


def _command(desk: Desk, action: str, ticket: Ticket, *, author: Specialist) -> str:
    """Return the notice that tells the one who pressed what became of it."""
    actor = f"specialist:{author.id}"
    match action:
        case "take":
            if ticket.assignee and ticket.assignee.id == author.id:
                return "yours-already"
            assign(desk, ticket, author, actor=actor)
            return "taken"
        case "close":
            if ticket.stage == process.CLOSED:
                return "closed-already"
            close(desk, ticket, actor=actor)
            return "closed"
        case _:
            return "unknown-button"


def _judge(desk: Desk, pressed: Pressed, author: Specialist) -> Verdict:
    comment = desk.books.comment(CommentId(int(pressed.subject)))
    if comment is None or comment.trust is not Trust.UNPROVEN:
        chat.toast(desk.work, pressed.callback_id, "judged-already")
        return Verdict(outcome=Outcome.COMMAND, rule="judged-already")
    ticket = desk.books.ticket(comment.ticket_id)
    accepted = pressed.action == "accept"
    desk.work.verdicts[comment.id] = "accepted" if accepted else "rejected"
    ticket = desk.work.change(
        ticket,
        EventType.COMMENT_TRUSTED,
        actor=f"specialist:{author.id}",
        data={"comment": comment.public_id, "accepted": accepted},
    )
    if accepted and isinstance(comment.author, Contact):
        answered_by_partner(desk, ticket, comment.author)
    chat.toast(desk.work, pressed.callback_id, "accepted" if accepted else "rejected")
    return Verdict(
        outcome=Outcome.COMMAND,
        rule=pressed.action,
        outcome_id=str(ticket.id),
        ticket_id=ticket.id,
    )


def follow_topic(desk: Desk, moved: TopicMoved) -> Verdict:
    """Close or reopen the ticket whose topic was closed or reopened by hand."""
    ticket = desk.books.ticket_in_topic(moved.chat, moved.thread_id)
    author = desk.books.specialist(moved.author)
    if ticket is None or author is None:
        return Verdict(outcome=Outcome.IGNORED, rule="topic-moved-by-others")
    actor = f"specialist:{author.id}"
    if moved.closed and ticket.stage != process.CLOSED:
        close(desk, ticket, actor=actor)
    elif not moved.closed and ticket.stage == process.CLOSED:
        reopen(desk, ticket, actor=actor)
    return Verdict(
        outcome=Outcome.COMMAND,
        rule="topic-closed" if moved.closed else "topic-reopened",
        outcome_id=str(ticket.id),
        ticket_id=ticket.id,
    )


def _known(desk: Desk, comment_id: CommentId) -> Comment:
    comment = desk.books.comment(comment_id)
    if comment is None:
        raise LookupError(f"comment {comment_id} has an attachment and no row")
    return comment
