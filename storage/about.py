"""Tickets by what their subjects have in common: looked up for many mails at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, exists, select, text

from storage.lookups import PARTICIPANT
from storage.prepared import Prepared, Sql
from storage.rows import COMMENT, TICKET
from storage.transaction import Transaction
from tickets.model import ContactId, TicketId
from tickets.post.alike import WINDOWS
from tickets.process import CLOSED
from tickets.words import Trust, Visibility

_ticket, _joined, _comment = TICKET.c, PARTICIPANT.c, COMMENT.c
#: What our locks on subjects are called among PostgreSQL's advisory locks.
_LOCK = 7_301


@dataclass(frozen=True, kw_only=True, slots=True)
class Since:
    """From when on a ticket counts: it was opened, and there was a public word."""

    opened: datetime
    heard: datetime

    @classmethod
    def before(cls, now: datetime, window: timedelta) -> Since:
        return cls(opened=now - WINDOWS * window, heard=now - window)


def alike(
    tx: Transaction, keys: Iterable[str], people: Iterable[ContactId], *, since: Since
) -> dict[str, list[TicketId]]:
    """Return the tickets of each key on which any of the people is.

    Two mails with one key are filed one after the other, whichever process does it:
    the second finds the ticket that the first opened.
    """
    wanted = sorted(keys)
    found: dict[str, list[TicketId]] = {one: [] for one in wanted}
    if tx.connection.dialect.name != "sqlite":  # where one writes at a time
        tx.run(_locked, {"numbers": sorted({_number(one) for one in wanted})})
    asked = {
        "keys": wanted,
        "people": sorted(set(people)),
        "opened_since": since.opened,
        "heard_since": since.heard,
    }
    for row in tx.run(_alike, asked):
        found[row.subject_key].append(TicketId(row.id))
    return found


def _number(key: str) -> int:
    """Return 31 bits of a key, which is hexadecimal."""
    return int(key[:8], 16) >> 1


_locked = Prepared(
    lambda _: text(
        f"SELECT pg_advisory_xact_lock({_LOCK}, one) "  # noqa: S608 # a number of our own
        "FROM unnest(CAST(:numbers AS integer[])) AS one"
    ).columns()
)


@Prepared
def _alike(sql: Sql) -> Any:
    joined = exists().where(
        _joined.ticket_id == _ticket.id,
        sql.among(_joined.contact_id, "people"),
        _joined.left_at.is_(None),
    )
    heard = exists().where(
        _comment.ticket_id == _ticket.id,
        _comment.visibility == Visibility.PUBLIC.value,
        _comment.trust != Trust.UNPROVEN.value,
        _comment.at >= bindparam("heard_since"),
    )
    return (
        select(_ticket.id, _ticket.subject_key)
        .where(sql.among(_ticket.subject_key, "keys"))
        .where(_ticket.opened_at >= bindparam("opened_since"))
        .where(_ticket.stage != CLOSED, _ticket.merged_into.is_(None))
        .where(joined, heard)
        .order_by(_ticket.id)
    )
