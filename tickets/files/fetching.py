"""Files that the chat holds are fetched, and the answers that wait for them go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tickets import chat
from tickets.answers import Failure, send_answer, tell_failed
from tickets.comments import known_comment, record_attachment, store_content
from tickets.desk import Desk
from tickets.files.filenames import unique
from tickets.files.refused import fail_answer, says_nothing, tell_of_fetched
from tickets.model import Attachment, Comment, Contact, Json, Ticket
from tickets.talk import Fetched, Person, RemoteFile
from tickets.verdict import Verdict
from tickets.words import FileState, Medium, Outcome, Visibility
from tickets.work import Work

#: getFile serves no more (Bot API, getFile).
FETCH_LIMIT = 20 * 1024 * 1024


def list_remote(work: Work, files: Sequence[RemoteFile]) -> tuple[Attachment, ...]:
    """Return files as a comment lists them while their bytes are in the chat."""
    names = unique(file.name for file in files)
    return tuple(
        _list_remote(work, file, name) for file, name in zip(files, names, strict=True)
    )


def _list_remote(work: Work, file: RemoteFile, name: str) -> Attachment:
    too_big = file.size > FETCH_LIMIT
    return Attachment(
        id=work.ids.row("attachment"),
        name=name,
        media_type=file.media_type,
        size=file.size,
        sha256=None,
        state=FileState.REMOTE_ONLY if too_big else FileState.PENDING,
        remote_id=file.remote_id,
    )


def is_waiting(comment: Comment) -> bool:
    """Say whether a comment cannot go out yet for want of its files."""
    return any(file.state is FileState.PENDING for file in comment.attachments)


def fetch_files(desk: Desk, ticket: Ticket, comment: Comment, *, reply_to: int) -> None:
    """Queue the downloads of an answer's files; say which are too big for one."""
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


def fetch_partners_files(
    desk: Desk, ticket: Ticket, comment: Comment, *, person: Person
) -> None:
    """Queue the downloads of what a partner sent; tell both sides what stays there."""
    for file in comment.attachments:
        if file.state is FileState.PENDING:
            chat.fetch(desk.work, ticket, file)
        elif file.state is FileState.REMOTE_ONLY:
            facts: Json = {"name": file.name}
            chat.tell_topic(desk, ticket, "partners-file-too-big", facts=facts)
            chat.tell_person(
                desk.work, person, "file-too-big", ticket=ticket, facts=facts
            )


def store_fetched(desk: Desk, fetched: Fetched) -> Verdict:
    """Put a fetched file on its comment; the last one lets an answer go.

    What a partner sent is shown to the specialists, each file as it comes.
    """
    found = _file_of(desk, fetched.attachment)
    if found is None or found.file.state in {FileState.STORED, FileState.INFECTED}:
        return Verdict(outcome=Outcome.DUPLICATE, rule="file-is-here")
    file = store_content(desk, found.file, fetched)
    ticket = _pass_on(desk, found, file)
    if not isinstance(found.comment.author, Contact):
        _send_if_complete(desk, ticket, found)
    return Verdict(
        outcome=Outcome.REVISION,
        rule="file-fetched",
        outcome_id=str(found.comment.id),
        ticket_id=ticket.id,
    )


def _pass_on(desk: Desk, found: _Found, file: Attachment) -> Ticket:
    """Record that a file is here, and show a partner's; one that is locked is told."""
    by_partner = isinstance(found.comment.author, Contact)
    if file.state is FileState.INFECTED:
        tell_of_fetched(desk, found.ticket, found.comment, file=file)
        return found.ticket
    ticket = record_attachment(desk.work, found.ticket, found.comment, file=file)
    if by_partner:
        chat.show_file(desk, ticket, found.comment, file=file)
    return ticket


def give_up_file(desk: Desk, attachment: int, reason: str) -> None:
    """Let a comment do without a file that cannot be fetched, and say so."""
    found = _file_of(desk, attachment)
    if found is None or found.file.state is not FileState.PENDING:
        return
    remote = replace(found.file, state=FileState.REMOTE_ONLY)
    desk.work.stored[remote.id] = remote
    failure = Failure(channel=Medium.TELEGRAM, recipient=remote.name, reason=reason)
    is_partners = isinstance(found.comment.author, Contact)
    ticket = tell_failed(
        desk,
        found.ticket,
        found.comment.id,
        failure=failure,
        notice="partners-file-not-fetched" if is_partners else "file-not-fetched",
    )
    if not is_partners:
        _send_if_complete(desk, ticket, found)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """A file that was waited for, with its comment and its locked ticket."""

    file: Attachment
    comment: Comment
    ticket: Ticket


def _file_of(desk: Desk, attachment: int) -> _Found | None:
    """Find a file; read under the ticket's lock, for its neighbours come too."""
    named = desk.books.attachment(attachment)
    if named is None:
        return None
    ticket = desk.books.ticket(known_comment(desk.books, named[1]).ticket_id)
    comment = known_comment(desk.books, named[1])
    file = next(one for one in comment.attachments if one.id == attachment)
    return _Found(file=file, comment=comment, ticket=ticket)


def _send_if_complete(desk: Desk, ticket: Ticket, found: _Found) -> None:
    """Let the answer go that waited for this file and for no other."""
    was_waited_for = found.file.state is FileState.PENDING
    others = [one for one in found.comment.attachments if one.id != found.file.id]
    is_last = not any(one.state is FileState.PENDING for one in others)
    is_public = found.comment.visibility is Visibility.PUBLIC
    if was_waited_for and is_last and is_public:
        now = desk.work.stored
        files = tuple(now.get(one.id, one) for one in found.comment.attachments)
        answer = replace(found.comment, attachments=files)
        if says_nothing(answer):
            fail_answer(desk, answer)
        else:
            send_answer(desk, ticket, answer)
