"""How far each mailbox was read; its row of ``cursor`` is also its door's count."""

from __future__ import annotations

from sqlalchemy import select

from storage.schema import table
from storage.transaction import Transaction
from tickets.model import Json

CURSOR = table("cursor")


def door_of(mailbox: str) -> str:
    """Return the name of the row: that of the door, for storage.doors."""
    return f"imap:{mailbox}"


def position(tx: Transaction, mailbox: str) -> Json | None:
    """Return what the reader said last, None if it never did."""
    row = select(CURSOR.c.value).where(CURSOR.c.name == door_of(mailbox))
    value: Json | None = tx.run(row).scalar()
    return value


def settle(tx: Transaction, mailbox: str, position: Json) -> None:
    """Write where the reader is, though nothing was kept; the count stays."""
    name = door_of(mailbox)
    row = select(CURSOR.c.value).where(CURSOR.c.name == name).with_for_update()
    value = {"taken": 0, **(tx.run(row).scalar() or {}), **position}
    insert = tx.upsert(CURSOR).values(name=name, value=value)
    tx.run(insert.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
