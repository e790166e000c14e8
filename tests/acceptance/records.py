"""What the desk wrote down, looked at from outside."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from storage.audit import Audit, audit
from storage.store import Places, Store

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Records:
    """The SQLite database of a desk in ``folder``."""

    folder: Path

    @property
    def places(self) -> Places:
        var = self.folder / "var"
        return Places.of(f"sqlite:///{var / 'zayavka.db'}", var / "blobs")

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

    def audit(self) -> Audit:
        """Add everything up, as the operator's ``audit`` does; the desk is stopped."""
        store = Store(self.places, clock=_now, on_filled=lambda kinds: None)
        try:
            return store.read(audit)
        finally:
            store.close()


def _now() -> datetime:
    return datetime.now(UTC)
