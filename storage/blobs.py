"""Bytes by their sha256: large ones as files that are fsynced before they count."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

#: Up to here a row is faster than a file with its two fsyncs.
INLINE_LIMIT = 256 * 1024
#: So many files are known to be on the disk without looking again.
REMEMBERED = 10_000


def is_large(content: bytes) -> bool:
    return len(content) > INLINE_LIMIT


class Blobs:
    """A folder of files named by their content's sha256."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stored: set[str] = set()

    def store(self, key: str, content: bytes) -> None:
        """Return once the bytes are on the disk; storing twice is one.

        ``key`` is their sha256 in hex. OSError if the disk does not take them.
        """
        if key in self._stored:
            return
        path = self._path(key)
        if not path.exists():
            self._write(path, content)
        # Again for what is found: the crash may have come before its folders' sync.
        for folder in (path.parent, self._folder, self._folder.parent):
            _sync_folder(folder)
        if len(self._stored) >= REMEMBERED:
            self._stored.clear()
        self._stored.add(key)

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with scratch.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        scratch.rename(path)

    def load(self, key: str) -> bytes:
        """Return the bytes; FileNotFoundError if they are not here."""
        return self._path(key).read_bytes()

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
