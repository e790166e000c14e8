"""A file of JSON lines that one writer appends to and that is whole after a crash."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import structlog

log = structlog.get_logger()
_BLOCK = 64 * 1024


class FileTaken(Exception):  # noqa: N818 # a state of the file
    """Another process is writing this file."""


class ForeignFile(Exception):  # noqa: N818 # a state of the file
    """These are not JSON lines: nothing is written to or cut off such a file."""


class HalfWritten(Exception):  # noqa: N818 # a state of the file
    """A write failed and could not be taken back."""


class Lines:
    """An open file, locked and ending with a whole line."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def open(cls, path: Path) -> Self:
        """Lock and repair the file; OSError, FileTaken, ForeignFile if it cannot be."""
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        descriptor = os.open(path, flags, 0o640)
        with contextlib.ExitStack() as undo:
            undo.callback(os.close, descriptor)
            _lock(descriptor)
            _cut_torn_line(descriptor, path)
            _sync_folder(path.parent)
            undo.pop_all()
        return cls(descriptor)

    def append(self, lines: Sequence[bytes]) -> list[int]:
        """Return where each line begins, once all of them are on the disk.

        OSError says that none of them is in the file, HalfWritten that some may be.
        """
        begins = []
        before = end = os.fstat(self._descriptor).st_size
        for line in lines:
            begins.append(end)
            end += len(line) + 1
        try:
            _write(self._descriptor, b"".join(line + b"\n" for line in lines))
            os.fsync(self._descriptor)
        except OSError as error:
            self._take_back(before, error)
            raise
        return begins

    def _take_back(self, end: int, cause: OSError) -> None:
        try:
            os.ftruncate(self._descriptor, end)
        except OSError:
            raise HalfWritten from cause

    def is_at(self, path: Path) -> bool:
        """Say whether the path still leads here: it may be moved or removed."""
        try:
            return os.path.samestat(path.stat(), os.fstat(self._descriptor))
        except FileNotFoundError:
            return False

    def close(self) -> None:
        os.close(self._descriptor)


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise FileTaken from error


def _write(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def _cut_torn_line(descriptor: int, path: Path) -> None:
    """Cut off a last line that a crash left unfinished or spoiled."""
    size = os.fstat(descriptor).st_size
    good = _after_newline(descriptor, size)
    if good == size and not _ends_with_json(descriptor, good):
        good = _after_newline(descriptor, size - 1)
    if not _ends_with_json(descriptor, good):
        raise ForeignFile
    if good < size:
        os.ftruncate(descriptor, good)
        os.fsync(descriptor)
        log.warning("bus_file_repaired", path=str(path), bytes_cut=size - good)


def _ends_with_json(descriptor: int, end: int) -> bool:
    """Say whether the line that ends here is a JSON object, or there is none."""
    if end == 0:
        return True
    begin = _after_newline(descriptor, end - 1)
    try:
        return isinstance(json.loads(os.pread(descriptor, end - begin, begin)), dict)
    except ValueError:
        return False


def _after_newline(descriptor: int, end: int) -> int:
    """Return the offset after the last newline before ``end``, 0 if there is none."""
    while end > 0:
        begin = max(0, end - _BLOCK)
        found = os.pread(descriptor, end - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
