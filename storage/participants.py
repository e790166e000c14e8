"""Who left a ticket: marked, so that nobody's reply to all brings them back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select, update

from storage.lookups import PARTICIPANT
from storage.prepared import Prepared, Sql
from storage.transaction import Transaction
from tickets.model import ContactId, TicketId
from tickets.work import Work

_joined = PARTICIPANT.c


def part(tx: Transaction, work: Work) -> None:
    """Let those who leave be participants no more."""
    for one in work.departures:
        values = {"ticket": one.ticket_id, "contact": one.contact_id, "at": work.now}
        tx.run(_part, values)


@Prepared
def _part(_: Sql) -> Any:
    return (
        update(PARTICIPANT)
        .where(_joined.ticket_id == bindparam("ticket"))
        .where(_joined.contact_id == bindparam("contact"))
        .values(left_at=bindparam("at"))
    )


def departed(tx: Transaction, ticket_id: TicketId) -> frozenset[ContactId]:
    found = tx.run(_departed, {"ticket": ticket_id})
    return frozenset(ContactId(row.contact_id) for row in found)


@Prepared
def _departed(_: Sql) -> Any:
    return select(_joined.contact_id).where(
        _joined.ticket_id == bindparam("ticket"), _joined.left_at.is_not(None)
    )
