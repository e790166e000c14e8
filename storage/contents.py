"""Bytes by their sha256, each kept once: small ones in a row, large ones in a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from storage import puts
from storage.blobs import is_large
from storage.prepared import Prepared, Sql
from storage.schema import table
from storage.transaction import Row, Transaction
from tickets.letter import File
from tickets.model import Attachment

BLOB = table("blob")
_new = puts.new_or_known(BLOB)


def keep(tx: Transaction, contents: Mapping[str, bytes]) -> None:
    """Keep the bytes under their sha256."""
    rows = [_row(tx, key, contents[key]) for key in sorted(contents)]
    if rows:
        tx.run(_new, rows)  # not put: bytes are no JSON


def _row(tx: Transaction, sha256: str, content: bytes) -> Row:
    in_file = is_large(content)
    if in_file:
        tx.blobs.store(sha256, content)  # done already by who thought of it
    return {
        "sha256": sha256,
        "size": len(content),
        "content": None if in_file else content,
    }


def load(tx: Transaction, sha256: str) -> bytes:
    """Return the bytes; LookupError if they were never kept."""
    small = load_small(tx, [sha256]).get(sha256, b"")
    return tx.blobs.load(sha256) if small is None else small


def load_file(tx: Transaction, file: Attachment) -> File:
    """Return an attachment with its bytes."""
    return File(
        name=file.name,
        media_type=file.media_type,
        content=load(tx, file.sha256 or ""),
        content_id=file.content_id,
    )


def load_small(tx: Transaction, keys: Sequence[str]) -> dict[str, bytes | None]:
    """Return what stands in rows, None for what is in a file.

    LookupError names what was never kept.
    """
    found = {row.sha256: row.content for row in tx.run(_rows, {"keys": list(keys)})}
    if missing := set(keys) - found.keys():
        raise LookupError(f"there is no blob {sorted(missing)}")
    return found


@Prepared
def _rows(sql: Sql) -> Any:
    return select(BLOB.c.sha256, BLOB.c.content).where(sql.among(BLOB.c.sha256, "keys"))
