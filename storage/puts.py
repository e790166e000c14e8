"""Rows to be written whose answer nobody waits for: on PostgreSQL in one statement.

SQLite takes a row in 20 us where it stands; PostgreSQL takes as long to be asked as
to write, so all that a job puts goes there at once, as JSON, into one statement with
a part for each table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Executable,
    String,
    Table,
    TypeDecorator,
    bindparam,
    cast,
    column,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from typing_extensions import override

from storage.prepared import Prepared, Row, Sql

Columns = tuple[str, ...]
_THIS = "this"


class Put(Prepared):
    """An INSERT or UPDATE of one table."""

    def __init__(self, table: Table, build: Callable[[Sql], Any]) -> None:
        super().__init__(build)
        self.table = table

    def part(self, sql: Sql, rows: Any, columns: Columns) -> Any:
        """Return the statement for a set of rows instead of one."""
        chosen = select(*(rows.c[name] for name in columns))
        statement: Any = self.build(sql)
        return statement.from_select(columns, chosen)


class Change(Put):
    """An UPDATE of the row whose id is given as ``this``."""

    def __init__(self, table: Table) -> None:
        super().__init__(
            table, lambda _: update(table).where(table.c.id == bindparam(_THIS))
        )

    @override
    def part(self, sql: Sql, rows: Any, columns: Columns) -> Any:
        fresh = {name: rows.c[name] for name in columns if name != _THIS}
        return update(self.table).where(self.table.c.id == rows.c[_THIS]).values(fresh)


def new(table: Table) -> Put:
    """Return the INSERT of rows that are not there."""
    return Put(table, lambda _: insert(table))


def new_or_known(table: Table) -> Put:
    """Return the INSERT that leaves a row alone that is there."""
    return Put(table, lambda sql: sql.insert(table).on_conflict_do_nothing())


@lru_cache(maxsize=256)
def together(parts: tuple[tuple[Put, Columns], ...]) -> Prepared:
    """Return one statement that puts all the parts; ``rows0`` and on are their rows."""

    def build(sql: Sql) -> Executable:
        written = [
            put.part(sql, _rows(put.table, columns, f"rows{place}"), columns)
            for place, (put, columns) in enumerate(parts)
        ]
        named = [part.cte(f"part{place}") for place, part in enumerate(written)]
        return select(literal(1)).add_cte(*named)

    return Prepared(build)


def _rows(table: Table, columns: Columns, name: str) -> Any:
    typed = [
        column(one, table.c["id" if one == _THIS else one].type) for one in columns
    ]
    given = cast(bindparam(name, type_=_Json()), JSONB)
    rows = func.jsonb_to_recordset(given).table_valued(*typed)
    return rows.render_derived(with_types=True)


class _Json(TypeDecorator[Sequence[Row]]):
    """Rows as JSON text."""

    impl = String
    cache_ok = True

    @override
    def process_bind_param(self, value: Any, dialect: Any) -> str:
        return _encode(value)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    raise TypeError(f"no column takes a {type(value).__name__}")


_encode = json.JSONEncoder(default=_plain, ensure_ascii=False).encode
