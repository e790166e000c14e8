"""Hints from other processes that lanes were filled (PostgreSQL NOTIFY)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import psycopg
import structlog
from sqlalchemy import URL

log = structlog.get_logger()
CHANNEL = "zayavka"
PAUSE = 1.0
#: So often others are told at most, in seconds.
BREATH = 0.02
_NOTIFY = "SELECT pg_notify(%s, kind) FROM unnest(%s::text[]) AS kind"


def conninfo(url: URL) -> str:
    """Return the URL as libpq takes it, for a session beside the pool's."""
    plain = url.set(drivername="postgresql")
    return plain.render_as_string(hide_password=False)


class Caller:
    """A thread that tells other processes; what is said at once is said together.

    In the transactions themselves it would let them commit one by one only.
    """

    def __init__(self, url: URL) -> None:
        self._conninfo = conninfo(url)
        self._kinds: set[str] = set()
        self._lock = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="storage-caller")
        self._thread.start()

    def call(self, kinds: set[str]) -> None:
        if kinds:
            with self._lock:
                self._kinds |= kinds
                self._lock.notify()

    def close(self) -> None:
        with self._lock:
            self._stopping = True
            self._lock.notify()
        self._thread.join()

    def _work(self) -> None:
        while not self._stopping:
            try:
                self._call_all()
            except psycopg.Error as error:
                log.info("caller_lost", error=str(error))
                time.sleep(PAUSE)

    def _call_all(self) -> None:
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            while not self._stopping:
                with self._lock:
                    self._lock.wait_for(lambda: self._kinds or self._stopping)
                    kinds, self._kinds = self._kinds, set()
                connection.execute(_NOTIFY, (CHANNEL, sorted(kinds)))
                time.sleep(BREATH)


class Listener:
    """A thread that passes on the kinds of lanes; a lost hint is no harm."""

    def __init__(self, url: URL, on_filled: Callable[[set[str]], None]) -> None:
        self._conninfo = conninfo(url)
        self._on_filled = on_filled
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="storage-listener")
        self._thread.start()

    def close(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except psycopg.Error as error:
                log.info("listener_lost", error=str(error))
                self._stopping.wait(PAUSE)

    def _listen(self) -> None:
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            while not self._stopping.is_set():
                for notice in connection.notifies(timeout=PAUSE, stop_after=1):
                    self._on_filled({notice.payload})
