"""Deliveries: claimed by lane, frozen before the first attempt, marked by fence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, text, update

from storage import lanes, puts
from storage.lanes import DELIVERY, WAITING, Besides, Lease
from storage.lookups import MESSAGE_REF
from storage.prepared import Prepared, Sql
from storage.puts import Change
from storage.schema import table
from storage.transaction import Transaction
from tickets.model import ArrivalId, CommentId, DeliveryId, TicketId
from tickets.words import DeliveryState, Medium

SENT_MAIL = table("sent_mail")
_delivery = DELIVERY.c


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A delivery at the head of a leased lane.

    ``state`` is new, sending (a worker died over it) or uncertain (the answer of
    the attempt before was lost); ``attempts`` counts the ones already made.
    """

    id: DeliveryId
    lease: Lease
    channel: Medium
    target: str
    kind: str
    facts: dict[str, Any]
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_at: datetime
    budget: str
    payload: bytes | None
    event_id: str | None
    arrival_id: ArrivalId | None
    ticket_id: TicketId | None
    comment_id: CommentId | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Frozen:
    """A payload that is about to be sent for the first time, or again."""

    due: Due
    payload: bytes
    message_id: str | None = None  # of a mail
    left_out: tuple[str, ...] = ()  # names of files that it could not carry


def claim(
    tx: Transaction,
    channel: Medium,
    *,
    owner: str,
    limit: int,
    lease: timedelta,
    budget: str | Besides | None = None,
) -> list[Due]:
    """Lease due lanes and return the head of each; lanes with none are given back."""
    leases = lanes.claim(
        tx, channel, owner=owner, limit=limit, lease=lease, budget=budget
    )
    if not leases:
        return []
    leased = {one.lane: one for one in leases}
    heads = lanes.heads(tx, leased, DELIVERY)
    rows = [row for row in heads if not _is_over(tx, row)]
    lanes.release_others(tx, leased, rows, items=DELIVERY)
    return [_due(row, leased[row.lane]) for row in rows]


def _is_over(tx: Transaction, row: Row[Any]) -> bool:
    """End what has expired, or is a card that a newer one replaces."""
    if row.expires_at is not None and row.expires_at <= tx.now:
        _end(tx, row.id, DeliveryState.EXPIRED)
        return True
    if row.replaces is None or row.state != DeliveryState.NEW:
        return False
    this = {"in_lane": row.lane, "card": row.replaces, "after": row.id}
    newer = tx.run(_newer, this).first()
    if newer is None:
        return False
    _end(tx, row.id, DeliveryState.SUPERSEDED)
    return True


_newer = Prepared(
    lambda _: (
        select(_delivery.id)
        .where(_delivery.lane == bindparam("in_lane"), WAITING["delivery"])
        .where(_delivery.replaces == bindparam("card"))
        .where(_delivery.id > bindparam("after"))
        .limit(1)
    )
)


def _end(tx: Transaction, delivery: int, state: DeliveryState) -> None:
    tx.run(update(DELIVERY).where(_delivery.id == delivery).values(state=state))


def _due(row: Row[Any], lease: Lease) -> Due:
    return Due(
        id=row.id,
        lease=lease,
        channel=Medium(row.channel),
        target=row.target,
        kind=row.kind,
        facts=row.facts,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        created_at=row.created_at,
        next_at=row.next_at,
        budget=row.budget,
        payload=row.payload,
        event_id=row.event_id,
        arrival_id=row.arrival_id,
        ticket_id=row.ticket_id,
        comment_id=row.comment_id,
    )


_sending = Change(DELIVERY)


def begin(tx: Transaction, frozen: Sequence[Frozen]) -> list[Frozen]:
    """Commit what will be sent; return those whose lanes are still ours."""
    held = lanes.held(tx, [one.due.lease for one in frozen])
    ours = _still_wanted(tx, [one for one in frozen if one.due.lease.lane in held])
    if not ours:
        return []
    tx.put(
        _sending,
        [
            {
                "this": one.due.id,
                "payload": one.payload,
                "state": DeliveryState.SENDING,
                "attempts": one.due.attempts + 1,
            }
            for one in ours
        ],
    )
    mails = [one for one in ours if one.message_id and one.due.payload is None]
    if mails:
        _remember_mails(tx, mails)
    return ours


