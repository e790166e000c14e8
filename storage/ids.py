"""Row ids taken in blocks ahead, so that a transaction knows them without asking."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import uuid_utils
from sqlalchemy import Engine, text

#: Tables whose ids the rules need before the rows are written. Processes take blocks
#: in turns, so the order of the ids says nothing.
NUMBERED = (
    "organisation",
    "contact",
    "specialist",
    "ticket",
    "comment",
    "attachment",
)
BLOCK = 200


class BlockIds:
    """Ids from the database's sequences, or counted on where only we write."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._left: dict[str, Iterator[int]] = {}

    def row(self, table: str) -> int:
        with self._lock:
            for taken in self._left.get(table, iter(())):
                return taken
            self._left[table] = self._take(table)
            return next(self._left[table])

    def uuid(self) -> str:
        return str(uuid_utils.uuid7())

    def forget(self) -> None:
        """Count anew: another process may have written in between."""
        with self._lock:
            self._left.clear()

    def _take(self, table: str) -> Iterator[int]:
        if table not in NUMBERED:
            raise KeyError(f"no ids are handed out for table {table!r}")
        with self._engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                last = connection.execute(text(f"SELECT max(id) FROM {table}"))  # noqa: S608 # a name from NUMBERED
                start = (last.scalar() or 0) + 1
                return iter(range(start, 2**62))
            taken = connection.execute(
                text("SELECT nextval(:name) FROM generate_series(1, :block)"),
                {"name": f"{table}_id_seq", "block": BLOCK},
            )
            return iter([row[0] for row in taken])
