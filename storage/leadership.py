"""The right to do what one process alone may do, held as long as a session lives."""

from __future__ import annotations

from typing import Protocol

import psycopg
import structlog
from sqlalchemy import URL

from storage.listen import conninfo

log = structlog.get_logger()
#: A server that is gone without a word is noticed after so long, in milliseconds.
SILENCE_MS = 5_000
_TRY = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"


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


class SessionLock:
    """An advisory lock of a PostgreSQL session of its own (PostgreSQL, 13.3.5).

    A process that dies loses it with its session; who lost the session learns it at
    the next ``acquire``.
    """

    def __init__(self, url: URL, name: str) -> None:
        self._conninfo = conninfo(url)
        self._name = f"zayavka:{name}"
        self._session: psycopg.Connection | None = None
        self._is_ours = False

    def acquire(self) -> bool:
        try:
            self._is_ours = self._ask()
        except psycopg.Error as error:
            log.warning("leadership_lost", name=self._name, error=str(error))
            self.release()
        return self._is_ours

    def _ask(self) -> bool:
        if self._session is None:
            self._session = psycopg.connect(
                self._conninfo,
                autocommit=True,
                connect_timeout=5,
                tcp_user_timeout=SILENCE_MS,
            )
        if self._is_ours:  # a second lock of the same session would want two releases
            self._session.execute("SELECT 1")
            return True
        row = self._session.execute(_TRY, (self._name,)).fetchone()
        return row is not None and bool(row[0])

    def release(self) -> None:
        session, self._session, self._is_ours = self._session, None, False
        if session is not None:
            session.close()
