"""What publishes to a target of the bus."""

from __future__ import annotations

from typing import Any

from app.mirroring import Mirroring
from app.parts.kit import Kit
from app.settings import tables
from bus.publishers import publisher_from
from scheduler.drain import Drain

#: How many events are in hand at once, and how long they may gather, in seconds.
EVENTS, BUS_PACE = 100, 0.1


def make_mirroring(kit: Kit, target: tables.Bus) -> tuple[Mirroring, Drain[Any]]:
    """Return what publishes to a target of the bus."""
    source = Mirroring(
        store=kit.store,
        target=target.name,
        publisher=publisher_from(target.url.get_secret_value()),
        owner=kit.owner,
        alarms=kit.alarms,
    )
    drain = Drain(name=f"bus {target.name}", source=source, room=EVENTS, pace=BUS_PACE)
    return source, drain
