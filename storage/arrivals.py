"""Arrivals are worked lane by lane: claimed, filed, postponed or set aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from storage import contents, lanes
from storage.blobs import Blobs
from storage.lanes import ARRIVAL, WAITING, Filling, Lease
from storage.prepared import Prepared, Sql
from storage.puts import Change
from storage.transaction import Transaction
from tickets.model import ArrivalId
from tickets.verdict import Verdict
from tickets.words import ArrivalState, Outcome

KIND = "arrival"
PRIORITY = 1
#: So many unfinished tries are no accident any more.
SUSPICIOUS = 2
_arrival = ARRIVAL.c


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptArrival:
    """An arrival at the head of a leased lane; ``attempts`` counts this one."""

    id: ArrivalId
    lease: Lease
    channel: str
    received_at: datetime
    envelope: dict[str, Any]
    size: int
    attempts: int
    key: str
    inline: bytes | None
    blobs: Blobs
    admitted: bool = False  # it was held, and somebody let its author in

    def raw(self) -> bytes:
        """Return the bytes as they came; OSError if their file cannot be read."""
        return self.blobs.load(self.key) if self.inline is None else self.inline


def claim(
    tx: Transaction, *, owner: str, limit: int, lease: timedelta
) -> list[KeptArrival]:
    """Lease due lanes and return the head of each, the attempt counted."""
    leases = {
        one.lane: one
        for one in lanes.claim(tx, KIND, owner=owner, limit=limit, lease=lease)
    }
    if not leases:
        return []
    due = lanes.heads(tx, leases, ARRIVAL)
    lanes.release_others(tx, leases, due, items=ARRIVAL)
    if due:
        tx.run(_attempted, {"ids": [row.id for row in due]})
    small = contents.load_small(tx, [row.blob_key for row in due]) if due else {}
    return [
        _kept(row, leases[row.lane], inline=small[row.blob_key], blobs=tx.blobs)
        for row in due
    ]


@Prepared
def _attempted(sql: Sql) -> Any:
    return (
        update(ARRIVAL)
        .where(sql.among(_arrival.id, "ids"))
        .values(attempts=_arrival.attempts + 1)
    )


def _kept(row: Any, lease: Lease, *, inline: bytes | None, blobs: Blobs) -> KeptArrival:
    return KeptArrival(
        id=row.id,
        channel=row.channel,
        lease=lease,
        received_at=row.received_at,
        envelope=row.envelope,
        size=row.size,
        attempts=row.attempts + 1,
        key=row.blob_key,
        inline=inline,
        blobs=blobs,
        admitted=row.held_for is not None,
    )


def stagger(
    tx: Transaction,
    delay: Callable[[int], timedelta],
    *,
    among: Sequence[str] | None = None,
) -> None:
    """Let those that were in hand more than once when a process ended wait apart.

    So the one that ends processes is met alone, and is the only one to reach the
    number of tries after which it is set aside. ``delay`` is asked with the tries;
    ``among`` are the lanes that the process had, if there are other processes.
    """
    suspects = (
        select(_arrival.id, _arrival.attempts)
        .where(WAITING["arrival"])
        .where(_arrival.attempts >= SUSPICIOUS, _arrival.next_at <= tx.now)
    )
    if among is not None:
        suspects = suspects.where(_arrival.lane.in_(among))
    for row in tx.run(suspects).all():
        tx.run(
            update(ARRIVAL)
            .where(_arrival.id == row.id)
            .values(next_at=tx.now + delay(row.attempts))
        )


def are_waiting(tx: Transaction, lanes_of: str) -> bool:
    """Say whether an arrival waits in a lane whose name begins so."""
    waiting = select(_arrival.id).where(
        WAITING["arrival"], _arrival.lane.startswith(lanes_of, autoescape=True)
    )
    return tx.run(waiting.limit(1)).first() is not None


def finish(tx: Transaction, verdicts: Mapping[ArrivalId, Verdict]) -> None:
    """Write down what arrivals became."""
    tx.put(_finished, [_finished_row(*one) for one in verdicts.items()])


def _finished_row(arrival: ArrivalId, verdict: Verdict) -> dict[str, Any]:
    states = {Outcome.PARKED: ArrivalState.PARKED, None: ArrivalState.HELD}
    return {
        "this": arrival,
        "state": states.get(verdict.outcome, ArrivalState.DONE),
        "outcome": verdict.outcome,
        "outcome_id": verdict.outcome_id,
        "ticket_id": verdict.ticket_id,
        "rule": verdict.rule,
        "error": None,
    }


_finished = Change(ARRIVAL)


def postpone(
    tx: Transaction, arrival: ArrivalId, *, error: str, delay: timedelta, tries: int
) -> None:
    """Let the arrival wait, after so many tries; its lane waits with it."""
    tx.run(
        update(ARRIVAL)
        .where(_arrival.id == arrival)
        .values(error=error, next_at=tx.now + delay, attempts=tries)
    )


def park(tx: Transaction, arrival: ArrivalId, error: str) -> None:
    """Set an arrival aside with the reason; the ones behind it go on."""
    tx.run(
        update(ARRIVAL)
        .where(_arrival.id == arrival)
        .values(
            state=ArrivalState.PARKED,
            outcome=Outcome.PARKED,
            rule="failed",
            error=error,
        )
    )


def retry(tx: Transaction, arrival: int) -> bool:
    """Put a parked arrival back into its lane; say whether there was one."""
    row = tx.run(
        update(ARRIVAL)
        .where(_arrival.id == arrival, _arrival.state == ArrivalState.PARKED)
        .values(
            state=ArrivalState.NEW, outcome=None, rule=None, attempts=0, next_at=tx.now
        )
        .returning(_arrival.lane)
    ).first()
    if row is None:
        return False
    filling = Filling(lane=row.lane, kind=KIND, priority=PRIORITY, next_at=tx.now)
    lanes.fill(tx, [filling])
    return True
