"""The storage as the rest of the program holds it: write jobs, read jobs, wake-ups."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from storage import schema
from storage.blobs import Blobs, is_large
from storage.engine import parse_url, postgres, sqlite_reader, sqlite_writer
from storage.errors import StorageError
from storage.ids import BlockIds
from storage.listen import Caller
from storage.transaction import Job, Transaction
from storage.writer import GroupWriter, PoolWriter, Writer, translate

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Where the records are: the database, and the folder of large blobs."""

    url: URL
    blobs: Path

    @classmethod
    def of(cls, url: str, blobs: Path) -> Places:
        """Read a database URL; ValueError names what is wrong with it."""
        return cls(url=parse_url(url), blobs=blobs)

    @property
    def is_sqlite(self) -> bool:
        return self.url.drivername == "sqlite"


class SchemaOutdated(StorageError):  # noqa: N818 # a state of the database
    """The database has another schema than this program: run ``db upgrade``."""


class Store:
    """One process's way to the records.

    ``on_filled`` is told which kinds of lanes have new work, from the thread that
    committed it.
    """

    def __init__(
        self,
        places: Places,
        *,
        clock: Callable[[], datetime],
        on_filled: Callable[[set[str]], None],
        connections: int = 4,
    ) -> None:
        self._clock = clock
        self._blobs = Blobs(places.blobs)
        if places.is_sqlite:
            self._engine = sqlite_writer(places.url)
            self._reader = sqlite_reader(places.url)
        else:
            self._engine = self._reader = postgres(places.url, connections)
        self._ids = BlockIds(self._reader)
        self._on_filled = on_filled
        self._caller = None if places.is_sqlite else Caller(places.url)
        self._writer = self._open_writer(connections)

    def _open_writer(self, connections: int) -> Writer:
        if self._caller is None:
            return GroupWriter(self._engine, self._begin, self._on_filled)
        return PoolWriter(
            self._engine, self._begin, self._tell_all, threads=connections
        )

    def _tell_all(self, kinds: set[str]) -> None:
        """Tell our own process and the others that lanes were filled."""
        self._on_filled(kinds)
        if self._caller is not None:
            self._caller.call(kinds)

    def _begin(self, connection: Connection) -> Transaction:
        return Transaction(
            connection=connection, now=self._clock(), ids=self._ids, blobs=self._blobs
        )

    @property
    def is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def submit(self, job: Job[T]) -> Future[T]:
        """Run a job in its own transaction; the future is done once it is committed.

        The future raises what the job raised, StorageFull or StorageDown.
        """
        return self._writer.submit(partial(_run, job))

    def write(self, job: Job[T]) -> T:
        """Run a job and wait for its commit."""
        return self.submit(job).result()

    def read(self, job: Job[T]) -> T:
        """Run a job that only looks, on a connection that cannot write."""
        try:
            with self._reader.connect() as connection:
                return job(self._begin(connection))
        except (DBAPIError, PoolTimeout) as error:
            raise translate(error) from error

    def keep_large(self, contents: Mapping[str, bytes]) -> None:
        """Write the large ones among these bytes, by sha256, before a job names them.

        So that the jobs of others need not wait for it. StorageFull or OSError.
        """
        try:
            for key, content in contents.items():
                if is_large(content):
                    self._blobs.store(key, content)
        except OSError as error:
            raise translate(error) from error

    def close(self) -> None:
        """Finish what was submitted and let the connections go."""
        self._writer.close()
        if self._caller is not None:
            self._caller.close()
        self._engine.dispose()
        self._reader.dispose()


def upgrade(places: Places) -> None:
    """Bring the database to the newest schema; StorageError if it cannot be used."""
    with _one_connection(places) as engine:
        schema.upgrade(engine)


def is_current(places: Places) -> bool:
    """Say whether the database has the schema of this program."""
    with _one_connection(places) as engine:
        return schema.is_current(engine)


@contextmanager
def _one_connection(places: Places) -> Iterator[Engine]:
    engine = sqlite_writer(places.url) if places.is_sqlite else postgres(places.url, 1)
    try:
        yield engine
    except DBAPIError as error:
        where = places.url.render_as_string(hide_password=True)
        raise StorageError(f"{where} cannot be used: {error.orig}") from error
    finally:
        engine.dispose()


def _run(job: Job[T], tx: Transaction) -> T:
    try:
        return job(tx)
    except StopIteration as error:
        # A future that is awaited cannot carry it: who waits would wait for ever.
        raise RuntimeError("a job ended with StopIteration") from error
