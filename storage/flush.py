"""Writes what a piece of work gathered: one statement a table."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import and_, case, func, update

from storage import (
    blocking,
    contents,
    directory,
    holding,
    journal,
    newcomers,
    participants,
    puts,
    rows,
    sent,
    storms,
    timers,
    triage,
)
from storage.accounts import give_accounts
from storage.books import CHAT_MESSAGE
from storage.chats import add_topic, chat_ids, migrate, set_blocked
from storage.lookups import MESSAGE_REF, PARTICIPANT
from storage.prepared import Sql
from storage.queueing import add_deliveries
from storage.rows import (
    ATTACHMENT,
    COMMENT,
    REVISION,
    TICKET,
)
from storage.transaction import Transaction
from tickets.model import Contact, Specialist, System
from tickets.post.subjects import subject_key
from tickets.work import NewComment, Work

_new_ticket = puts.new(TICKET)
_new_comment = puts.new(COMMENT)
_new_revision = puts.new(REVISION)
_new_attachment = puts.new(ATTACHMENT)
_new_chat_message = puts.new_or_known(CHAT_MESSAGE)
_changed_ticket = puts.Change(TICKET)


def flush(tx: Transaction, works: Sequence[Work]) -> None:
    """Write the rows, events and deliveries of works, and fill their lanes.

    Several works must not concern the same tickets or people: their rows go
    together.
    """
    for work in works:
        give_accounts(tx, work)
        newcomers.add_organisations(tx, work)
        newcomers.add_specialists(tx, work)
        directory.change(tx, work)
        blocking.keep(tx, work)
        _verdicts(tx, work)
        holding.take_back(tx, work.taken_back)
        _chats(tx, work)
        participants.part(tx, work)
        storms.keep(tx, work)
        timers.keep(tx, work)
        sent.note_fates(tx, work.fates)
        triage.keep(tx, work)
    _blobs(tx, works)
    # From here on everything is put, so that it goes together.
    _refs(tx, works)
    _chat_links(tx, works)
    newcomers.add_contacts(tx, works)
    _tickets(tx, works)
    _comments(tx, works)
    _files(tx, works)
    journal.append(tx, works)
    add_deliveries(tx, [one for work in works for one in work.deliveries])


def _tickets(tx: Transaction, works: Sequence[Work]) -> None:
    opened = [rows.ticket_row(one) for work in works for one in work.opened.values()]
    tx.put(
        _new_ticket,
        [
            {**row, "custom": {}, "subject_key": subject_key(row["subject"])}
            for row in opened
        ],
    )
    changed = [rows.ticket_row(one) for work in works for one in work.changed.values()]
    tx.put(_changed_ticket, [{"this": row.pop("id"), **row} for row in changed])
    tx.put(
        _joined,
        [
            {
                "ticket_id": new.ticket_id,
                "contact_id": new.contact_id,
                "role": new.role,
                "quiet": new.quiet,
                "left_at": None,
            }
            for work in works
            for new in work.participants
        ],
    )


def _join(sql: Sql) -> Any:
    insert = sql.insert(PARTICIPANT)
    return insert.on_conflict_do_update(
        index_elements=["ticket_id", "contact_id"],
        set_={"quiet": insert.excluded.quiet, "left_at": None},
    )


_joined = puts.Put(PARTICIPANT, _join)


def _comments(tx: Transaction, works: Sequence[Work]) -> None:
    written = [new for work in works for new in work.comments]
    tx.put(
        _new_comment,
        [_comment_row(work, new) for work in works for new in work.comments],
    )
    tx.put(
        _new_revision,
        [
            {
                "comment_id": new.comment.id,
                "at": new.comment.at,
                "text": new.comment.text,
                "html": new.comment.html,
                "quoted": new.quoted,
                "salt": new.salt,
            }
            for new in written
        ],
    )


def _comment_row(work: Work, new: NewComment) -> dict[str, Any]:
    comment, author = new.comment, new.comment.author
    return {
        "id": comment.id,
        "public_id": comment.public_id,
        "ticket_id": comment.ticket_id,
        "arrival_id": work.arrival,
        "contact_id": author.id if isinstance(author, Contact) else None,
        "specialist_id": author.id if isinstance(author, Specialist) else None,
        "system": author.name if isinstance(author, System) else None,
        "visibility": comment.visibility,
        "channel": comment.channel,
        "trust": comment.trust,
        "message_id": comment.message_id,
        "thread": new.thread,
        "body_hash": new.body_hash,
        "at": comment.at,
    }


def _blobs(tx: Transaction, works: Sequence[Work]) -> None:
    contents.keep(tx, {key: work.blobs[key] for work in works for key in work.blobs})
    for file in (one for work in works for one in work.stored.values()):
        tx.run(
            update(ATTACHMENT)
            .where(ATTACHMENT.c.id == file.id)
            .values(
                state=file.state,
                sha256=file.sha256,
                size=file.size,
                media_type=file.media_type,
                scan=file.scan,
                remarks=list(file.remarks) or None,
            )
        )


def _files(tx: Transaction, works: Sequence[Work]) -> None:
    attachments = [
        {
            "id": file.id,
            "comment_id": new.comment.id,
            "name": file.name,
            "media_type": file.media_type,
            "size": file.size,
            "sha256": file.sha256,
            "content_id": file.content_id,
            "remote_id": file.remote_id,
            "state": file.state,
            "scan": file.scan,
            "remarks": list(file.remarks) or None,
        }
        for work in works
        for new in work.comments
        for file in new.comment.attachments
    ]
    tx.put(_new_attachment, attachments)


def _verdicts(tx: Transaction, work: Work) -> None:
    for comment_id, verdict in work.verdicts.items():
        fresh = {"verdict": verdict}
        if verdict == "accepted":
            fresh["trust"] = "plausible"
        tx.run(update(COMMENT).where(COMMENT.c.id == comment_id).values(fresh))


def _refs(tx: Transaction, works: Sequence[Work]) -> None:
    """Point the conversations' Message-IDs at their tickets; the first claim stays."""
    led = [
        {
            "message_id": message_id,
            "ticket_id": ticket,
            "arrival_id": work.arrival,
            "state": "seen" if message_id == work.message_id else "awaited",
        }
        for work in works
        for message_id, ticket in work.refs.items()
    ]
    tx.put(_led_to_ticket, sorted(led, key=itemgetter("message_id")))


