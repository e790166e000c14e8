"""Telegram accounts pass to the contacts whose links they opened."""

from __future__ import annotations

from sqlalchemy import delete, insert, update

from storage.rows import ADDRESS, CONTACT
from storage.schema import table
from storage.transaction import Transaction
from tickets.work import NewAddress, Work

LINK_TOKEN = table("link_token")


def give_accounts(tx: Transaction, work: Work) -> None:
    """Write down who has which account now, and that their links are spent.

    A link that another process has used meanwhile fails the transaction.
    """
    for spent in work.spent_links:
        row = {
            "token": spent.token,
            "kind": "telegram",
            "subject": spent.subject,
            "expires_at": spent.expires_at,
            "used_at": work.now,
        }
        tx.run(insert(LINK_TOKEN), row)
    for given in work.addresses:
        _give(tx, given)


def _give(tx: Transaction, given: NewAddress) -> None:
    account = str(given.telegram)
    tx.run(
        delete(ADDRESS).where(ADDRESS.c.kind == "telegram", ADDRESS.c.value == account)
    )
    row = {
        "contact_id": given.contact_id,
        "kind": "telegram",
        "value": account,
        "verified": True,
    }
    tx.run(insert(ADDRESS), row)
    for contact, version in given.versions:
        tx.run(update(CONTACT).where(CONTACT.c.id == contact).values(version=version))
