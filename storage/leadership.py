"""The right to do what one process alone may do, held as long as a session lives."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Protocol

import psycopg
import structlog
from sqlalchemy import URL

from storage.listen import conninfo

log = structlog.get_logger()
#: A server that is gone without a word is noticed after so long, in milliseconds.
SILENCE_MS = 5_000
_TRY = "SELECT pg_try_advisory_lock(hashtextextended('zayavka:' || %s, 0))"
_RELEASE = "SELECT pg_advisory_unlock(hashtextextended('zayavka:' || %s, 0))"
#: The server notices as soon that a machine is gone; it would wait for two hours.
_NOTICE = """
    SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2;
    SET tcp_keepalives_count = 3
"""


class Leadership(Protocol):
    """Blocking calls, from one thread at a time."""

    def acquire(self) -> bool:
        """Say whether it is ours, now or already."""
        ...

    def release(self) -> None: ...


class Alone:
    """Where there is one process, it leads."""

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        """Do nothing: nobody waits for it."""


class Session:
    """A PostgreSQL session of a process's own, which holds its advisory locks.

    A process that dies loses them with it (PostgreSQL, 13.3.5); who lost the session
    learns it at the next ``acquire``.
    """

    def __init__(self, url: URL) -> None:
        self._conninfo = conninfo(url)
        self._connection: psycopg.Connection | None = None
        self._held: set[str] = set()
        self._lost: set[str] = set()  # and it was not said yet
        self._turn = threading.Lock()

    def acquire(self, name: str) -> bool:
        with self._turn:
            if name in self._lost:
                self._lost.remove(name)
                return False
            try:
                return self._ask(name)
            except psycopg.Error as error:
                log.warning("leadership_lost", name=name, error=str(error))
                self._end()
                self._lost.discard(name)
                return False

    def release(self, name: str) -> None:
        with self._turn:
            self._lost.discard(name)
            if self._connection is None or name not in self._held:
                return
            try:
                self._connection.execute(_RELEASE, (name,))
                self._held.remove(name)
            except psycopg.Error:  # then it is lost with the session
                self._end()

    def close(self) -> None:
        with self._turn:
            self._end()

    def _ask(self, name: str) -> bool:
        if self._connection is None:
            self._connection = self._connect()
        if name in self._held:  # a second lock would want two releases
            self._connection.execute("SELECT 1")
            return True
        row = self._connection.execute(_TRY, (name,)).fetchone()
        if row is not None and row[0]:
            self._held.add(name)
        return name in self._held

    def _connect(self) -> psycopg.Connection:
        connection = psycopg.connect(
            self._conninfo,
            autocommit=True,
            connect_timeout=5,
            tcp_user_timeout=SILENCE_MS,
        )
        connection.execute(_NOTICE)
        return connection

    def _end(self) -> None:
        connection, self._connection = self._connection, None
        self._lost |= self._held
        self._held.clear()
        if connection is not None:
            connection.close()


@dataclass(frozen=True, slots=True)
class SessionLock:
    """The lock of this name, in the session of the process."""

    session: Session
    name: str

    def acquire(self) -> bool:
        return self.session.acquire(self.name)

    def release(self) -> None:
        self.session.release(self.name)
