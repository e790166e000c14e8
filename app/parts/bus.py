"""What publishes to a target of the bus, and what looks whether it is all there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.mirroring import Mirroring
from app.nightly import Nightly
from app.parts.kit import Kit, now
from app.settings import tables
from bus.publishers import publisher_from
from scheduler.drain import Drain

#: How many events are in hand at once, and how long they may gather, in seconds.
EVENTS, BUS_PACE = 100, 0.1
#: How often it is looked whether a target is due to be reconciled, in seconds.
NIGHTLY_POLL = 60.0


def make_mirroring(kit: Kit, target: tables.Bus) -> tuple[Mirroring, Drain[Any]]:
    """Return what publishes to a target of the bus."""
    source = Mirroring(
        store=kit.store,
        target=target.name,
        publisher=publisher_from(
            target.url.get_secret_value(),
            secrets=[one.get_secret_value() for one in target.secret],
            ca_file=target.ca_file,
        ),
        owner=kit.owner,
        alarms=kit.alarms,
    )
    drain = Drain(name=f"bus {target.name}", source=source, room=EVENTS, pace=BUS_PACE)
    return source, drain


def make_nightly(kit: Kit) -> Drain[Sequence[tables.Bus]]:
    """Return what holds the journal against what the targets have."""
    targets = [one for one in kit.config.bus if one.can_be_reconciled]
    zone = kit.config.service.timezone
    source = Nightly(store=kit.store, targets=targets, timezone=zone, now=now)
    return Drain(name="reconcile", source=source, room=1, poll=NIGHTLY_POLL)
