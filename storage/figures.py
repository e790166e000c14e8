"""What figures are counted from: tickets, and the turns that the journal holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, or_, select

from storage.journal import EVENT
from storage.rows import ORGANISATION, SPECIALIST, TICKET
from storage.transaction import Transaction
from tickets import counting
from tickets.counting import Counted, Turn
from tickets.digests import Period, Scope
from tickets.figures import Figures
from tickets.words import EventType


def count(tx: Transaction, period: Period, *, scope: Scope, zone: ZoneInfo) -> Figures:
    """Return the figures of a period; the transaction should see one moment."""
    since = counting.horizon(period, zone)
    found = tx.run(_concerned(since, period.end, scope)).all()
    numbers = {row.stream: row.number for row in found}
    turns = [
        Turn(number=numbers[row.stream], type=EventType(row.type), at=row.at)
        for row in tx.run(_turns(since))
        if row.stream in numbers
    ]
    tickets = [_counted(row) for row in found]
    return counting.count(tickets, turns, period=period, zone=zone)


def _concerned(since: datetime, until: datetime, scope: Scope) -> Select[Any]:
    """Select what is open, or was at some time since."""
    ticket = TICKET.c
    query = (
        select(
            ticket.number,
            ticket.stream,
            ticket.site,
            ticket.stage,
            ticket.opened_at,
            ticket.first_answer_at,
            ticket.closed_at,
            SPECIALIST.c.name.label("assignee"),
        )
        .outerjoin(SPECIALIST, ticket.assignee_id == SPECIALIST.c.id)
        .where(ticket.opened_at < until, ticket.merged_into.is_(None))
        .where(or_(ticket.closed_at.is_(None), ticket.closed_at >= since))
    )
    if scope.sites:
        query = query.where(ticket.site.in_(scope.sites))
    if scope.organisations:
        query = query.join(
            ORGANISATION, ticket.organisation_id == ORGANISATION.c.id
        ).where(ORGANISATION.c.name.in_(scope.organisations))
    return query


def _turns(since: datetime) -> Select[Any]:
    event = EVENT.c
    return (
        select(event.stream, event.type, event.at)
        .where(event.type.in_([str(one) for one in counting.TURNS]), event.at >= since)
        .order_by(event.stream, event.seq)
    )


def _counted(row: Any) -> Counted:
    return Counted(
        number=row.number,
        site=row.site,
        assignee=row.assignee,
        stage=row.stage,
        opened_at=row.opened_at,
        first_answer_at=row.first_answer_at,
        closed_at=row.closed_at,
    )
