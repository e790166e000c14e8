"""What comes in is kept raw, and counted by its door."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, select

from storage import contents, lanes
from storage.arrivals import KIND, PRIORITY
from storage.lanes import ARRIVAL, Filling
from storage.prepared import Prepared, Sql
from storage.schema import table
from storage.transaction import Transaction
from tickets.model import Json
from tickets.words import ArrivalState

_arrival = ARRIVAL.c


_cursor = table("cursor")


@dataclass(frozen=True, kw_only=True)
class NewArrival:
    """Something that came in: ``source_key`` tells its copies."""

    channel: str
    source_key: str
    lane: str
    received_at: datetime
    envelope: Json
    raw: bytes
    door: str = ""  # the cursor that counts what this door took
    cursor: Json | None = None  # where that door stands once this is committed

    @cached_property
    def key(self) -> str:
        """Return the hash of the bytes, in hex, under which they are kept."""
        return hashlib.sha256(self.raw).hexdigest()


def keep(tx: Transaction, incoming: Sequence[NewArrival]) -> None:
    """Commit raw arrivals; a copy of one that is here is counted on it."""
    contents.keep(tx, {one.key: one.raw for one in incoming})
    rows = [_row(tx, one) for one in incoming]
    tx.run(_kept_or_counted, sorted(rows, key=_in_order))
    lanes.fill(
        tx,
        (
            Filling(lane=one.lane, kind=KIND, priority=PRIORITY, next_at=tx.now)
            for one in incoming
        ),
    )
    _count(tx, incoming)


@Prepared
def _kept_or_counted(sql: Sql) -> Any:
    return sql.insert(ARRIVAL).on_conflict_do_update(
        index_elements=["channel", "source_key"],
        set_={"copies": _arrival.copies + 1},
    )


def _in_order(row: dict[str, Any]) -> tuple[int, str]:
    """Sort numbers as numbers: updates come in the order of their ids.

    All writers sort alike, so that none waits for one that waits for it.
    """
    key = row["source_key"]
    return len(key), key


def _row(tx: Transaction, one: NewArrival) -> dict[str, Any]:
    return {
        "channel": one.channel,
        "source_key": one.source_key,
        "copies": 1,
        "lane": one.lane,
        "received_at": one.received_at,
        "envelope": one.envelope,
        "blob_key": one.key,
        "size": len(one.raw),
        "state": ArrivalState.NEW,
        "attempts": 0,
        "next_at": tx.now,
        "asked": False,
    }


def _count(tx: Transaction, incoming: Sequence[NewArrival]) -> None:
    """Add to the doors' own counts, which the audit holds against the rows."""
    taken: dict[str, tuple[int, Json]] = {}
    for one in incoming:
        if one.door:
            count, cursor = taken.get(one.door, (0, {}))
            taken[one.door] = (count + 1, one.cursor or cursor)
    for door in sorted(taken):
        count, cursor = taken[door]
        before = tx.run(_standing, {"door": door}).scalar()
        value = {**(before or {}), **cursor}
        value["taken"] = int(value.get("taken", 0)) + count
        tx.run(_moved, {"name": door, "value": value})


_standing = Prepared(
    lambda _: (
        select(_cursor.c.value)
        .where(_cursor.c.name == bindparam("door"))
        .with_for_update()
    )
)


@Prepared
def _moved(sql: Sql) -> Any:
    insert = sql.insert(_cursor)
    return insert.on_conflict_do_update(
        index_elements=["name"], set_={"value": insert.excluded.value}
    )
