"""Writes what a piece of work gathered: one statement a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, bindparam, case, func, insert, update

from storage import contents, lanes, puts, rows
from storage.books import CHAT_MESSAGE, DOMAIN, MESSAGE_REF, PARTICIPANT
from storage.chats import add_topic, chat_ids, migrate
from storage.lanes import DELIVERY, Filling
from storage.prepared import Prepared, Sql
from storage.rows import (
    ADDRESS,
    ATTACHMENT,
    COMMENT,
    CONTACT,
    ORGANISATION,
    REVISION,
    SPECIALIST,
    TICKET,
)
from storage.schema import table
from storage.transaction import Transaction
from tickets.model import Contact, Delivery
from tickets.words import DeliveryState, Medium
from tickets.work import NewComment, Work

EVENT = table("event")


_new_contact = puts.new(CONTACT)
_new_address = puts.new(ADDRESS)
_new_ticket = puts.new(TICKET)
_new_comment = puts.new(COMMENT)
_new_revision = puts.new(REVISION)
_new_attachment = puts.new(ATTACHMENT)
_new_event = puts.new(EVENT)
_new_delivery = puts.new(DELIVERY)
_new_participant = puts.new_or_known(PARTICIPANT)
_new_chat_message = puts.new_or_known(CHAT_MESSAGE)
_changed_ticket = puts.Change(TICKET)


def flush(tx: Transaction, work: Work) -> None:
    """Write the work's rows, events and deliveries, and fill their lanes."""
    _organisations(tx, work)
    _specialists(tx, work)
    _blobs(tx, work)
    _verdicts(tx, work)
    _refs(tx, work)
    _chats(tx, work)
    # From here on everything is put, so that it goes together.
    _chat_links(tx, work)
    _contacts(tx, work)
    _tickets(tx, work)
    _comments(tx, work)
    _files(tx, work)
    _events(tx, work)
    add_deliveries(tx, work.deliveries)


def _organisations(tx: Transaction, work: Work) -> None:
    for new in work.new_organisations:
        partner = new.organisation
        row = {
            "id": partner.id,
            "stream": f"organisation:{partner.id}",
            "version": new.version,
            "name": partner.name,
            "site": partner.site,
        }
        tx.run(insert(ORGANISATION), row)
        domains = [
            {"domain": one, "organisation_id": partner.id} for one in new.domains
        ]
        if domains:
            tx.run(insert(DOMAIN), domains)


def _specialists(tx: Transaction, work: Work) -> None:
    for new in work.new_specialists:
        person = new.specialist
        row = {
            "id": person.id,
            "stream": f"specialist:{person.id}",
            "version": new.version,
            "name": person.name,
            "telegram_id": person.telegram_id,
            "site": person.site,
            "role": person.role,
            "skills": {},
            "language": person.language,
            "active": True,
        }
        tx.run(insert(SPECIALIST), row)


def _contacts(tx: Transaction, work: Work) -> None:
    if not work.contacts:
        return
    tx.put(
        _new_contact,
        [
            {
                "id": new.contact.id,
                "stream": f"contact:{new.contact.id}",
                "version": new.version,
                "organisation_id": _id(new.contact.organisation),
                "name": new.contact.name,
                "language": new.contact.language,
                "salt": new.salt,
            }
            for new in work.contacts
        ],
    )
    tx.put(
        _new_address,
        [
            {
                "contact_id": new.contact.id,
                "kind": "email",
                "value": new.contact.email,
                "verified": False,
            }
            for new in work.contacts
        ],
    )


def _id(one: Any) -> int | None:
    return None if one is None else int(one.id)


def _tickets(tx: Transaction, work: Work) -> None:
    if work.opened:
        tx.put(
            _new_ticket,
            [{**rows.ticket_row(one), "custom": {}} for one in work.opened.values()],
        )
    changed = [rows.ticket_row(ticket) for ticket in work.changed.values()]
    tx.put(_changed_ticket, [{"this": row.pop("id"), **row} for row in changed])
    if work.participants:
        tx.put(
            _new_participant,
            [
                {
                    "ticket_id": new.ticket_id,
                    "contact_id": new.contact_id,
                    "role": new.role,
                }
                for new in work.participants
            ],
        )


def _comments(tx: Transaction, work: Work) -> None:
    if not work.comments:
        return
    tx.put(_new_comment, [_comment_row(work, new) for new in work.comments])
    tx.put(
        _new_revision,
        [
            {
                "comment_id": new.comment.id,
                "at": new.comment.at,
                "text": new.comment.text,
                "html": new.comment.html,
                "quoted": "",
                "salt": new.salt,
            }
            for new in work.comments
        ],
    )


