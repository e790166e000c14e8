"""Statements of the hot path: written in SQLAlchemy Core, compiled once, then sent.

To build a statement, look up its compiled form and wrap its result costs SQLAlchemy
ten times what the database takes to run it.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Dialect,
    Executable,
    Select,
    Table,
    TypeDecorator,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import JSON, TypeEngine
from typing_extensions import override

Row = dict[str, Any]
Process = Callable[[Any], Any]


class _List(TypeDecorator[Sequence[Any]]):
    """Many values in one parameter: an array, or JSON text on SQLite."""

    impl = JSON
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    @override
    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(JSON())
        return dialect.type_descriptor(postgresql.ARRAY(self.item))


class Sql:
    """The words in which the databases differ."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def insert(self, table: Table) -> Any:
        """Return the INSERT that knows ON CONFLICT."""
        module = sqlite if self._dialect.name == "sqlite" else postgresql
        return module.insert(table)

    def each(self, name: str, like: Column[Any]) -> Select[Any]:
        """Select the values of the list that is bound by this name."""
        values = bindparam(name, type_=_List(like.type))
        if self._dialect.name == "sqlite":
            return select(func.json_each(values).table_valued("value").c.value)
        return select(func.unnest(values).column_valued())

    def among(self, column: Column[Any], name: str) -> ColumnElement[bool]:
        """Say that a column has one of the values bound by this name."""
        if self._dialect.name == "sqlite":
            return column.in_(self.each(name, column))
        return column == func.any(bindparam(name, type_=_List(column.type)))

    def within(self, column: Column[Any], query: Select[Any]) -> ColumnElement[bool]:
        """Say that a column has one of the few values that a query returns.

        PostgreSQL would rather read the whole table than so many of its rows, unless
        it is handed an array.
        """
        if self._dialect.name == "sqlite":
            return column.in_(query)
        return column == func.any(func.array(query.scalar_subquery()))


class Rows(list[Any]):
    """All that a statement returned, each row with its columns as attributes."""

    rowcount = -1

    def all(self) -> Rows:
        return self

    def first(self) -> Any:
        return self[0] if self else None

    def one(self) -> Any:
        (only,) = self
        return only

    def scalar(self) -> Any:
        return self[0][0] if self else None

    def scalar_one(self) -> Any:
        return self.one()[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Text:
    """A statement in the words of one database.

    ``slots`` are its parameters in order: by name with what turns the value into
    the driver's, or without a name and constant.
    """

    sql: str
    slots: tuple[tuple[str, Process | None, Any], ...]
    given: int
    names: tuple[str, ...] | None
    make: Process | None

    def bind(self, row: Row) -> Any:
        if len(row) != self.given:
            raise TypeError(f"takes {self.given} values, not {sorted(row)}: {self.sql}")
        values = [
            constant
            if not name
            else (row[name] if process is None else process(row[name]))
            for name, process, constant in self.slots
        ]
        return (
            values if self.names is None else dict(zip(self.names, values, strict=True))
        )


class Prepared:
    """A statement that is built and compiled when it is first used.

    Values are given by the names of its ``bindparam``s and, for INSERT and UPDATE,
    of the columns to write; the same names every time.
    """

    def __init__(self, build: Callable[[Sql], Executable]) -> None:
        self.build = build
        self._texts: dict[str, _Text] = {}

    def run(self, cursor: Any, dialect: Dialect, rows: Sequence[Row]) -> Rows:
        """Send it once for each row; DBAPIError as SQLAlchemy raises it."""
        text = self._texts.get(dialect.name) or self._compile(dialect, rows[0])
        bound = [text.bind(row) for row in rows]
        try:
            if len(bound) == 1:
                cursor.execute(text.sql, bound[0])
            else:
                cursor.executemany(text.sql, bound)
            found = Rows(map(text.make, cursor.fetchall()) if text.make else ())
        except dialect.loaded_dbapi.Error as error:
            base = dialect.loaded_dbapi.Error
            raise DBAPIError.instance(
                text.sql, None, error, base, dialect=dialect
            ) from error
        found.rowcount = cursor.rowcount
        return found

    def _compile(self, dialect: Dialect, row: Row) -> _Text:
        statement: Any = self.build(Sql(dialect))
        compiled = statement.compile(
            dialect=dialect, column_keys=list(row), for_executemany=True
        )
        text = self._texts[dialect.name] = _text(dialect, compiled, row)
        return text


def _text(dialect: Dialect, compiled: SQLCompiler, row: Row) -> _Text:
    types = {name: bind.type for bind, name in compiled.bind_names.items()}
    names = compiled.positiontup
    order = list(types) if names is None else names
    constants = compiled.construct_params(_check=False)
    slots: list[tuple[str, Process | None, Any]] = []
    for name in order:
        process = types[name].dialect_impl(dialect).bind_processor(dialect)
        constant = None if name in row else constants[name]
        if process and constant is not None:
            constant = process(constant)
        slots.append((name if name in row else "", process, constant))
    if unknown := row.keys() - set(order):
        raise TypeError(f"does not take {sorted(unknown)}: {compiled.string}")
    return _Text(
        sql=compiled.string,
        slots=tuple(slots),
        given=len(row),
        names=tuple(order) if names is None else None,
        make=_maker(dialect, compiled),
    )


def _maker(dialect: Dialect, compiled: SQLCompiler) -> Process | None:
    """Return what makes a row of what the driver returns."""
    columns = compiled._result_columns  # noqa: SLF001 # names and types of the result have no public place
    if not columns:
        return None
    names = [column.keyname for column in columns]
    made = namedtuple("Row", names)  # type: ignore[misc]  # noqa: PYI024 # its fields are known when it runs
    found = [
        (place, column.type.dialect_impl(dialect).result_processor(dialect, None))
        for place, column in enumerate(columns)
    ]
    processed = [(place, process) for place, process in found if process]
    if not processed:
        return made._make

    def make(raw: Sequence[Any]) -> Any:
        values = list(raw)
        for place, process in processed:
            values[place] = process(values[place])
        return made._make(values)

    return make
