"""Lanes: filled with work, leased to one worker at a time, and given back."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import (
    Column,
    Select,
    Table,
    bindparam,
    case,
    delete,
    select,
    text,
    update,
)

from storage.errors import LeaseLost
from storage.prepared import Prepared, Sql
from storage.puts import Put
from storage.schema import table
from storage.transaction import Transaction

LANE = table("lane")
ARRIVAL = table("arrival")
DELIVERY = table("delivery")
_lane = LANE.c
#: Written out, not bound: so the partial indices on the waiting rows serve.
_STATES = {
    ARRIVAL.name: "state = 'new'",
    DELIVERY.name: "state IN ('new', 'sending', 'uncertain')",
}
WAITING = {name: text(f"{name}.{states}") for name, states in _STATES.items()}


#: The owner of a lane that waits for a person, and when it would be due.
BLOCKED = "blocked"
FAR = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """A lane that one worker holds; only its fence may mark the lane's items."""

    lane: str
    fence: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Filling:
    """Work that was put into a lane."""

    lane: str
    kind: str
    priority: int
    next_at: datetime
    budget: str = ""


@dataclass(frozen=True, slots=True)
class Besides:
    """All budgets but these."""

    names: Collection[str]


def fill(tx: Transaction, fillings: Iterable[Filling]) -> None:
    """Make the lanes due; one that is leased is looked at again when given back."""
    rows: dict[str, dict[str, Any]] = {}
    for one in fillings:
        tx.filled.add(one.kind)
        row = rows.setdefault(one.lane, _row(one))
        row["priority"] = min(row["priority"], one.priority)
        row["next_at"] = min(row["next_at"], one.next_at)
    tx.put(_filled, [rows[key] for key in sorted(rows)])


def _fill(sql: Sql) -> Any:
    insert = sql.insert(LANE)
    new = insert.excluded
    sooner = case((new.next_at < _lane.next_at, new.next_at), else_=_lane.next_at)
    first = case((new.priority < _lane.priority, new.priority), else_=_lane.priority)
    return insert.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "priority": first,
            "next_at": case((_lane.owner.is_(None), sooner), else_=_lane.next_at),
        },
    )


_filled = Put(LANE, _fill)


def _row(one: Filling) -> dict[str, Any]:
    return {
        "key": one.lane,
        "kind": one.kind,
        "budget": one.budget,
        "priority": one.priority,
        "next_at": one.next_at,
        "fence": 0,
    }


def claim(
    tx: Transaction,
    kind: str,
    *,
    owner: str,
    limit: int,
    lease: timedelta,
    budget: str | Besides | None = None,
) -> list[Lease]:
    """Lease up to ``limit`` due lanes of a kind, the most urgent first.

    Only those of a ``budget``, if one is given, or those of the others.

    A leased lane is due again when its lease ends: so a dead worker's work is
    taken over by whoever looks next.
    """
    until = tx.now + lease
    fence = secrets.randbits(62)
    values = {
        "of_kind": kind,
        "now": tx.now,
        "at_most": limit,
        "owner": owner,
        "lease_until": until,
        "next_at": until,
        "fence": fence,
    }
    if isinstance(budget, Besides):
        leased = tx.run(_claimed_besides, {**values, "others": sorted(budget.names)})
    elif budget is None:
        leased = tx.run(_claimed, values)
    else:
        leased = tx.run(_claimed_of_budget, {**values, "of_budget": budget})
    return [Lease(lane=row.key, fence=fence) for row in leased]


_waiting = LANE.alias("waiting").c
_due = (
    select(_waiting.key)
    .where(_waiting.kind == bindparam("of_kind"), _waiting.next_at <= bindparam("now"))
    .order_by(_waiting.priority, _waiting.next_at)
    .limit(bindparam("at_most"))
    .with_for_update(skip_locked=True)
)


def _leased(sql: Sql, due: Select[Any]) -> Any:
    return update(LANE).where(sql.within(_lane.key, due)).returning(_lane.key)


_claimed = Prepared(partial(_leased, due=_due))
_claimed_of_budget = Prepared(
    partial(_leased, due=_due.where(_waiting.budget == bindparam("of_budget")))
)


@Prepared
def _claimed_besides(sql: Sql) -> Any:
    # Not "NOT among": that would become "!= ANY", which any other name fulfils.
    others = sql.among(_waiting.budget, "others").is_(False)
    return _leased(sql, _due.where(others))


def due_budgets(tx: Transaction, kind: str) -> list[str]:
    """Return the rate windows that have lanes waiting."""
    rows = tx.run(
        select(_lane.budget).where(_lane.kind == kind, _lane.next_at <= tx.now)
        .distinct()
    )  # fmt: skip
    return [row.budget for row in rows]


