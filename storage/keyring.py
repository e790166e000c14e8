"""Which secret signs what these records send: known by its fingerprint alone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from storage.schema import table
from storage.transaction import Transaction

CURSOR = table("cursor")
NAME = "secret"
_ours = CURSOR.c.name == NAME


def recognise(tx: Transaction, fingerprints: Sequence[str]) -> bool:
    """Say whether the secret that signed last is among ours, newest first.

    The first of them signs from now on. Records that know none yet take it.
    """
    newest = {"fingerprint": fingerprints[0]}
    row = {"name": NAME, "value": newest}
    tx.run(tx.upsert(CURSOR).on_conflict_do_nothing(), row)
    last = known(tx)
    if last not in fingerprints:
        return False
    if last != fingerprints[0]:
        tx.run(update(CURSOR).where(_ours).values(value=newest))
    return True


def known(tx: Transaction) -> str | None:
    """Return the fingerprint of the secret that signed last."""
    value = tx.run(select(CURSOR.c.value).where(_ours)).scalar()
    return None if value is None else str(value["fingerprint"])


def forget(tx: Transaction) -> None:
    """Let the next secret be the right one, whichever it is."""
    tx.run(delete(CURSOR).where(_ours))