def _comment_row(work: Work, new: NewComment) -> dict[str, Any]:
    comment = new.comment
    by_contact = isinstance(comment.author, Contact)
    return {
        "id": comment.id,
        "public_id": comment.public_id,
        "ticket_id": comment.ticket_id,
        "arrival_id": work.arrival,
        "contact_id": comment.author.id if by_contact else None,
        "specialist_id": None if by_contact else comment.author.id,
        "visibility": comment.visibility,
        "channel": comment.channel,
        "trust": comment.trust,
        "message_id": comment.message_id,
        "thread": new.thread,
        "body_hash": new.body_hash,
        "at": comment.at,
    }


def _blobs(tx: Transaction, work: Work) -> None:
    contents.keep(tx, work.blobs)
    for file in work.stored.values():
        tx.run(
            update(ATTACHMENT)
            .where(ATTACHMENT.c.id == file.id)
            .values(state=file.state, sha256=file.sha256, size=file.size)
        )


def _files(tx: Transaction, work: Work) -> None:
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
        }
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


def _refs(tx: Transaction, work: Work) -> None:
    """Point the conversation's Message-IDs at the ticket; the first claim stays."""
    if not work.refs:
        return
    values = {
        "ids": sorted(work.refs),
        "own": work.message_id,
        "ticket": next(iter(work.refs.values())),
        "arrival": work.arrival,
    }
    tx.run(_led_to_ticket, values)


@Prepared
def _led_to_ticket(sql: Sql) -> Any:
    ref = MESSAGE_REF.c
    arrives = and_(ref.message_id == bindparam("own"), ref.state == "awaited")
    return (
        update(MESSAGE_REF)
        .where(sql.among(ref.message_id, "ids"))
        .values(
            ticket_id=func.coalesce(ref.ticket_id, bindparam("ticket")),
            arrival_id=case((arrives, bindparam("arrival")), else_=ref.arrival_id),
            state=case((arrives, "seen"), else_=ref.state),
        )
    )


def _chats(tx: Transaction, work: Work) -> None:
    for old, new in work.moved_chats.items():
        migrate(tx, old, new)
    for topic in work.topics:
        add_topic(tx, topic)


def _chat_links(tx: Transaction, work: Work) -> None:
    if not work.chat_links:
        return
    internal = chat_ids(tx, [link.chat for link in work.chat_links])
    tx.put(
        _new_chat_message,
        [
            {
                "chat_id": internal[link.chat],
                "message_id": link.message_id,
                "comment_id": link.comment_id,
                "ticket_id": link.ticket_id,
            }
            for link in work.chat_links
        ],
    )


def _events(tx: Transaction, work: Work) -> None:
    if work.events:
        tx.put(
            _new_event,
            [
                {
                    "id": event.id,
                    "stream": event.stream,
                    "seq": event.seq,
                    "type": event.type,
                    "actor": event.actor,
                    "at": event.at,
                    "causation": event.causation,
                    "data": event.data,
                }
                for event in work.events
            ],
        )


def add_deliveries(tx: Transaction, deliveries: Iterable[Delivery]) -> None:
    """Queue deliveries in their lanes."""
    new = [_delivery_row(tx, one) for one in deliveries]
    if not new:
        return
    tx.put(_new_delivery, new)
    lanes.fill(
        tx,
        (
            Filling(
                lane=row["lane"],
                kind=row["channel"],
                priority=row["priority"],
                next_at=row["next_at"],
                budget=row["budget"],
            )
            for row in new
        ),
    )


def _delivery_row(tx: Transaction, one: Delivery) -> dict[str, Any]:
    budget = one.target if one.medium is Medium.BUS else one.budget
    return {
        "id": one.id,
        "event_id": one.event_id,
        "arrival_id": one.arrival_id,
        "ticket_id": one.ticket_id,
        "comment_id": one.comment_id,
        "channel": one.medium,
        "target": one.target,
        "lane": one.lane,
        "budget": budget,
        "priority": one.priority,
        "replaces": one.replaces,
        "kind": one.kind,
        "facts": one.facts,
        "payload": one.payload,
        "state": DeliveryState.NEW,
        "attempts": 0,
        "created_at": tx.now,
        "next_at": one.hold_until or tx.now,
        "expires_at": one.expires_at,
    }
