"""The world in one JSON file, so that a restarted sandbox goes on where it was."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import TypeAdapter

from sandbox.model import World

_WORLD = TypeAdapter(World)


def load_world(path: Path) -> World | None:
    """Read a snapshot; None if there is none yet."""
    try:
        return _WORLD.validate_json(path.read_bytes())
    except FileNotFoundError:
        return None


def dump_world(world: World) -> bytes:
    return _WORLD.dump_json(world)


def save_snapshot(path: Path, dumped: bytes) -> None:
    """Replace the file at once: a reader or a crash sees the old or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(dumped)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