def heads(tx: Transaction, leases: Mapping[str, Lease], items: Table) -> list[Any]:
    """Return the head of each leased lane that is due.

    One look into the index a lane, however much waits behind its head.
    """
    rows = tx.run(_HEADS[items.name], {"keys": sorted(leases)})
    return [row for row in rows if row.next_at <= tx.now]


def release_others(
    tx: Transaction, leases: Mapping[str, Lease], due: Sequence[Any], *, items: Table
) -> None:
    """Give back the leased lanes that none of the due rows belongs to."""
    idle = leases.keys() - {row.lane for row in due}
    if idle:
        release(tx, [leases[lane] for lane in idle], items)


def hold(tx: Transaction, lease: Lease) -> None:
    """Lock the lane's row; LeaseLost if another worker took it over."""
    if not held(tx, [lease]):
        raise LeaseLost(lease.lane)


def held(tx: Transaction, leases: Sequence[Lease]) -> set[str]:
    """Lock the lanes' rows and return the names of those that are still ours."""
    fences = {one.lane: one.fence for one in leases}
    found = tx.run(_fences, {"keys": sorted(fences)})
    return {row.key for row in found if fences[row.key] == row.fence}


@Prepared
def _fences(sql: Sql) -> Any:
    return (
        select(_lane.key, _lane.fence)
        .where(sql.among(_lane.key, "keys"))
        .order_by(_lane.key)
        .with_for_update()
    )


def release(tx: Transaction, leases: Sequence[Lease], items: Table) -> None:
    """Give lanes back that we hold: gone when empty, else due when the head is."""
    keys = {"keys": [one.lane for one in leases]}
    if tx.run(_EMPTY[items.name], keys).rowcount < len(leases):
        given_back = tx.run(_NOT_EMPTY[items.name], keys)
        tx.filled.update(row.kind for row in given_back if row.next_at <= tx.now)


def _without_empty(sql: Sql, items: Table) -> Any:
    head = select(items.c.id).where(*_waiting_in(items)).correlate(LANE)
    return delete(LANE).where(sql.among(_lane.key, "keys"), ~head.exists())


def _with_fresh(sql: Sql, items: Table) -> Any:
    fresh: dict[str, Any] = {"owner": None, "lease_until": None, "fence": 0}
    fresh["next_at"] = _of_head(items.c.next_at)
    if items is DELIVERY:
        fresh["priority"] = _of_head(items.c.priority)
    given_back = update(LANE).where(sql.among(_lane.key, "keys"))
    return given_back.values(**fresh).returning(_lane.kind, _lane.next_at)


def _first_of_each(sql: Sql, items: Table) -> Any:
    other = items.alias("other")
    first = (
        select(other.c.id)
        .where(other.c.lane == _lane.key, text(f"other.{_STATES[items.name]}"))
        .order_by(other.c.id)
        .limit(1)
        .correlate(LANE)
        .scalar_subquery()
    )
    return (
        select(items)
        .select_from(LANE.join(items, items.c.id == first))
        .where(sql.among(_lane.key, "keys"))
        .order_by(items.c.id)
    )


_KEPT = (ARRIVAL, DELIVERY)
_HEADS = {t.name: Prepared(partial(_first_of_each, items=t)) for t in _KEPT}
_EMPTY = {t.name: Prepared(partial(_without_empty, items=t)) for t in _KEPT}
_NOT_EMPTY = {t.name: Prepared(partial(_with_fresh, items=t)) for t in _KEPT}


def _waiting_in(items: Table) -> tuple[Any, ...]:
    return items.c.lane == _lane.key, WAITING[items.name]


def _of_head(column: Column[Any]) -> Any:
    items = column.table
    return (
        select(column)
        .where(*_waiting_in(items))
        .order_by(items.c.id)
        .limit(1)
        .correlate(LANE)
        .scalar_subquery()
    )


def block(tx: Transaction, lease: Lease) -> None:
    """Keep a lane from being claimed until a person frees it."""
    tx.run(
        update(LANE)
        .where(_lane.key == lease.lane)
        .values(owner=BLOCKED, lease_until=None, next_at=FAR, fence=0)
    )


def free(tx: Transaction, lane: str) -> None:
    """Make a blocked lane due again."""
    tx.run(
        update(LANE)
        .where(_lane.key == lane, _lane.owner == BLOCKED)
        .values(owner=None, next_at=tx.now)
    )


def free_all(tx: Transaction) -> None:
    """End every lease: for the only process there is, when it starts."""
    tx.run(
        update(LANE)
        .where(_lane.owner.is_not(None), _lane.owner != BLOCKED)
        .values(owner=None, lease_until=None, next_at=tx.now)
    )
