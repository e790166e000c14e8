"""Who our bot is in Telegram, so that every process can say where to write to it."""

from __future__ import annotations

from sqlalchemy import select

from storage.schema import table
from storage.transaction import Transaction

CURSOR = table("cursor")
NAME = "telegram-bot"


def remember(tx: Transaction, username: str) -> None:
    """Write down what Telegram calls the bot."""
    fresh = {"username": username}
    insert = tx.upsert(CURSOR).values(name=NAME, value=fresh)
    tx.run(insert.on_conflict_do_update(index_elements=["name"], set_={"value": fresh}))


def username(tx: Transaction) -> str | None:
    """Return the bot's name, None until it has spoken to Telegram."""
    value = tx.run(select(CURSOR.c.value).where(CURSOR.c.name == NAME)).scalar()
    return None if value is None else str(value["username"])
