"""The desk's rows and the mirror's, in one form: what is equal there was told whole."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, select

from storage.lookups import PARTICIPANT
from storage.moments import rfc3339
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

Rows = list[tuple[Any, ...]]
DOMAIN = table("domain")
_MERGED = TICKET.alias("merged")
#: Each table of the mirror's, in the columns that are compared.
MIRRORED = {
    "ticket": """SELECT number, sequence, site, organisation, requester, subject,
        process, stage, priority, assignee, opened_at, first_answer_at, resolved_at,
        closed_at, merged_into, awaiting
        FROM ticket JOIN stream ON source = '/zayavka/tickets/' || number""",
    "participant": "SELECT ticket, contact, role, quiet FROM participant",
    "comment": """SELECT id, ticket, author_kind, author, visibility, trust, channel,
        at, text_sha256 FROM comment""",
    "attachment": """SELECT comment, name, media_type, size, sha256 FROM attachment""",
    "organisation": "SELECT id, name, site, domains FROM organisation",
    "contact": """SELECT id, organisation, name, emails, telegram_id, language
        FROM contact""",
    "specialist": "SELECT id, name, telegram_id, site, role, active FROM specialist",
}


def of_mirror(path: Path) -> dict[str, Rows]:
    with closing(sqlite3.connect(path)) as db:
        return {name: sorted_(db.execute(sql)) for name, sql in MIRRORED.items()}


def of_desk(tx: Transaction) -> dict[str, Rows]:
    return {name: sorted_(read(tx)) for name, read in READS.items()}


def sorted_(rows: Any) -> Rows:
    return sorted((tuple(row) for row in rows), key=repr)


def said(value: Any) -> Any:
    return rfc3339(value) if isinstance(value, datetime) else value


def _tickets(tx: Transaction) -> Rows:
    one = TICKET.c
    found = tx.run(
        select(
            one.number,
            one.version,
            one.site,
            one.organisation_id,
            one.requester_id,
            one.subject,
            one.process,
            one.stage,
            one.priority,
            one.assignee_id,
            one.opened_at,
            one.first_answer_at,
            one.resolved_at,
            one.closed_at,
            _MERGED.c.number.label("merged_number"),
            one.awaiting,
        ).outerjoin(_MERGED, one.merged_into == _MERGED.c.id)
    )
    return [tuple(map(said, row)) for row in found]


def _participants(tx: Transaction) -> Rows:
    one = PARTICIPANT.c
    query = select(TICKET.c.number, one.contact_id, one.role, one.quiet)
    query = query.join(TICKET, TICKET.c.id == one.ticket_id)
    return list(tx.run(query.where(one.left_at.is_(None))))


def _comments(tx: Transaction) -> Rows:
    newest = select(func.max(REVISION.c.id)).where(
        REVISION.c.comment_id == COMMENT.c.id
    )
    one = COMMENT.c
    found = tx.run(
        select(COMMENT, TICKET.c.number, REVISION.c.text)
        .join(TICKET, TICKET.c.id == one.ticket_id)
        .join(REVISION, REVISION.c.id == newest.correlate(COMMENT).scalar_subquery())
    )
    return [
        (
            row.public_id,
            row.number,
            *_author(row),
            row.visibility,
            row.trust,
            row.channel,
            said(row.at),
            hashlib.sha256(row.text.encode()).hexdigest(),
        )
        for row in found
    ]


def _author(row: Any) -> tuple[str, int | str]:
    if row.contact_id is not None:
        return "contact", row.contact_id
    if row.specialist_id is not None:
        return "specialist", row.specialist_id
    return "system", row.system


def _attachments(tx: Transaction) -> Rows:
    one = ATTACHMENT.c
    query = select(COMMENT.c.public_id, one.name, one.media_type, one.size, one.sha256)
    of_comments = query.join(COMMENT, COMMENT.c.id == one.comment_id)
    return list(tx.run(of_comments.where(one.state == "stored")))


def _organisations(tx: Transaction) -> Rows:
    one = ORGANISATION.c
    return [
        (*row, _list(tx, DOMAIN, "domain", organisation_id=row[0]))
        for row in tx.run(select(one.id, one.name, one.site))
    ]


def _contacts(tx: Transaction) -> Rows:
    one = CONTACT.c
    found = []
    for row in tx.run(select(one.id, one.organisation_id, one.name, one.language)):
        emails = _list(tx, ADDRESS, "value", contact_id=row.id, kind="email")
        account = json.loads(
            _list(tx, ADDRESS, "value", contact_id=row.id, kind="telegram")
        )
        telegram = int(account[0]) if account else None
        found.append((*row[:3], emails, telegram, row.language))
    return found


def _specialists(tx: Transaction) -> Rows:
    one = SPECIALIST.c
    query = select(one.id, one.name, one.telegram_id, one.site, one.role, one.active)
    return list(tx.run(query))


def _list(tx: Transaction, table_: Table, column: str, **where: Any) -> str:
    """Return a column as the mirror keeps a list."""
    query = select(table_.c[column]).filter_by(**where).order_by(*table_.primary_key)
    return json.dumps([row[0] for row in tx.run(query)], ensure_ascii=False)


READS: dict[str, Callable[[Transaction], Rows]] = {
    "ticket": _tickets,
    "participant": _participants,
    "comment": _comments,
    "attachment": _attachments,
    "organisation": _organisations,
    "contact": _contacts,
    "specialist": _specialists,
}
