"""What must hold between the rows; each check finds those that contradict it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from storage.journal import EVENT
from storage.lanes import ARRIVAL
from storage.rows import COMMENT, CONTACT, ORGANISATION, SPECIALIST, TICKET
from storage.schema import table
from storage.transaction import Transaction
from tickets.words import ArrivalState, Channel, EventType, Outcome

_arrival = ARRIVAL.c


CURSOR = table("cursor")


#: Which channels a door's own count is about; of several alike, as mailboxes are,
#: each counts under the name with a colon and its own.
DOORS: dict[str, tuple[Channel, ...]] = {
    "smtp": (Channel.SMTP,),
    "lmtp": (Channel.LMTP,),
    "imap": (Channel.IMAP,),
    "telegram": (Channel.TELEGRAM,),
    "bus": (Channel.BUS,),
    "web": (Channel.WEB,),
}


PENDING = (ArrivalState.NEW, ArrivalState.HELD)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A row that does not add up, in words that name it."""

    row: str
    said: str
    weight: int = 1  # how much of the difference it is


def arrivals_without_outcome(tx: Transaction) -> Iterator[Finding]:
    """Find arrivals whose state and outcome contradict each other.

    The sum misses the ones without an outcome by itself, so they weigh nothing.
    """
    known = _arrival.outcome.in_([str(one) for one in Outcome])
    parked = _arrival.outcome == Outcome.PARKED
    rows = tx.run(
        select(_arrival.id, _arrival.state, _arrival.outcome)
        .where(
            or_(
                and_(_arrival.state.in_(PENDING), _arrival.outcome.is_not(None)),
                and_(
                    _arrival.state == ArrivalState.DONE,
                    or_(_arrival.outcome.is_(None), ~known, parked),
                ),
                and_(
                    _arrival.state == ArrivalState.PARKED,
                    or_(_arrival.outcome.is_(None), ~parked),
                ),
            )
        )
        .order_by(_arrival.id)
    )
    for row in rows:
        counted = row.state in PENDING or row.outcome in set(Outcome)
        yield Finding(
            row=f"arrival {row.id}",
            said=f"is {row.state} and its outcome is {row.outcome or 'missing'}",
            weight=int(counted),
        )


def arrivals_that_lead_nowhere(tx: Transaction) -> Iterator[Finding]:
    """Find arrivals whose ticket or comment is not there or is another's."""
    at = _row_id(tx, _arrival.outcome_id)
    opened = and_(
        EVENT.c.stream == TICKET.c.stream,
        EVENT.c.seq == 1,
        EVENT.c.causation == _arrival.id,
    )
    yield from _astray(
        tx,
        select(_arrival.id, _arrival.outcome, _arrival.outcome_id)
        .outerjoin(TICKET, TICKET.c.id == at)
        .outerjoin(EVENT, opened)
        .where(_arrival.outcome == Outcome.TICKET, EVENT.c.id.is_(None)),
    )
    yield from _astray(
        tx,
        select(_arrival.id, _arrival.outcome, _arrival.outcome_id)
        .outerjoin(
            COMMENT, and_(COMMENT.c.id == at, COMMENT.c.arrival_id == _arrival.id)
        )
        .where(_arrival.outcome == Outcome.COMMENT, COMMENT.c.id.is_(None)),
    )
    for outcomes, target in (
        ((Outcome.REVISION, Outcome.DUPLICATE), COMMENT),
        ((Outcome.COMMAND,), TICKET),
    ):
        yield from _astray(
            tx,
            select(_arrival.id, _arrival.outcome, _arrival.outcome_id)
            .outerjoin(target, target.c.id == at)
            .where(_arrival.outcome.in_(outcomes), _arrival.outcome_id.is_not(None))
            .where(target.c.id.is_(None)),
        )


def _astray(tx: Transaction, query: Any) -> Iterator[Finding]:
    for row in tx.run(query.order_by(_arrival.id)):
        yield Finding(
            row=f"arrival {row.id}",
            said=f"became {row.outcome} {row.outcome_id}, "
            "which is not there or came from elsewhere",
        )


def _row_id(tx: Transaction, text: ColumnElement[Any]) -> ColumnElement[Any]:
    """Read an id from text; what is none matches no row."""
    number = cast(text, BigInteger)
    if tx.connection.dialect.name == "sqlite":
        return number
    return case((text.regexp_match("^[0-9]{1,18}$"), number), else_=-1)


