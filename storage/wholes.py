"""Tickets with all that belongs to them, as they stand in this transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import and_, func, select

from storage import lookups
from storage.journal import EVENT
from storage.prepared import Prepared, Sql
from storage.rows import COMMENT, REVISION, TICKET
from storage.schema import table
from storage.transaction import Transaction
from tickets.model import Comment, CommentId, TicketId
from tickets.whole import Spoken, TicketLink, Whole
from tickets.work import salted

TICKET_LINK = table("ticket_link")
_MERGED = TICKET.alias("merged")


def wholes(tx: Transaction, ids: Iterable[TicketId]) -> dict[TicketId, Whole]:
    """Return tickets by id; nothing is locked: who asks holds their locks."""
    wanted = sorted(ids)
    among = {"tickets": wanted}
    people = lookups.participants(tx, wanted)
    comments = _comments(tx, wanted)
    links: dict[TicketId, list[TicketLink]] = {one: [] for one in wanted}
    for row in tx.run(_links, among):
        links[row.ticket_id].append(TicketLink(kind=row.kind, number=row.number))
    ends = ends_of(tx, wanted)
    return {
        one.id: Whole(
            ticket=one,
            last_event=ends[one.id].event,
            merged_into=ends[one.id].merged,
            participants=people[one.id],
            comments=tuple(comments[one.id]),
            links=tuple(links[one.id]),
        )
        for one in lookups.tickets(tx, ids=wanted, lock=False)
    }


def ends_of(tx: Transaction, ids: Iterable[TicketId]) -> dict[TicketId, Any]:
    """Return each ticket's newest event, and the number it was merged into."""
    return {row.id: row for row in tx.run(_ends, {"tickets": sorted(ids)})}


def _comments(
    tx: Transaction, tickets: Sequence[TicketId]
) -> dict[TicketId, list[Spoken]]:
    """Return what was said on tickets, in order."""
    salts = {row.id: row.salt for row in tx.run(_salts, {"tickets": list(tickets)})}
    found = lookups.comments(tx, [CommentId(one) for one in salts])
    said: dict[TicketId, list[Spoken]] = {one: [] for one in tickets}
    for comment in sorted(found.values(), key=_place):
        hashed = salted(salts[comment.id], comment.text)
        said[comment.ticket_id].append(Spoken(comment=comment, text_hash=hashed))
    return said


def _place(comment: Comment) -> tuple[Any, ...]:
    return comment.at, comment.id


@Prepared
def _salts(sql: Sql) -> Any:
    newer = REVISION.alias("newer")
    newest = (
        select(func.max(newer.c.id))
        .where(newer.c.comment_id == COMMENT.c.id)
        .correlate(COMMENT)
        .scalar_subquery()
    )
    return (
        select(COMMENT.c.id, REVISION.c.salt)
        .select_from(COMMENT)
        .join(REVISION, REVISION.c.id == newest)
        .where(sql.among(COMMENT.c.ticket_id, "tickets"))
    )


@Prepared
def _links(sql: Sql) -> Any:
    return (
        select(TICKET_LINK.c.ticket_id, TICKET_LINK.c.kind, TICKET.c.number)
        .select_from(TICKET_LINK)
        .join(TICKET, TICKET.c.id == TICKET_LINK.c.other_id)
        .where(sql.among(TICKET_LINK.c.ticket_id, "tickets"))
        .order_by(TICKET_LINK.c.id)
    )


@Prepared
def _ends(sql: Sql) -> Any:
    last = and_(EVENT.c.stream == TICKET.c.stream, EVENT.c.seq == TICKET.c.version)
    return (
        select(TICKET.c.id, EVENT.c.id.label("event"), _MERGED.c.number.label("merged"))
        .select_from(TICKET)
        .join(EVENT, last)
        .outerjoin(_MERGED, TICKET.c.merged_into == _MERGED.c.id)
        .where(sql.among(TICKET.c.id, "tickets"))
    )
