"""The journal: events are appended to it and never changed."""

from __future__ import annotations

from collections.abc import Sequence

from storage import puts
from storage.schema import table
from storage.transaction import Transaction
from tickets.work import Work

EVENT = table("event")


_new_event = puts.new(EVENT)


def append(tx: Transaction, works: Sequence[Work]) -> None:
    """Write the events of works."""
    tx.put(
        _new_event,
        [
            {
                "id": event.id,
                "stream": event.stream,
                "seq": event.seq,
                "type": event.type,
                "actor": event.actor,
                "at": event.at,
                "causation": event.causation,
                "data": event.data,
            }
            for work in works
            for event in work.events
        ],
    )
