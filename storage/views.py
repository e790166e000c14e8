"""Tickets as the command line shows them: plain JSON, nothing locked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from storage import rows
from storage.journal import EVENT
from storage.lookups import PARTICIPANT
from storage.moments import rfc3339
from storage.rows import ATTACHMENT, COMMENT, CONTACT, REVISION, SPECIALIST, TICKET
from storage.transaction import Transaction
from tickets.model import Contact, Organisation, Specialist, Ticket

View = dict[str, Any]
_MERGED = TICKET.alias("merged")


def list_tickets(
    tx: Transaction,
    *,
    site: str | None = None,
    stage: str | None = None,
    limit: int | None = None,
) -> list[View]:
    """Return tickets, the newest first."""
    query = _tickets().order_by(TICKET.c.id.desc()).limit(limit)
    if site is not None:
        query = query.where(TICKET.c.site == site)
    if stage is not None:
        query = query.where(TICKET.c.stage == stage)
    return [_ticket(row) for row in tx.run(query)]


def show_ticket(tx: Transaction, number: str) -> View | None:
    """Return a ticket with its people, comments and events; None if there is none."""
    row = tx.run(_tickets().where(TICKET.c.number == number.upper())).first()
    if row is None:
        return None
    ticket = rows.to_ticket(row)
    return {
        **_ticket(row),
        "participants": _participants(tx, ticket),
        "comments": _comments(tx, ticket),
        "events": _events(tx, ticket),
    }


def _tickets() -> Select[Any]:
    return (
        rows.tickets()
        .outerjoin(_MERGED, TICKET.c.merged_into == _MERGED.c.id)
        .add_columns(_MERGED.c.number.label("merged_number"))
    )


def _ticket(row: Any) -> View:
    ticket = rows.to_ticket(row)
    return {
        "number": ticket.number,
        "version": ticket.version,
        "site": ticket.site,
        "organisation": _named(ticket.organisation),
        "requester": _named(ticket.requester),
        "subject": ticket.subject,
        "process": ticket.process,
        "stage": ticket.stage,
        "priority": ticket.priority,
        "assignee": _named(ticket.assignee),
        "opened_at": rfc3339(ticket.opened_at),
        "first_answer_at": rfc3339(ticket.first_answer_at),
        "resolved_at": rfc3339(ticket.resolved_at),
        "closed_at": rfc3339(ticket.closed_at),
        "merged_into": row.merged_number,
    }


def _named(one: Contact | Organisation | Specialist | None) -> View | None:
    return None if one is None else {"id": one.id, "name": one.name}


def _participants(tx: Transaction, ticket: Ticket) -> list[View]:
    found = tx.run(
        rows.contacts()
        .join(PARTICIPANT, PARTICIPANT.c.contact_id == CONTACT.c.id)
        .where(PARTICIPANT.c.ticket_id == ticket.id, PARTICIPANT.c.left_at.is_(None))
        .add_columns(PARTICIPANT.c.role)
        .order_by(PARTICIPANT.c.id)
    )
    return [
        {
            "id": row.contact_id,
            "name": row.contact_name,
            "email": row.email,
            "role": row.role,
        }
        for row in found
    ]


def _comments(tx: Transaction, ticket: Ticket) -> list[View]:
    newest = (
        select(func.max(REVISION.c.id))
        .where(REVISION.c.comment_id == COMMENT.c.id)
        .correlate(COMMENT)
        .scalar_subquery()
    )
    found = tx.run(
        select(
            COMMENT,
            REVISION.c.text,
            REVISION.c.quoted,
            func.coalesce(CONTACT.c.name, SPECIALIST.c.name, COMMENT.c.system).label(
                "author"
            ),
        )
        .join(REVISION, REVISION.c.id == newest)
        .outerjoin(CONTACT, COMMENT.c.contact_id == CONTACT.c.id)
        .outerjoin(SPECIALIST, COMMENT.c.specialist_id == SPECIALIST.c.id)
        .where(COMMENT.c.ticket_id == ticket.id)
        .order_by(COMMENT.c.at, COMMENT.c.id)
    ).all()
    files = _attachments(tx, ticket)
    return [_comment(row, files.get(row.id, [])) for row in found]


def _comment(row: Any, files: list[View]) -> View:
    author = row.specialist_id if row.contact_id is None else row.contact_id
    return {
        "id": row.public_id,
        "author": {"id": author, "name": row.author},
        "visibility": row.visibility,
        "trust": row.trust,
        "channel": row.channel,
        "text": row.text,
        "quoted": row.quoted,
        "attachments": files,
        "at": rfc3339(row.at),
    }


def _attachments(tx: Transaction, ticket: Ticket) -> dict[int, list[View]]:
    """Return the files of a ticket by their comment's row."""
    found = tx.run(
        select(ATTACHMENT)
        .join(COMMENT, ATTACHMENT.c.comment_id == COMMENT.c.id)
        .where(COMMENT.c.ticket_id == ticket.id)
        .order_by(ATTACHMENT.c.id)
    )
    files: dict[int, list[View]] = {}
    for row in found:
        view: View = {
            "name": row.name,
            "media_type": row.media_type,
            "size": row.size,
            "sha256": row.sha256,
            "state": row.state,
        }
        if row.scan is not None:
            view["scan"] = row.scan
        files.setdefault(row.comment_id, []).append(view)
    return files


def text_of(tx: Transaction, public_id: str) -> str:
    """Return a comment's newest text; LookupError if there is no such comment."""
    text: str | None = tx.run(
        select(REVISION.c.text)
        .join(COMMENT, REVISION.c.comment_id == COMMENT.c.id)
        .where(COMMENT.c.public_id == public_id)
        .order_by(REVISION.c.id.desc())
        .limit(1)
    ).scalar()
    if text is None:
        raise LookupError(f"there is no comment {public_id}")
    return text


def _events(tx: Transaction, ticket: Ticket) -> list[View]:
    found = tx.run(
        select(EVENT).where(EVENT.c.stream == ticket.stream).order_by(EVENT.c.seq)
    )
    return [
        {
            "id": row.id,
            "seq": row.seq,
            "type": row.type,
            "at": rfc3339(row.at),
            "actor": row.actor,
            "data": row.data,
        }
        for row in found
    ]
