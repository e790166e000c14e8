"""What a bus really holds, read back so that it can be held against the journal."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

#: What the streams of rehearsals are called, before the run's own name.
REHEARSAL = "rehearsal-"


class HoldingsError(Exception):
    """What the bus holds cannot be read; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """An event as the bus gave it back; ``stream`` is its source's own name."""

    id: str
    stream: str
    seq: int
    type: str
    body: bytes

    @property
    def is_rehearsed(self) -> bool:
        """Say whether it was sent to be judged and thrown away."""
        return self.stream.startswith(REHEARSAL)


class Holdings(Protocol):
    """A bus, or a record of what went through it, that can be read again."""

    def read(self, since: datetime | None) -> AsyncIterator[Held]:
        """Yield the events in the order in which the bus has them.

        Those before ``since`` may be left out. HoldingsError if it cannot be read;
        it ends with what the bus had when it was asked.
        """
        ...


class Positions(Protocol):
    """A receiver that says how far it is."""

    async def ask(self) -> Mapping[str, int]:
        """Return the newest ``sequence`` of each stream, by its partition key.

        HoldingsError if there is no such answer.
        """
        ...


def held_of(body: bytes) -> Held | None:
    """Read what stands in a bus; None if it is no event of a stream of ours."""
    try:
        said = json.loads(body)
        source, seq = said["source"], int(said["sequence"])
        if not source.startswith("/zayavka/"):
            return None
        return Held(
            id=said["id"],
            stream=said["partitionkey"],
            seq=seq,
            type=said["type"],
            body=body,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
