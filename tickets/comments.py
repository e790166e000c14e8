"""A comment is added to a ticket, whoever wrote it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tickets.books import Books
from tickets.desk import Desk
from tickets.files.examined import Examined
from tickets.files.filenames import unique
from tickets.files.suspicion import remarks_on, type_of
from tickets.letter import File
from tickets.model import (
    Attachment,
    Author,
    Comment,
    CommentId,
    Contact,
    Json,
    Specialist,
    System,
    Ticket,
)
from tickets.rules import Rules
from tickets.talk import Fetched
from tickets.words import Channel, EventType, FileState, Trust, Visibility
from tickets.work import NewComment, Work, salted


def actor_of(author: Author) -> str:
    if isinstance(author, System):
        return f"bus:{author.name}"
    kind = "contact" if isinstance(author, Contact) else "specialist"
    return f"{kind}:{author.id}"


def body_hash(text: str, files: Sequence[File]) -> str:
    """Return a hash of what a message says, blind to how it was encoded."""
    said = hashlib.sha256(" ".join(text.split()).encode())
    for file in files:
        said.update(bytes.fromhex(file.sha256))
    return said.hexdigest()


def store_files(desk: Desk, files: Sequence[File]) -> tuple[Attachment, ...]:
    """Keep the files' bytes by their sha256 and return how they are listed."""
    work, kept = desk.work, []
    names = unique(file.name for file in files)
    for name, file in zip(names, files, strict=True):
        work.blobs[file.sha256] = file.content
        listed = Attachment(
            id=work.ids.row("attachment"),
            name=name,
            media_type=file.media_type,
            size=len(file.content),
            sha256=file.sha256,
            state=FileState.STORED,
            content_id=file.content_id,
        )
        kept.append(as_examined(listed, file.examined, desk.rules))
    return tuple(kept)


def as_examined(file: Attachment, examined: Examined, rules: Rules) -> Attachment:
    """Return a stored file with what its bytes told; it may be locked for that."""
    told = (file.name, file.media_type, examined)
    return replace(
        file,
        media_type=type_of(file.media_type, examined),
        state=FileState.INFECTED if examined.locked else FileState.STORED,
        scan=examined.verdict,
        remarks=remarks_on(*told, programs=rules.programs),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What is said, before it is a comment.

    ``quoted`` is what came with the text and is kept apart, such as the mail that it
    answers; ``fingerprint`` is the body's hash; ``message_id`` and ``thread`` (its
    References) are those of the mail it came as.
    """

    author: Author
    text: str
    channel: Channel
    quoted: str = ""
    html: str | None = None
    visibility: Visibility = Visibility.PUBLIC
    trust: Trust = Trust.PROVEN
    attachments: tuple[Attachment, ...] = ()
    fingerprint: str = ""
    message_id: str | None = None
    thread: str = ""


def add_comment(work: Work, ticket: Ticket, draft: Draft) -> tuple[Ticket, Comment]:
    """Return the ticket one or more versions on, and the new comment."""
    comment = _comment(work, ticket, draft)
    salt = work.ids.uuid()
    work.comments.append(
        NewComment(
            comment=comment,
            body_hash=draft.fingerprint,
            salt=salt,
            quoted=draft.quoted,
            thread=draft.thread,
        )
    )
    ticket = _record_comment(work, ticket, comment, salt=salt)
    for file in draft.attachments:
        if file.state is FileState.STORED:
            ticket = record_attachment(work, ticket, comment, file=file)
    return ticket, comment


def _comment(work: Work, ticket: Ticket, draft: Draft) -> Comment:
    return Comment(
        id=CommentId(work.ids.row("comment")),
        public_id=work.ids.uuid(),
        ticket_id=ticket.id,
        author=draft.author,
        visibility=draft.visibility,
        trust=draft.trust,
        channel=draft.channel,
        at=work.now,
        text=draft.text,
        html=draft.html,
        message_id=draft.message_id,
        attachments=draft.attachments,
    )


def _record_comment(
    work: Work, ticket: Ticket, comment: Comment, *, salt: str
) -> Ticket:
    """Return the ticket after the event; a specialist's public word answers it."""
    author = comment.author
    is_public = comment.visibility is Visibility.PUBLIC
    answers = isinstance(author, Specialist) and is_public
    return work.change(
        ticket,
        EventType.COMMENT_ADDED,
        actor=actor_of(author),
        data={
            "comment": comment.public_id,
            "visibility": comment.visibility,
            "trust": comment.trust,
            "channel": comment.channel,
            "text_hash": salted(salt, comment.text),
            "attachments": len(comment.attachments),
        },
        content={"text": comment.text, "author": person(author)},
        first_answer_at=ticket.first_answer_at or (work.now if answers else None),
    )


def store_content(desk: Desk, pending: Attachment, fetched: Fetched) -> Attachment:
    """Keep the bytes that were fetched and return the attachment as it is now."""
    sha256 = hashlib.sha256(fetched.content).hexdigest()
    desk.work.blobs[sha256] = fetched.content
    here = replace(pending, sha256=sha256, size=len(fetched.content))
    file = as_examined(here, fetched.examined, desk.rules)
    desk.work.stored[file.id] = file
    return file


def record_attachment(
    work: Work, ticket: Ticket, comment: Comment, *, file: Attachment
) -> Ticket:
    """Return the ticket after the event that an attachment's bytes are here."""
    return work.change(
        ticket,
        EventType.ATTACHMENT_ADDED,
        actor=actor_of(comment.author),
        data={
            "comment": comment.public_id,
            "media_type": file.media_type,
            "size": file.size,
            "sha256": file.sha256,
        },
        content={"name": file.name},
    )


def person(author: Author) -> Json:
    """Return who it is, as the bus is told."""
    if isinstance(author, System):
        return {"kind": "system", "name": author.name}
    if isinstance(author, Specialist):
        return {"kind": "specialist", "id": author.id, "name": author.name}
    return {
        "kind": "contact",
        "id": author.id,
        "name": author.name,
        "email": author.email,
    }


def known_comment(books: Books, comment_id: CommentId) -> Comment:
    """Return a comment that a row names; LookupError if it is not there."""
    comment = books.comment(comment_id)
    if comment is None:
        raise LookupError(f"comment {comment_id} is named by a row and has none")
    return comment
