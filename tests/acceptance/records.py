"""What the desk wrote down, looked at from outside."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from storage import once
from storage.store import Places
from storage.transaction import Job

T = TypeVar("T")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Records:
    """The SQLite database of a desk in ``folder``."""

    folder: Path

    def rows(self, query: str, *values: Any) -> list[Row]:
        uri = f"file:{self.folder / 'var' / 'zayavka.db'}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=10)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]

    def column(self, query: str, *values: Any) -> list[Any]:
        return [next(iter(row.values())) for row in self.rows(query, *values)]

    def waiting(self) -> int:
        """Return how much there is still to do."""
        query = """
            SELECT (SELECT count(*) FROM arrival WHERE state IN ('new', 'held'))
            + (SELECT count(*) FROM delivery
               WHERE state IN ('new', 'sending', 'uncertain'))
        """
        return int(self.column(query)[0])

    def look(self, job: Job[T]) -> T:
        """Run a job of the storage that only looks."""
        var = self.folder / "var"
        places = Places.of(f"sqlite:///{var / 'zayavka.db'}", var / "blobs")
        return once.look(places, job, clock=lambda: datetime.now(UTC))
