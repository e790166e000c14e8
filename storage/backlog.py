"""How much waits, since when, and how much needs a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, text

from storage.lanes import ARRIVAL, DELIVERY, WAITING
from storage.transaction import Transaction
from tickets.words import Medium

#: How many wait, since when the oldest, and how many are parked.
Backlog = tuple[int, datetime | None, int]


def of_arrivals(tx: Transaction) -> Backlog:
    """Return what waits to be filed."""
    count, oldest = tx.run(
        select(func.count(), func.min(ARRIVAL.c.received_at))
        .where(WAITING["arrival"])
    ).one()  # fmt: skip
    parked = select(func.count()).select_from(ARRIVAL)
    parked = parked.where(text("arrival.state = 'parked'"))
    return count, oldest, int(tx.run(parked).scalar_one())


def unfiled(tx: Transaction, most: int) -> tuple[int, int]:
    """Return how many arrivals wait to be filed, ``most`` at most, and their bytes."""
    some = select(ARRIVAL.c.size).where(WAITING["arrival"]).limit(most).subquery()
    size = func.coalesce(func.sum(some.c.size), 0)
    count, total = tx.run(select(func.count(), size).select_from(some)).one()
    return count, int(total)


def of_strangers(tx: Transaction) -> Backlog:
    """Return what waits until somebody decides about who wrote it."""
    waiting = select(func.count(), func.min(ARRIVAL.c.received_at))
    count, oldest = tx.run(waiting.where(text("arrival.state = 'held'"))).one()
    return count, oldest, 0


def of_deliveries(
    tx: Transaction, channel: Medium, targets: Sequence[str] | None = None
) -> Backlog:
    """Return what waits to leave by a channel, perhaps for some targets alone."""
    which = DELIVERY.c.channel == channel
    if targets is not None:
        which &= DELIVERY.c.target.in_(targets)
    waiting = select(func.count(), func.min(DELIVERY.c.created_at))
    count, oldest = tx.run(waiting.where(which, WAITING["delivery"])).one()
    parked = select(func.count()).select_from(DELIVERY)
    parked = parked.where(which, text("delivery.state = 'parked'"))
    return count, oldest, int(tx.run(parked).scalar_one())
