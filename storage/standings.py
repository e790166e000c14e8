"""How tickets stand, who left them, what storms there are, and who asked before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select, text

from storage import participants, storms
from storage.directory import Directory
from storage.holding import has_begun
from storage.journal import EVENT
from storage.lanes import DELIVERY
from storage.prepared import Prepared, Sql
from storage.rows import COMMENT, REVISION, SPECIALIST, TICKET, to_specialist
from storage.transaction import Transaction
from tickets.books import Standing
from tickets.model import ContactId, Specialist, TicketId
from tickets.storms.storm import Storm
from tickets.words import EventType, Visibility

_ticket, _comment, _delivery = TICKET.c, COMMENT.c, DELIVERY.c
#: The events by which a ticket comes to a stage.
_STEPS = (EventType.STAGE_CHANGED, EventType.REOPENED, EventType.CLOSED)


class Standings(Directory):
    """The part of tickets.books.Books that people on a ticket need."""

    def departed(self, ticket_id: TicketId) -> frozenset[ContactId]:
        return participants.departed(self._tx, ticket_id)

    def storm(self, key: str) -> Storm:
        return storms.find(self._tx, key, lock=self._locks)

    def standing(self, ticket_ids: Sequence[TicketId]) -> dict[TicketId, Standing]:
        wanted = {"tickets": list(ticket_ids)}
        found = {row.id: row for row in self._tx.run(_standing, wanted)}
        answers = {row.ticket_id: row for row in self._tx.run(_answers, wanted)}
        return {one: _to_standing(found[one], answers.get(one)) for one in ticket_ids}

    def told_since(self, address: str, since: datetime) -> int:
        asked = {"address": address, "since": since}
        return int(self._tx.run(_told, asked).scalar_one())

    def specialist_by_email(self, email: str) -> Specialist | None:
        return staff(self._tx, [email]).get(email)


def staff(tx: Transaction, emails: Iterable[str]) -> dict[str, Specialist]:
    """Return those who work here, by their addresses."""
    found = tx.run(_by_email, {"emails": sorted(emails)})
    return {row.email: to_specialist(row) for row in found}


def _to_standing(ticket: Any, answer: Any) -> Standing:
    return Standing(
        since=ticket.since or ticket.opened_at,
        answer=answer.text if answer else "",
        answered_at=answer.at if answer else None,
        due_at=ticket.resolve_due_at,
    )


@Prepared
def _standing(sql: Sql) -> Any:
    since = (
        select(func.max(EVENT.c.at))
        .where(EVENT.c.stream == _ticket.stream)
        .where(or_(*(EVENT.c.type == str(one) for one in _STEPS)))
        .correlate(TICKET)
        .scalar_subquery()
        .label("since")
    )
    return select(_ticket.id, _ticket.opened_at, _ticket.resolve_due_at, since).where(
        sql.among(_ticket.id, "tickets")
    )


@Prepared
def _answers(sql: Sql) -> Any:
    """Select the newest public word of staff on each ticket that has left us.

    What is still held may be taken back, and would have been told for good here.
    """
    other = COMMENT.alias("other")
    newest = (
        select(func.max(other.c.id))
        .where(other.c.ticket_id == _comment.ticket_id)
        .where(other.c.contact_id.is_(None))
        .where(other.c.visibility == Visibility.PUBLIC.value)
        .where(has_begun(other.c.id))
        .correlate(COMMENT)
        .scalar_subquery()
    )
    revision = REVISION.alias("newer")
    last = (
        select(func.max(revision.c.id))
        .where(revision.c.comment_id == _comment.id)
        .correlate(COMMENT)
        .scalar_subquery()
    )
    return (
        select(_comment.ticket_id, _comment.at, REVISION.c.text)
        .select_from(COMMENT)
        .join(REVISION, REVISION.c.id == last)
        .where(sql.among(_comment.ticket_id, "tickets"), _comment.id == newest)
    )


@Prepared
def _told(_: Sql) -> Any:
    return (
        select(func.count())
        .select_from(DELIVERY)
        .where(_delivery.target == bindparam("address"))
        .where(_delivery.created_at >= bindparam("since"))
        .where(text("delivery.kind IN ('status', 'left')"))
    )


_by_email = Prepared(
    lambda sql: select(SPECIALIST).where(
        sql.among(SPECIALIST.c.email, "emails"), SPECIALIST.c.active
    )
)
