"""The simplest bus: a file of JSON lines, appended and fsynced once a batch."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

from bus.lines import FileTaken, ForeignFile, HalfWritten, Lines
from bus.targets import Out
from tickets.sending import Answer, Later, Sent, Uncertain


class JsonLines:
    """Writes events to a file that nobody else may write at the same time.

    It is opened, locked and repaired with the first event, and again when the
    path leads to another file or a write went wrong.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: Lines | None = None
        self._lock = threading.Lock()

    async def publish(self, batch: Sequence[Out]) -> list[Answer]:
        if not batch:
            return []
        return await asyncio.to_thread(self._append, [out.body for out in batch])

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    def _append(self, bodies: list[bytes]) -> list[Answer]:
        answer: Answer
        with self._lock:
            try:
                begins = self._open().append(bodies)
                return [Sent(f"offset {begin}") for begin in begins]
            except FileTaken:
                answer = Later(f"{self._path} is written by another process")
            except ForeignFile:
                answer = Later(f"{self._path} does not hold JSON lines: look at it")
            except HalfWritten as error:
                self._let_go()
                answer = Uncertain(f"{self._path}: {error.__cause__}")
            except OSError as error:
                self._let_go()
                answer = Later(f"{self._path}: {error.strerror}")
        return [answer] * len(bodies)

    def _open(self) -> Lines:
        if self._lines is not None and not self._lines.is_at(self._path):
            self._let_go()
        if self._lines is None:
            self._lines = Lines.open(self._path)
        return self._lines

    def _close(self) -> None:
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        lines, self._lines = self._lines, None
        if lines is not None:
            lines.close()
