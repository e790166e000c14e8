"""What is handed to the bus, and the face of whoever takes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tickets.sending import Answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Out:
    """An event that must leave; ``body`` is frozen, the rest is what it says.

    ``key`` is the partition key and ``seq`` the event's place in its stream, 0 for
    an answer to a command, which stands in none; ``at`` is when it happened.
    """

    event_id: str
    type: str
    key: str
    seq: int
    body: bytes
    at: datetime | None = None


class Publisher(Protocol):
    """A bus that takes events."""

    async def publish(self, batch: Sequence[Out]) -> list[Answer]:
        """Return what became of each, in the same order.

        It never raises for one event; the caller hands over no second event of
        a stream before the first is answered.
        """
        ...

    async def close(self) -> None: ...


def out_of(body: bytes) -> Out:
    """Read what a bus must know out of a frozen body."""
    said = json.loads(body)
    return Out(
        event_id=said["id"],
        type=said["type"],
        key=said["partitionkey"],
        seq=int(said.get("sequence", 0)),
        body=body,
        at=datetime.fromisoformat(said["time"]),
    )
