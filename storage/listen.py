"""Hints from other processes that lanes were filled (PostgreSQL NOTIFY)."""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
import structlog
from sqlalchemy import URL

log = structlog.get_logger()
CHANNEL = "zayavka"
PAUSE = 1.0


class Listener:
    """A thread that passes on the kinds of lanes; a lost hint is no harm."""

    def __init__(self, url: URL, on_filled: Callable[[set[str]], None]) -> None:
        plain = url.set(drivername="postgresql")
        self._conninfo = plain.render_as_string(hide_password=False)
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
