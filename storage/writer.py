"""Who runs jobs: one thread with group commit on SQLite, a pool on PostgreSQL."""

from __future__ import annotations

import errno
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from storage.errors import StorageDown, StorageError, StorageFull
from storage.transaction import Job, Transaction

T = TypeVar("T")
Begin = Callable[[Connection], Transaction]
GROUP = 100
ATTEMPTS = 5
PAUSE = 0.02
RETRIED_SQLSTATES = {"40001", "40P01"}  # serialization failure, deadlock
FULL_SQLSTATES = {"53100", "53200"}
FULL_ERRNOS = {errno.ENOSPC, errno.EDQUOT}


class Writer(Protocol):
    """Runs jobs, each in its own transaction or savepoint."""

    def submit(self, job: Job[T]) -> Future[T]:
        """Return a future that is done once the job is committed."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Waiting:
    job: Job[Any]
    future: Future[Any]


class GroupWriter:
    """One thread that commits all the jobs waiting at a moment together.

    Each job runs in a savepoint of its own: one that raises undoes itself alone.
    A job may run twice if the common commit fails, so it must not act outside.
    """

    def __init__(
        self,
        engine: Engine,
        begin: Begin,
        on_filled: Callable[[set[str]], None],
    ) -> None:
        self._engine = engine
        self._begin = begin
        self._on_filled = on_filled
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="storage-writer")
        self._thread.start()

    def submit(self, job: Job[T]) -> Future[T]:
        future: Future[T] = Future()
        self._queue.put(_Waiting(job, future))
        return future

    def close(self) -> None:
        """Finish what was submitted and stop."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        with self._engine.connect() as connection:
            while (first := self._queue.get()) is not None:
                group = [first]
                last = False
                while len(group) < GROUP and not self._queue.empty():
                    more = self._queue.get()
                    if more is None:
                        last = True
                        break
                    group.append(more)
                # Whoever gave up waiting does not want it done any more.
                wanted = [one for one in group if _is_wanted(one)]
                self._commit(connection, wanted)
                if last:
                    return

    def _commit(self, connection: Connection, group: list[_Waiting]) -> None:
        tx = self._begin(connection)
        done: list[tuple[_Waiting, Any]] = []
        try:
            with connection.begin():
                done = [
                    (one, _in_savepoint(tx, one, alone=len(group) == 1))
                    for one in group
                ]
        except Exception as error:  # noqa: BLE001 # handed to those who wait
            _roll_back(connection)
            self._retry_apart(connection, group, error)
            return
        for one, result in done:
            _settle(one.future, result)
        self._on_filled(tx.filled)

    def _retry_apart(
        self, connection: Connection, group: list[_Waiting], error: Exception
    ) -> None:
        """Find the one that spoiled the commit by running each alone."""
        if len(group) > 1 and isinstance(error, IntegrityError):
            for one in group:
                self._commit(connection, [one])
            return
        for one in group:
            one.future.set_exception(translate(error))


def _is_wanted(one: _Waiting) -> bool:
    return one.future.set_running_or_notify_cancel()


@dataclass(frozen=True, slots=True)
class _Raised:
    error: Exception


def _in_savepoint(tx: Transaction, one: _Waiting, *, alone: bool) -> Any:
    if alone:
        return one.job(tx)
    tx.cursor.execute("SAVEPOINT job")
    try:
        result = one.job(tx)
    except Exception as error:
        if not _is_open(tx.connection):
            raise  # a full disk ends the whole transaction, the other jobs' with it
        tx.cursor.execute("ROLLBACK TO job")
        result = _Raised(error)
    tx.cursor.execute("RELEASE job")
    return result


def _is_open(connection: Connection) -> bool:
    return _raw(connection).in_transaction


def _roll_back(connection: Connection) -> None:
    """End a transaction that SQLite refused to commit: it leaves it open."""
    if _is_open(connection):
        _raw(connection).rollback()


def _raw(connection: Connection) -> sqlite3.Connection:
    raw = connection.connection.dbapi_connection
    if not isinstance(raw, sqlite3.Connection):
        raise TypeError("a group writer writes to SQLite alone")
    return raw


def _settle(future: Future[Any], result: Any) -> None:
    if isinstance(result, _Raised):
        future.set_exception(translate(result.error))
    else:
        future.set_result(result)


class PoolWriter:
    """Threads with a connection each; a job that met a rival runs again."""

    def __init__(
        self,
        engine: Engine,
        begin: Begin,
        on_filled: Callable[[set[str]], None],
        *,
        threads: int = 8,
    ) -> None:
        self._engine = engine
        self._begin = begin
        self._on_filled = on_filled
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="storage-writer")

    def submit(self, job: Job[T]) -> Future[T]:
        return self._pool.submit(self._run, job)

    def close(self) -> None:
        self._pool.shutdown()

    def _run(self, job: Job[T]) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(job)
            except (DBAPIError, PoolTimeout) as error:
                if attempt == ATTEMPTS or not _met_a_rival(error):
                    raise translate(error) from error
                time.sleep(attempt * PAUSE)  # for the rival to get away first
        raise AssertionError("unreachable: the last attempt raises")

    def _once(self, job: Job[T]) -> T:
        with self._engine.begin() as connection:
            tx = self._begin(connection)
            result = job(tx)
            tx.settle()
        self._on_filled(tx.filled)
        return result


def _met_a_rival(error: DBAPIError | PoolTimeout) -> bool:
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return isinstance(error, IntegrityError) or state in RETRIED_SQLSTATES


def translate(error: Exception) -> Exception:
    """Return our own word for a database's trouble; other errors as they are."""
    if isinstance(error, PoolTimeout):
        return _from(error, StorageDown("no connection became free"))
    if isinstance(error, OSError) and error.errno in FULL_ERRNOS:
        return _from(error, StorageFull(str(error)))
    if isinstance(error, StorageError) or not isinstance(error, DBAPIError):
        return error
    state = getattr(error.orig, "sqlstate", None)
    if state in FULL_SQLSTATES or "disk is full" in str(error.orig):
        return _from(error, StorageFull(str(error.orig)))
    if isinstance(error, OperationalError):
        return _from(error, StorageDown(str(error.orig)))
    return error


def _from(cause: Exception, error: StorageError) -> StorageError:
    error.__cause__ = cause
    return error
