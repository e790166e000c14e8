"""Timers: set with the change that they belong to, rung once when they fall due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from storage.prepared import Prepared, Sql
from storage.schema import table
from storage.transaction import Transaction
from tickets.work import Work

TIMER = table("timer")
_timer = TIMER.c


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A timer whose moment has come."""

    kind: str
    subject: str


def keep(tx: Transaction, work: Work) -> None:
    """Set and take away the timers of a piece of work."""
    for (kind, subject), due_at in sorted(work.timers.items(), key=lambda one: one[0]):
        named = {"kind": kind, "subject": subject}
        if due_at is None:
            tx.run(_taken, {"of_kind": kind, "of_subject": subject})
        else:
            tx.run(_set, {**named, "due_at": due_at})


@Prepared
def _set(sql: Sql) -> Any:
    insert = sql.insert(TIMER)
    return insert.on_conflict_do_update(
        index_elements=["kind", "subject"], set_={"due_at": insert.excluded.due_at}
    )


_taken = Prepared(
    lambda _: delete(TIMER).where(
        _timer.kind == bindparam("of_kind"), _timer.subject == bindparam("of_subject")
    )
)


def due(tx: Transaction, kinds: Sequence[str], *, most: int) -> list[Due]:
    """Return what falls due by now, the oldest first."""
    rows = tx.run(
        select(_timer.kind, _timer.subject)
        .where(_timer.due_at <= tx.now, _timer.kind.in_(kinds))
        .order_by(_timer.due_at)
        .limit(most)
    )
    return [Due(kind=row.kind, subject=row.subject) for row in rows]


def take(tx: Transaction, one: Due) -> bool:
    """Remove a timer that is due; False if it was rung, moved or taken away."""
    this = (_timer.kind == one.kind, _timer.subject == one.subject)
    return bool(tx.run(delete(TIMER).where(*this, _timer.due_at <= tx.now)).rowcount)


def postpone(tx: Transaction, one: Due, until: datetime) -> None:
    """Let a timer that could not be rung ring later."""
    tx.run(
        update(TIMER)
        .where(_timer.kind == one.kind, _timer.subject == one.subject)
        .values(due_at=until)
    )