def comments_without_arrival(tx: Transaction) -> Iterator[Finding]:
    """Find comments whose arrival does not say that it became them."""
    says = or_(
        and_(
            _arrival.outcome == Outcome.COMMENT,
            _arrival.outcome_id == cast(COMMENT.c.id, String),
        ),
        and_(
            _arrival.outcome == Outcome.TICKET,
            _arrival.outcome_id == cast(COMMENT.c.ticket_id, String),
        ),
    )
    rows = tx.run(
        select(COMMENT.c.id, COMMENT.c.public_id, COMMENT.c.arrival_id)
        .outerjoin(ARRIVAL, and_(_arrival.id == COMMENT.c.arrival_id, says))
        .where(COMMENT.c.arrival_id.is_not(None), _arrival.id.is_(None))
        .order_by(COMMENT.c.id)
    )
    for row in rows:
        yield Finding(
            row=f"comment {row.id} ({row.public_id})",
            said=f"came from arrival {row.arrival_id}, which does not say so",
        )


def tickets_without_arrival(tx: Transaction) -> Iterator[Finding]:
    """Find tickets whose opening arrival does not say that it became them."""
    says = and_(
        _arrival.outcome == Outcome.TICKET,
        _arrival.outcome_id == cast(TICKET.c.id, String),
    )
    rows = tx.run(
        select(TICKET.c.number, EVENT.c.causation)
        .join(
            EVENT,
            and_(
                EVENT.c.stream == TICKET.c.stream,
                EVENT.c.seq == 1,
                EVENT.c.type == EventType.OPENED,
            ),
        )
        .outerjoin(ARRIVAL, and_(_arrival.id == EVENT.c.causation, says))
        .where(EVENT.c.causation.is_not(None), _arrival.id.is_(None))
        .order_by(TICKET.c.id)
    )
    for row in rows:
        yield Finding(
            row=f"ticket {row.number}",
            said=f"was opened by arrival {row.causation}, which does not say so",
        )


def streams_with_gaps(tx: Transaction) -> Iterator[Finding]:
    """Find rows whose version is not the number of their events, one by one."""
    owners, journal = _owners(), _journal()
    known, events = owners.c, journal.c
    same_stream = events.stream == known.stream
    disagrees = or_(
        events.events.is_(None),
        events.events != known.version,
        events.first != 1,
        events.last != known.version,
    )
    rows = tx.run(
        select(known.stream, known.version, events.events)
        .outerjoin(journal, same_stream)
        .where(disagrees)
        .order_by(known.stream)
    )
    for row in rows:
        yield Finding(
            row=row.stream,
            said=f"is at version {row.version} and has {row.events or 0} events, "
            "or they leave a gap",
        )
    lost = tx.run(
        select(events.stream, events.events)
        .outerjoin(owners, same_stream)
        .where(known.stream.is_(None))
        .order_by(events.stream)
    )
    for row in lost:
        yield Finding(row=row.stream, said=f"has {row.events} events and no row")


def _owners() -> Subquery:
    """Return whose streams there are, and the versions they are at."""
    tables = (TICKET, ORGANISATION, CONTACT, SPECIALIST)
    return union_all(
        *(select(one.c.stream, one.c.version) for one in tables)
    ).subquery()


def _journal() -> Subquery:
    """Return what the journal has of each stream."""
    seq = EVENT.c.seq
    return (
        select(
            EVENT.c.stream,
            func.count().label("events"),
            func.min(seq).label("first"),
            func.max(seq).label("last"),
        )
        .group_by(EVENT.c.stream)
        .subquery()
    )


def doors_that_counted_otherwise(tx: Transaction) -> Iterator[Finding]:
    """Hold what each door counted for itself against the rows of its channels."""
    for door, channels in DOORS.items():
        alike = CURSOR.c.name.startswith(f"{door}:", autoescape=True)
        counts = tx.run(select(CURSOR.c.value).where(or_(CURSOR.c.name == door, alike)))
        taken = sum(int(row.value.get("taken", 0)) for row in counts)
        kept = tx.run(
            select(func.coalesce(func.sum(_arrival.copies), literal(0))).where(
                _arrival.channel.in_(channels)
            )
        ).scalar_one()
        if taken != int(kept):
            yield Finding(
                row=f"door {door}",
                said=f"counted {taken} and {kept} are here",
                weight=abs(taken - int(kept)),
            )


CHECKS: Sequence[Callable[[Transaction], Iterator[Finding]]] = (
    arrivals_without_outcome,
    arrivals_that_lead_nowhere,
    comments_without_arrival,
    tickets_without_arrival,
    streams_with_gaps,
    doors_that_counted_otherwise,
)