def _lead(sql: Sql) -> Any:
    insert = sql.insert(MESSAGE_REF)
    ref, new = MESSAGE_REF.c, insert.excluded
    arrives = and_(ref.state == "awaited", new.state == "seen")
    return insert.on_conflict_do_update(
        index_elements=["message_id"],
        set_={
            "ticket_id": func.coalesce(ref.ticket_id, new.ticket_id),
            "arrival_id": case((arrives, new.arrival_id), else_=ref.arrival_id),
            "state": case((arrives, "seen"), else_=ref.state),
        },
    )


_led_to_ticket = puts.Put(MESSAGE_REF, _lead)


def _chats(tx: Transaction, work: Work) -> None:
    for old, new in work.moved_chats.items():
        migrate(tx, old, new)
    for topic in work.topics:
        add_topic(tx, topic)
    for chat, blocked in work.silenced.items():
        set_blocked(tx, chat, blocked=blocked)


def _chat_links(tx: Transaction, works: Sequence[Work]) -> None:
    links = [link for work in works for link in work.chat_links]
    if not links:
        return
    internal = chat_ids(tx, [link.chat for link in links])
    tx.put(
        _new_chat_message,
        [
            {
                "chat_id": internal[link.chat],
                "message_id": link.message_id,
                "comment_id": link.comment_id,
                "ticket_id": link.ticket_id,
            }
            for link in links
        ],
    )
