"""What the desk wrote down, looked at from outside."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from storage import once
from storage.store import Places
from storage.transaction import Job
from tests.databases import age

T = TypeVar("T")
Row = dict[str, Any]


class Records:
    """The database of a desk, of either kind."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def rows(self, query: str, **values: Any) -> list[Row]:
        with self._engine.connect() as connection:
            return [
                dict(row) for row in connection.execute(text(query), values).mappings()
            ]

    def column(self, query: str, **values: Any) -> list[Any]:
        return [next(iter(row.values())) for row in self.rows(query, **values)]

    def waiting(self) -> int:
        """Return how much there is still to do; what is held waits for a person."""
        query = """
            SELECT (SELECT count(*) FROM arrival WHERE state = 'new')
            + (SELECT count(*) FROM delivery
               WHERE state IN ('new', 'sending', 'uncertain'))
        """
        return int(self.column(query)[0])

    def age(self) -> None:
        """Let the desk, which was never run, have begun long ago."""
        age(self._places)

    def look(self, job: Job[T]) -> T:
        """Run a job of the storage that only looks."""
        return once.look(self._places, job, clock=lambda: datetime.now(UTC))

    @cached_property
    def _engine(self) -> Engine:
        """Open connections that are closed after use, as there are many houses."""
        url = self._places.url
        if self._places.is_sqlite:
            url = url.set(
                database=f"file:{url.database}", query={"mode": "ro", "uri": "true"}
            )
        return create_engine(url, poolclass=NullPool)
