"""An event that a target will not take gives its place to one that says so."""

from __future__ import annotations

import json
from datetime import datetime

from bus.envelope import SCHEMAS_URI, encode, rfc3339
from tickets.model import Json
from tickets.registry import OPERATOR
from tickets.words import EventType

#: How many characters of an operator's reason go along.
LONGEST = 1000


class NoPlaceError(Exception):
    """The event has no place in a stream that another could take."""


def skipped(body: bytes, *, id_: str, at: datetime, reason: str) -> tuple[Json, bytes]:
    """Return the event that takes the place of a frozen one, and it as a body.

    NoPlaceError if that has no ``sequence``.
    """
    former = json.loads(body)
    if "sequence" not in former:
        raise NoPlaceError(former["id"])
    kind = former["type"].split(".")[1]
    type_ = f"zayavka.{kind}.{EventType.SKIPPED}.v1"
    event: Json = {
        **{key: former[key] for key in _KEPT},
        "id": id_,
        "type": type_,
        "time": rfc3339(at),
        "dataschema": f"{SCHEMAS_URI}{type_}.json",
        "data": {
            "actor": OPERATOR,
            "skipped": former["id"],
            "type": former["type"],
            "reason": reason[:LONGEST],
        },
    }
    return event, encode(event).encode()


_KEPT = ("specversion", "source", "sequence", "partitionkey", "datacontenttype")
