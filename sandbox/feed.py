"""The bus as a file shows it: the newest events, read from the end of JSON lines."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

SHOWN = 200
#: Of a file that may hold years, only the end is read, in bytes.
TAIL = 16 << 20
_BLOCK = 256 << 10


@dataclass(frozen=True, kw_only=True, slots=True)
class BusEvent:
    """A CloudEvent as the page shows it; ``stream`` is NN-1, or organisations/3."""

    time: str
    stream: str
    type: str
    sequence: str
    event: dict[str, Any]


class Feed:
    """Files of JSON lines, read while somebody else writes them."""

    def __init__(self, paths: Sequence[Path] = ()) -> None:
        self._paths = tuple(paths)

    def __bool__(self) -> bool:
        return bool(self._paths)

    def stamp(self) -> str:
        """Return a text that changes whenever an event comes."""
        return "-".join(_stamp(path) for path in self._paths)

    def listed(self, stream: str = "") -> list[BusEvent]:
        """Return the newest events first; a missing file is an empty one.

        ``stream`` chooses one, or while no number ends it those that begin so.
        """
        found = [
            event
            for path in self._paths
            for event in islice(_matching(path, stream.strip().casefold()), SHOWN)
        ]
        if len(self._paths) > 1:
            found.sort(key=lambda event: event.time, reverse=True)
        return found[:SHOWN]


def _stamp(path: Path) -> str:
    try:
        seen = path.stat()
    except OSError:
        return ""
    return f"{seen.st_size}.{seen.st_mtime_ns}"


def _matching(path: Path, wanted: str) -> Iterator[BusEvent]:
    for line in _lines_backwards(path):
        event = _read_event(line)
        if event is not None and _fits(event.stream.casefold(), wanted):
            yield event


def _fits(stream: str, wanted: str) -> bool:
    whole = wanted[-1:].isdigit()
    return stream == wanted if whole else stream.startswith(wanted)


def _lines_backwards(path: Path) -> Iterator[bytes]:
    """Yield whole lines, the last first; what follows the last newline is none yet."""
    try:
        file = path.open("rb")
    except OSError:
        return
    with file:
        end = file.seek(0, os.SEEK_END)
        floor = max(0, end - TAIL)
        begun, torn = b"", True
        while end > floor:
            begin = max(floor, end - _BLOCK)
            file.seek(begin)
            begun, *lines = (file.read(end - begin) + begun).split(b"\n")
            if torn and lines:
                lines.pop()
                torn = False
            yield from reversed(lines)
            end = begin
        if floor == 0 and not torn:
            yield begun


def _read_event(line: bytes) -> BusEvent | None:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict):
        return None
    source = str(event.get("source", ""))
    return BusEvent(
        time=str(event.get("time", "")),
        stream=source.removeprefix("/zayavka/").removeprefix("tickets/"),
        type=str(event.get("type", "")),
        sequence=str(event.get("sequence", "")),
        event=event,
    )
