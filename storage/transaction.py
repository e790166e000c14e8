"""One transaction: a connection, the moment it began, and the lanes it filled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.blobs import Blobs
from storage.ids import BlockIds

T = TypeVar("T")
Row = dict[str, Any]


@dataclass(kw_only=True, slots=True)
class Transaction:
    """What a job works with; it is committed, or it never happened."""

    connection: Connection
    now: datetime
    ids: BlockIds
    blobs: Blobs
    filled: set[str] = field(default_factory=set)  # kinds of lanes with new work

    def run(self, statement: Executable, rows: Row | Sequence[Row] = ()) -> Any:
        """Execute a statement, once or for each row."""
        return self.connection.execute(statement, rows or None)

    def upsert(self, table: Table) -> Any:
        """Return the dialect's INSERT, which knows ON CONFLICT."""
        if self.connection.dialect.name == "sqlite":
            return sqlite.insert(table)
        return postgresql.insert(table)


Job = Callable[[Transaction], T]
