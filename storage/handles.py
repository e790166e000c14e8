"""What the operator does to one delivery by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update

from storage import lanes, sent
from storage.lanes import DELIVERY, Filling
from storage.rows import COMMENT
from storage.transaction import Transaction
from tickets.words import UNFINISHED, DeliveryState, Medium, Visibility

_delivery = DELIVERY.c
Act = Callable[[Transaction, int], bool]
_PARKED = DeliveryState.PARKED
RETRIABLE = (DeliveryState.PARKED, DeliveryState.CANCELLED)
#: A parked one counts: a person looked and lets it be.
CANCELLABLE = (*UNFINISHED, DeliveryState.PARKED)


def retry(tx: Transaction, delivery: int) -> bool:
    """Put a parked or cancelled delivery back into its lane; say if there was one."""
    row = tx.run(
        update(DELIVERY)
        .where(_delivery.id == delivery, _delivery.state.in_(RETRIABLE))
        .where(~_was_taken_back())
        .values(state=DeliveryState.NEW, attempts=0, next_at=tx.now)
        .returning(*DELIVERY.c)
    ).first()
    sent.forget_fate(tx, delivery)
    return wake(tx, row)


def _was_taken_back() -> ColumnElement[bool]:
    """Say whether it would carry out what is seen inside alone."""
    inside = select(COMMENT.c.id).where(COMMENT.c.visibility == Visibility.INTERNAL)
    return and_(_delivery.kind == "answer", _delivery.comment_id.in_(inside))


def cancel(tx: Transaction, delivery: int) -> bool:
    """End a delivery that was not sent; say whether there was one.

    What a relay is sending at this moment is marked by what becomes of it. An event
    for the bus only if it is parked: to let one go that could leave makes a gap.
    """
    row = tx.run(
        update(DELIVERY)
        .where(_delivery.id == delivery, _delivery.state.in_(CANCELLABLE))
        .where(or_(_delivery.channel != Medium.BUS, _delivery.state == _PARKED))
        .values(state=DeliveryState.CANCELLED)
        .returning(*DELIVERY.c)
    ).first()
    return wake(tx, row)


def wake(tx: Transaction, row: Any) -> bool:
    """Let the lane go on at once, blocked or waiting though it was."""
    if row is None:
        return False
    filling = Filling(
        lane=row.lane,
        kind=row.channel,
        priority=row.priority,
        next_at=tx.now,
        budget=row.budget,
    )
    lanes.fill(tx, [filling])
    lanes.free(tx, row.lane)
    return True