def _still_wanted(tx: Transaction, frozen: Sequence[Frozen]) -> list[Frozen]:
    """Leave out what was held and taken back since it was claimed."""
    held = [one.due.id for one in frozen if one.due.next_at > one.due.created_at]
    if not held:
        return list(frozen)
    gone = {row.id for row in tx.run(_over, {"deliveries": held})}
    if gone:
        release(tx, [one.due for one in frozen if one.due.id in gone])
    return [one for one in frozen if one.due.id not in gone]


@Prepared
def _over(sql: Sql) -> Any:
    return (
        select(_delivery.id)
        .where(sql.among(_delivery.id, "deliveries"))
        .where(_delivery.state == text("'cancelled'"))
    )


def _remember_mails(tx: Transaction, mails: Sequence[Frozen]) -> None:
    """Let answers to our own mails find their ticket by Message-ID."""
    sent = [
        {
            "message_id": one.message_id,
            "delivery_id": one.due.id,
            "ticket_id": one.due.ticket_id,
            "comment_id": one.due.comment_id,
            "recipient": one.due.target,
        }
        for one in mails
    ]
    tx.put(_new_mail, sent)
    refs = [
        {
            "message_id": row["message_id"],
            "ticket_id": row["ticket_id"],
            "state": "own",
        }
        for row in sent
    ]
    tx.put(_new_ref, refs)


_new_mail = puts.new_or_known(SENT_MAIL)
_new_ref = puts.new_or_known(MESSAGE_REF)


def mark_sent(tx: Transaction, receipts: Sequence[tuple[Due, str]]) -> None:
    """Write down that the other side has them, in its own words."""
    rows = [
        {
            "this": due.id,
            "state": DeliveryState.SENT,
            "attempts": due.attempts + 1,
            "sent_at": tx.now,
            "receipt": receipt,
            "last_error": None,
        }
        for due, receipt in receipts
    ]
    tx.put(_settled, rows)


_settled = Change(DELIVERY)


def confirm(tx: Transaction, receipts: Sequence[tuple[Due, str]]) -> None:
    """Mark what was sent and give the lanes back, where they are still ours."""
    ours = held(tx, [due for due, _ in receipts])
    sent = [one for one in receipts if one[0].lease.lane in ours]
    if sent:
        mark_sent(tx, sent)
        release(tx, [due for due, _ in sent])


def mark_later(
    tx: Transaction, due: Due, *, state: DeliveryState, reason: str, delay: timedelta
) -> None:
    """Let it wait, as new or uncertain; its lane waits with it."""
    tx.run(
        update(DELIVERY)
        .where(_delivery.id == due.id)
        .values(
            state=state,
            attempts=due.attempts + 1,
            last_error=reason,
            next_at=tx.now + delay,
        )
    )


def mark_over(tx: Transaction, due: Due, *, state: DeliveryState, reason: str) -> None:
    """End it unsent, with the reason."""
    tx.run(
        update(DELIVERY)
        .where(_delivery.id == due.id)
        .values(state=state, attempts=due.attempts + 1, last_error=reason)
    )


def hold(tx: Transaction, due: Due) -> None:
    """Lock the delivery's lane; LeaseLost if it is another worker's by now."""
    lanes.hold(tx, due.lease)


def held(tx: Transaction, dues: Sequence[Due]) -> set[str]:
    """Lock the deliveries' lanes and return the names of those still ours."""
    return lanes.held(tx, [due.lease for due in dues])


def requeue(tx: Transaction, due: Due) -> None:
    """Let it start anew at once: a step before it is done."""
    tx.run(
        update(DELIVERY)
        .where(_delivery.id == due.id)
        .values(
            state=DeliveryState.NEW,
            payload=None,
            attempts=0,
            next_at=tx.now,
            last_error=None,
        )
    )


def begin_anew(tx: Transaction, due: Due) -> None:
    """Forget the bytes that nobody was sent, and put it into words once more."""
    hold(tx, due)
    tx.run(delete(SENT_MAIL).where(SENT_MAIL.c.delivery_id == due.id))
    requeue(tx, due)
    release(tx, [due])


def block(tx: Transaction, due: Due, reason: str) -> None:
    """Park it, and let nothing of its lane leave until a person decides."""
    mark_over(tx, due, state=DeliveryState.PARKED, reason=reason)
    lanes.block(tx, due.lease)


def release(tx: Transaction, dues: Sequence[Due]) -> None:
    """Give the lanes back."""
    lanes.release(tx, [due.lease for due in dues], DELIVERY)
