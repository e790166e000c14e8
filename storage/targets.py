"""How far the bus has come with each of its targets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, text

from storage.lanes import DELIVERY, WAITING
from storage.transaction import Transaction
from tickets.words import Medium

_delivery = DELIVERY.c
#: Written out, not bound: so the partial indices serve.
OF_BUS = text(f"delivery.channel = '{Medium.BUS}'")
SENT = text("delivery.state = 'sent'")
PARKED = text("delivery.state = 'parked'")


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What became of a target's events.

    ``oldest`` is when the first of those that wait was queued; ``last_error`` is of
    the newest that waits and was tried in vain, else of the newest parked one.
    """

    published: int = 0
    waiting: int = 0
    parked: int = 0
    oldest: datetime | None = None
    last_error: str | None = None


def standings(tx: Transaction) -> dict[str, Standing]:
    """Return how each target stands of which there is an event, by its name."""
    published = {row.target: row.events for row in tx.run(count_published())}
    waiting = {
        row.target: row for row in tx.run(count_unpublished(WAITING["delivery"]))
    }
    parked = {row.target: row for row in tx.run(count_unpublished(PARKED))}
    failed = {**_failed(parked), **_failed(waiting)}
    errors = _errors(tx, failed.values())
    return {
        name: Standing(
            published=published.get(name, 0),
            waiting=waiting[name].events if name in waiting else 0,
            parked=parked[name].events if name in parked else 0,
            oldest=waiting[name].oldest if name in waiting else None,
            last_error=errors.get(failed.get(name, 0)),
        )
        for name in sorted({*published, *waiting, *parked})
    }


def count_published() -> Any:
    return (
        select(_delivery.target, func.count().label("events"))
        .where(OF_BUS, SENT)
        .group_by(_delivery.target)
    )


def count_unpublished(state: Any) -> Any:
    tried = case((_delivery.last_error.is_not(None), _delivery.id))
    return (
        select(
            _delivery.target,
            func.count().label("events"),
            func.min(_delivery.created_at).label("oldest"),
            func.max(tried).label("failed"),
        )
        .where(OF_BUS, state)
        .group_by(_delivery.target)
    )


def _failed(found: dict[str, Any]) -> dict[str, int]:
    return {name: row.failed for name, row in found.items() if row.failed is not None}


def _errors(tx: Transaction, ids: Iterable[int]) -> dict[int, str]:
    wanted = select(_delivery.id, _delivery.last_error).where(_delivery.id.in_(ids))
    return {row.id: row.last_error for row in tx.run(wanted)}
