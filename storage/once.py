"""One look at the records, or one change, by a process that then ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, ProgrammingError

from storage import schema
from storage.blobs import Blobs
from storage.engine import postgres, sqlite_reader
from storage.errors import StorageError
from storage.ids import BlockIds
from storage.store import Places, SchemaOutdated, Store
from storage.transaction import Job, Transaction
from storage.writer import translate

T = TypeVar("T")
Clock = Callable[[], datetime]
UPGRADE = "run `zayavka db upgrade`"


class NoRecords(StorageError):  # noqa: N818 # a state of the disk
    """There is no database yet: it is made by ``run`` and ``db upgrade``."""


def look(places: Places, job: Job[T], *, clock: Clock) -> T:
    """Run a job that only looks and sees one moment of the records."""
    with _reader(places) as engine, engine.connect() as connection:
        _freeze(connection)
        tx = Transaction(
            connection=connection,
            now=clock(),
            ids=BlockIds(engine),
            blobs=Blobs(places.blobs),
        )
        return job(tx)


def change(places: Places, job: Job[T], *, clock: Clock) -> T:
    """Run a job and commit it; SchemaOutdated if the tables are not this program's."""
    if not is_current(places):
        raise SchemaOutdated(f"the database has another schema: {UPGRADE}")
    store = Store(places, clock=clock, on_filled=lambda _kinds: None, connections=1)
    try:
        return store.write(job)
    finally:
        store.close()


def is_current(places: Places) -> bool:
    """Say whether the schema is this program's, touching nothing."""
    with _reader(places) as engine:
        return schema.is_current(engine)


@contextmanager
def _reader(places: Places) -> Iterator[Engine]:
    if places.is_sqlite and not Path(places.url.database or "").exists():
        raise NoRecords(f"there is no database at {places.url.database}: {UPGRADE}")
    engine = sqlite_reader(places.url) if places.is_sqlite else postgres(places.url, 1)
    try:
        yield engine
    except ProgrammingError as error:
        raise SchemaOutdated(f"the database lacks a table: {UPGRADE}") from error
    except DBAPIError as error:
        if "no such table" in str(error.orig):
            raise SchemaOutdated(f"the database lacks a table: {UPGRADE}") from error
        raise translate(error) from error
    finally:
        engine.dispose()


def _freeze(connection: Connection) -> None:
    """Let every query of the job see the same moment, and none of them write."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN")
        return
    connection.execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )
