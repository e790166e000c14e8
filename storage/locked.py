"""Bytes that go nowhere, however many files of people hold them."""

from __future__ import annotations

from sqlalchemy import select, text

from storage.rows import ATTACHMENT
from storage.transaction import Transaction


def is_locked(tx: Transaction, sha256: str) -> bool:
    """Say whether a file with these bytes was found to be dangerous."""
    query = select(ATTACHMENT.c.id).where(
        ATTACHMENT.c.sha256 == sha256,
        text("attachment.state = 'infected'"),  # as its index says it
    )
    return tx.run(query.limit(1)).first() is not None
