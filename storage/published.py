"""What was published to a target, by the records: to be held against what it has."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, text

from storage.journal import EVENT
from storage.lanes import DELIVERY
from storage.schema import table
from storage.transaction import Transaction
from tickets.model import Json
from tickets.words import EventType, Medium

CURSOR = table("cursor")
_delivery, _event = DELIVERY.c, EVENT.c
_SENT = text(f"delivery.channel = '{Medium.BUS}' AND delivery.state = 'sent'")
#: How many ids are looked up at once.
MANY = 500


def sent(
    tx: Transaction, target: str, since: datetime | None
) -> dict[str, tuple[str, int]]:
    """Return stream and seq of what was confirmed, by the event's id.

    A part of a snapshot has an id of its own, and the place of the newest event in it.
    """
    rows = tx.run(
        _of(target, since, _event.id, _event.stream, _event.seq, _delivery.facts)
        .join(EVENT, _delivery.event_id == _event.id)
        .where(~_OF_ITS_OWN)
    )  # fmt: skip
    found = {row.facts.get("id", row.id): (row.stream, row.seq) for row in rows}
    return {**found, **dict(_of_their_own(tx, target, since))}


def _of(target: str, since: datetime | None, *columns: Any) -> Select[Any]:
    query = select(*columns).select_from(DELIVERY)
    query = query.where(_SENT, _delivery.target == target)
    return query if since is None else query.where(_delivery.sent_at >= since)


#: What a target alone was sent, and the records tell of by its body alone.
_OF_ITS_OWN = or_(_delivery.event_id.is_(None), _delivery.kind == EventType.SKIPPED)


def _of_their_own(
    tx: Transaction, target: str, since: datetime | None
) -> Iterator[tuple[str, tuple[str, int]]]:
    for said in _bodies(tx, target, since):
        yield said["id"], _place(said)


def _bodies(
    tx: Transaction, target: str, since: datetime | None
) -> Iterator[dict[str, Any]]:
    """Yield what a target alone was sent and stands in a stream, in its order."""
    query = _of(target, since, _delivery.payload).where(_OF_ITS_OWN)
    for row in tx.run(query.order_by(_delivery.id)):
        said = json.loads(row.payload)
        if "sequence" in said:
            yield said


def _place(said: dict[str, Any]) -> tuple[str, int]:
    kind, _, name = said["source"].removeprefix("/zayavka/").partition("/")
    return f"{kind.removesuffix('s')}:{name}", int(said["sequence"])


def known(tx: Transaction, ids: Collection[str]) -> set[str]:
    """Return those of the ids that stand in the journal."""
    wanted = sorted(ids)
    found: set[str] = set()
    for start in range(0, len(wanted), MANY):
        some = select(_event.id).where(_event.id.in_(wanted[start : start + MANY]))
        found.update(row.id for row in tx.run(some))
    return found


def newest(tx: Transaction, target: str) -> dict[str, int]:
    """Return the newest confirmed seq of each ticket that the target is told of."""
    rows = tx.run(
        _of(target, None, _event.stream, func.max(_event.seq).label("seq"))
        .join(EVENT, _delivery.event_id == _event.id)
        .where(_event.stream.startswith("ticket:"))
        .group_by(_event.stream)
    )  # fmt: skip
    found = {row.stream: row.seq for row in rows}
    for said in _bodies(tx, target, None):
        stream, seq = _place(said)
        if said["data"].get("leaves") and seq >= found.get(stream, 0):
            found.pop(stream, None)
        elif stream.startswith("ticket:"):
            found[stream] = max(seq, found.get(stream, 0))
    return found


def reached(tx: Transaction, places: Mapping[str, int]) -> set[str]:
    """Return those of the streams that have come to their place in the journal."""
    wanted = sorted(places)
    found: set[str] = set()
    for start in range(0, len(wanted), MANY):
        some = _event.stream.in_(wanted[start : start + MANY])
        newest = select(_event.stream, func.max(_event.seq).label("seq")).where(some)
        for row in tx.run(newest.group_by(_event.stream)):
            if row.seq >= places[row.stream]:
                found.add(row.stream)
    return found


def write_down(tx: Transaction, target: str, result: Json) -> None:
    """Keep the result of the newest comparison."""
    insert = tx.upsert(CURSOR).values(name=_name(target), value=result)
    fresh = {"value": insert.excluded.value}
    tx.run(insert.on_conflict_do_update(index_elements=["name"], set_=fresh))


def results(tx: Transaction) -> dict[str, Any]:
    """Return the results of the newest comparisons, by target."""
    prefix = _name("")
    rows = tx.run(
        select(CURSOR.c.name, CURSOR.c.value).where(CURSOR.c.name.startswith(prefix))
    )
    return {row.name.removeprefix(prefix): row.value for row in rows}


def _name(target: str) -> str:
    return f"reconcile:{target}"
