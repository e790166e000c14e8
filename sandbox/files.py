"""The bytes of uploaded files: in memory, or in a folder beside the state."""

from __future__ import annotations

from pathlib import Path


class Files:
    """Bytes by number; a folder keeps them over a restart."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._memory: dict[int, bytes] = {}

    def write(self, number: int, content: bytes) -> None:
        if self._folder is None:
            self._memory[number] = content
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / str(number)).write_bytes(content)

    def read(self, number: int) -> bytes:
        if self._folder is None:
            return self._memory[number]
        return (self._folder / str(number)).read_bytes()
