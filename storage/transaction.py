"""One transaction: a connection, the moment it began, and the lanes it filled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Table

from storage.blobs import Blobs
from storage.ids import BlockIds
from storage.prepared import Prepared, Sql
from storage.puts import Put, together

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
    _puts: list[tuple[Put, Sequence[Row]]] = field(default_factory=list)
    _cursor: Any = None

    def run(
        self, statement: Executable | Prepared, rows: Row | Sequence[Row] = ()
    ) -> Any:
        """Execute a statement, once or for each row."""
        self.settle()
        if not isinstance(statement, Prepared):
            return self.connection.execute(statement, rows or None)
        each = [rows] if isinstance(rows, dict) else rows or [{}]
        return statement.run(self.cursor, self.connection.dialect, each)

    def put(self, statement: Put, rows: Sequence[Row]) -> None:
        """Write rows, at the latest before the next statement runs."""
        if not rows:
            return
        if self.connection.dialect.name == "sqlite":
            statement.run(self.cursor, self.connection.dialect, rows)
            return
        if any(statement.table is waiting.table for waiting, _ in self._puts):
            self.settle()  # no statement may meet a row twice
        self._puts.append((statement, rows))

    def settle(self) -> None:
        """Write what was put and still waits."""
        if not self._puts:
            return
        puts, self._puts = self._puts, []
        whole = together(tuple((put, tuple(rows[0])) for put, rows in puts))
        values = {f"rows{place}": rows for place, (_, rows) in enumerate(puts)}
        whole.run(self.cursor, self.connection.dialect, [values])

    @property
    def cursor(self) -> Any:
        """Return the driver's own cursor; its errors are the driver's, too."""
        if self._cursor is None:
            self._cursor = self.connection.connection.cursor()
        return self._cursor

    def upsert(self, table: Table) -> Any:
        """Return the dialect's INSERT, which knows ON CONFLICT."""
        return Sql(self.connection.dialect).insert(table)


Job = Callable[[Transaction], T]
