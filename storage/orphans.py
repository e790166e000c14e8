"""Leases of processes that are gone, found by the locks that they no longer hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, text, update

from storage import arrivals
from storage.lanes import LANE
from storage.transaction import Transaction

_leased = LANE.alias("leased").c


def presence(owner: str) -> str:
    """Return the name of the lock that a process holds as long as it lives."""
    return f"process {owner}"


#: The lock is asked for rather than looked up; it is let go with the transaction.
_ABSENT = text("""
    SELECT owner FROM (
        SELECT DISTINCT owner FROM lane WHERE lease_until IS NOT NULL
    ) AS leasing
    WHERE pg_try_advisory_xact_lock(hashtextextended('zayavka:process ' || owner, 0))
""")


def absent(tx: Transaction) -> list[str]:
    """Return who leases lanes and does not hold the lock of its presence."""
    return [row.owner for row in tx.run(_ABSENT)]


def bequeath(
    tx: Transaction,
    owners: Sequence[str],
    *,
    grace: timedelta,
    delay: Callable[[int], timedelta],
) -> int:
    """Let what absent processes have in hand fall due after a grace; count the lanes.

    ``delay`` is asked how much longer what they may have died of waits, by its tries.
    """
    until = tx.now + grace
    theirs = _leased.owner.in_(owners), _leased.lease_until > until
    lanes_of = _let_end(tx, until, *theirs)
    arrivals.stagger(tx, lambda tries: grace + delay(tries), among=lanes_of)
    return len(lanes_of)


def come_back(tx: Transaction, owner: str, lease: timedelta) -> None:
    """Let a process that was absent for a moment keep what it has in hand."""
    until = tx.now + lease
    _let_end(tx, until, _leased.owner == owner, _leased.lease_until < until)


def _let_end(
    tx: Transaction, until: datetime, *which: ColumnElement[bool]
) -> list[str]:
    """Let the leases of these lanes end then; return the lanes."""
    keys = select(_leased.key).where(*which).order_by(_leased.key).with_for_update()
    changed = update(LANE).where(LANE.c.key.in_(keys))
    ending = changed.values(lease_until=until, next_at=until)
    return [row.key for row in tx.run(ending.returning(LANE.c.key))]
