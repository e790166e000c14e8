"""What files arrivals, makes digests, and does what falls due."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from app.deadlines import Deadlines
from app.digests import StoredRuns
from app.filing import Filing
from app.parts.files import make_examining, make_scanning
from app.parts.kit import Kit, now
from mail.files.scanner import Scanner
from scheduler.arrivals import ArrivalSource
from scheduler.digests import Digesting
from scheduler.drain import Drain
from storage.timers import Due
from tickets.digests import Owed

#: How many arrivals are in hand at once, and how long they may gather, in seconds.
ARRIVALS, ARRIVAL_PACE = 50, 0.02


#: How often digests are looked for beside their hours, in seconds.
DIGEST_POLL = 60.0
#: How often timers are looked at, in seconds.
DEADLINE_POLL = 5.0


def make_filing(kit: Kit, scanner: Scanner | None) -> Drain[Any]:
    """Return what files arrivals; those with files once the scanner has passed them."""
    inbox = Filing(
        store=kit.store,
        rules=kit.rules,
        write=kit.publishing.commit,
        owner=kit.owner,
        alarms=kit.alarms,
    )
    source = ArrivalSource(
        inbox=inbox,
        read=make_examining(kit.config).read,
        chance=random.random,
        screen=make_scanning(kit.config, scanner),
    )
    return Drain(name="arrivals", source=source, room=ARRIVALS, pace=ARRIVAL_PACE)


def make_digesting(kit: Kit) -> Drain[Sequence[Owed]]:
    """Return what makes the digests that are due, one at a time."""
    names = tuple(one.report.name for one in kit.plans)
    runs = StoredRuns(store=kit.store, reports=names)
    source = Digesting(plans=kit.plans, runs=runs, now=now)
    return Drain(name="digests", source=source, room=1, poll=DIGEST_POLL)


def make_deadlines(kit: Kit) -> Drain[Sequence[Due]]:
    """Return what does what falls due."""
    source = Deadlines(store=kit.store, rules=kit.rules, write=kit.publishing.commit)
    return Drain(name="deadlines", source=source, room=20, poll=DEADLINE_POLL)
