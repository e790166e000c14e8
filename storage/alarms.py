"""What the operator must look at is told to one chat, without flooding it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from storage.keyring import CURSOR
from storage.lanes import DELIVERY, WAITING
from storage.queueing import add_deliveries
from storage.transaction import Transaction
from tickets import lanes
from tickets.model import Delivery, Json
from tickets.words import DeliveryState, Medium
from tickets.work import DIGEST

KIND = "alarm"
#: Alarms of one subject are this far apart; what comes between is counted in the next.
APART = timedelta(hours=1)
_delivery = DELIVERY.c


def raise_alarm(tx: Transaction, chat: int, subject: str, *, facts: Json) -> None:
    """Queue a message for the operators' chat; one of the subject that waits counts."""
    last = _lock(tx, subject)
    lane = lanes.alarm(chat, subject)
    waiting = _unsent(tx, lane)
    if waiting is not None:
        fresh = {**waiting.facts, "more": int(waiting.facts["more"]) + 1}
        tx.run(update(DELIVERY).where(_delivery.id == waiting.id).values(facts=fresh))
        return
    at = tx.now if last is None else max(tx.now, last + APART)
    alarm = Delivery(
        medium=Medium.TELEGRAM,
        kind=KIND,
        target=str(chat),
        lane=lane,
        budget=str(chat),
        priority=DIGEST,
        facts={**facts, "more": 0},
        hold_until=at,
    )
    add_deliveries(tx, [alarm])
    _write(tx, subject, at)


def _unsent(tx: Transaction, lane: str) -> Any:
    """Return an alarm of the lane that nobody has tried to send yet."""
    return tx.run(
        select(_delivery.id, _delivery.facts)
        .where(_delivery.lane == lane, WAITING["delivery"])
        .where(_delivery.state == DeliveryState.NEW, _delivery.payload.is_(None))
        .order_by(_delivery.id.desc())
        .limit(1)
        .with_for_update()
    ).first()


def _lock(tx: Transaction, subject: str) -> datetime | None:
    """Return when the subject's last alarm was due; nobody else raises one now."""
    row: Json = {"name": _name(subject), "value": {"at": None}}
    tx.run(tx.upsert(CURSOR).on_conflict_do_nothing(), row)
    query = select(CURSOR.c.value).where(CURSOR.c.name == _name(subject))
    at = tx.run(query.with_for_update()).one().value["at"]
    return None if at is None else datetime.fromisoformat(at)


def _write(tx: Transaction, subject: str, at: datetime) -> None:
    value = {"at": at.isoformat()}
    tx.run(update(CURSOR).where(CURSOR.c.name == _name(subject)).values(value=value))


def _name(subject: str) -> str:
    return f"alarm:{subject}"
