"""Storms in the records: what each rule has seen of late from one sender."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update

from storage.prepared import Prepared, Sql
from storage.schema import table
from storage.transaction import Transaction
from tickets.model import TicketId
from tickets.storms.storm import Opening, Storm
from tickets.work import Work

STORM = table("storm")
_storm = STORM.c


def find(tx: Transaction, key: str, *, lock: bool) -> Storm:
    """Return what was seen; who locks it makes the row, so that others wait for it."""
    if lock:
        row = tx.run(_locked, {"key": key, "recent": {}, "untold": 0}).one()
    else:
        row = tx.run(STORM.select().where(_storm.key == key)).first()
    return Storm(key=key) if row is None else _to_storm(row)


@Prepared
def _locked(sql: Sql) -> Any:
    insert = sql.insert(STORM)
    return insert.on_conflict_do_update(
        index_elements=["key"], set_={"untold": _storm.untold}
    ).returning(STORM)


def _to_storm(row: Any) -> Storm:
    return Storm(
        key=row.key,
        recent=tuple(
            Opening(at=datetime.fromisoformat(at), ticket_id=TicketId(ticket))
            for at, ticket in row.recent.get("opened", ())
        ),
        parent=None if row.parent_id is None else TicketId(row.parent_id),
        last_at=row.last_at,
        untold=row.untold,
    )


def keep(tx: Transaction, work: Work) -> None:
    """Write what a piece of work came to know of storms."""
    for one in work.storms.values():
        opened = [[each.at.isoformat(), each.ticket_id] for each in one.recent]
        values = {
            "this": one.key,
            "recent": {"opened": opened},
            "parent_id": one.parent,
            "last_at": one.last_at,
            "untold": one.untold,
        }
        tx.run(_kept, values)


_kept = Prepared(lambda _: update(STORM).where(_storm.key == bindparam("this")))
