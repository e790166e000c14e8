"""Whole events, small or as large as they come."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable

from bus.targets import Out, out_of

TYPE = "zayavka.ticket.stage-changed.v1"


def event(key: str = "NN-1", seq: int = 1, *, type_: str = TYPE, size: int = 0) -> Out:
    """Return an event with an id of its own and a body of at least ``size`` bytes."""
    said = {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": f"/zayavka/tickets/{key}",
        "type": type_,
        "time": "2026-03-02T09:00:00.000000Z",
        "sequence": f"{seq:010}",
        "partitionkey": key,
        "datacontenttype": "application/json",
        "data": {"text": "Принтер"},
    }
    bare = len(json.dumps(said, ensure_ascii=False).encode())
    said["data"] = {"text": "Принтер" + "x" * max(size - bare, 0)}
    return out_of(json.dumps(said, ensure_ascii=False).encode())


def steps(bodies: Iterable[bytes]) -> dict[str, list[int]]:
    """Return the numbers of events in the order they are in, by stream."""
    found: dict[str, list[int]] = {}
    for body in bodies:
        out = out_of(body)
        found.setdefault(out.key, []).append(out.seq)
    return found
