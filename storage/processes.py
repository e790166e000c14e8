"""Which processes serve the desk, and what each of them feeds.

A process that was started with another configuration must be gone before a target of
the bus may choose anew: it would leave holes.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, text

from storage.keyring import CURSOR
from storage.transaction import Transaction

_OURS = "process:"
#: The lock is asked for rather than looked up; it is let go with the transaction.
_ABSENT = text(
    "SELECT pg_try_advisory_xact_lock("
    "hashtextextended('zayavka:process ' || :owner, 0))"
)


def appear(tx: Transaction, owner: str, feeds: dict[str, Any]) -> None:
    """Write down what a process feeds; it holds the lock of its presence as well."""
    row = {"name": f"{_OURS}{owner}", "value": {"feeds": feeds}}
    tx.run(tx.upsert(CURSOR).on_conflict_do_nothing(), row)


def leave(tx: Transaction, owner: str) -> None:
    tx.run(delete(CURSOR).where(CURSOR.c.name == f"{_OURS}{owner}"))


def others(tx: Transaction, target: str, feed: Any) -> dict[str, bool]:
    """Return who feeds a target in another way, and whether their lock is held."""
    found = tx.run(
        select(CURSOR.c.name, CURSOR.c.value).where(
            CURSOR.c.name.startswith(_OURS, autoescape=True)
        )
    ).all()
    owners = [
        row.name.removeprefix(_OURS)
        for row in found
        if row.value["feeds"].get(target) != feed
    ]
    return {one: not tx.run(_ABSENT, {"owner": one}).scalar() for one in owners}
