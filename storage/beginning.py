"""When the desk began: managers are told nothing of the time before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from storage.journal import EVENT
from storage.moments import rfc3339
from storage.schema import table
from storage.transaction import Transaction

CURSOR = table("cursor")
NAME = "began"


def note(tx: Transaction) -> None:
    """Let the desk have begun now or with its first event, if none knows better."""
    if known(tx) is not None:
        return
    # Ids of events grow with time, and the table is found by them.
    first = tx.run(select(EVENT.c.at).order_by(EVENT.c.id).limit(1)).scalar()
    at = tx.now if first is None else min(tx.now, first)
    row = {"name": NAME, "value": {"at": rfc3339(at)}}
    tx.run(tx.upsert(CURSOR).on_conflict_do_nothing(), row)


def known(tx: Transaction) -> datetime | None:
    """Return when the desk began, None while it has not."""
    value = tx.run(select(CURSOR.c.value).where(CURSOR.c.name == NAME)).scalar()
    return None if value is None else datetime.fromisoformat(value["at"])
