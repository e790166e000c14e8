"""Arrivals meet the rules: one arrival, one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from scheduler.arrivals import Queue
from storage import arrivals, lanes
from storage.arrivals import KeptArrival
from storage.books import SqlBooks
from storage.flush import flush
from storage.lanes import ARRIVAL, Lease
from storage.store import Store
from storage.transaction import Transaction
from tickets.desk import Desk
from tickets.happenings import handle
from tickets.post import Post
from tickets.rules import Rules
from tickets.talk import Happening
from tickets.work import Work

LEASE = timedelta(seconds=60)
#: How many arrivals of one lane are taken at a time.
EACH = 20

Mirror = Callable[[Work], None]


@dataclass(kw_only=True, slots=True)
class Filing:
    """scheduler.arrivals.Inbox over the store.

    ``mirror`` adds the bus's deliveries for the events that a work recorded.
    """

    store: Store
    rules: Rules
    mirror: Mirror
    owner: str

    async def claim(self, room: int) -> Sequence[Queue[KeptArrival]]:
        return await asyncio.wrap_future(
            self.store.submit(lambda tx: self._claim(tx, room))
        )

    def _claim(self, tx: Transaction, room: int) -> list[Queue[KeptArrival]]:
        leases = lanes.claim(
            tx, arrivals.KIND, owner=self.owner, limit=room, lease=LEASE
        )
        if not leases:
            return []
        queues: dict[str, list[KeptArrival]] = {one.lane: [] for one in leases}
        for arrival in arrivals.load(tx, leases, EACH):
            queues[arrival.lane].append(arrival)
        for lease in leases:
            if not queues[lease.lane]:
                lanes.release(tx, [lease], ARRIVAL)
        return [
            Queue(lane=lease.lane, fence=lease.fence, arrivals=queues[lease.lane])
            for lease in leases
            if queues[lease.lane]
        ]

    async def file(
        self,
        queue: Queue[KeptArrival],
        arrival: KeptArrival,
        came: Post | Happening,
        *,
        last: bool,
    ) -> None:
        def job(tx: Transaction) -> None:
            lanes.hold(tx, _lease(queue))
            work = Work(now=tx.now, ids=tx.ids, arrival=arrival.id)
            verdict = handle(
                Desk(work=work, books=SqlBooks(tx), rules=self.rules), came
            )
            self.mirror(work)
            flush(tx, work)
            arrivals.finish(tx, arrival.id, verdict)
            if last:
                lanes.release(tx, [_lease(queue)], ARRIVAL)

        await asyncio.wrap_future(self.store.submit(job))

    async def postpone(
        self,
        queue: Queue[KeptArrival],
        arrival: KeptArrival,
        *,
        error: str,
        delay: timedelta,
    ) -> None:
        def job(tx: Transaction) -> None:
            lanes.hold(tx, _lease(queue))
            arrivals.postpone(tx, arrival.id, error=error, delay=delay)
            lanes.release(tx, [_lease(queue)], ARRIVAL)

        await asyncio.wrap_future(self.store.submit(job))

    async def park(
        self,
        queue: Queue[KeptArrival],
        arrival: KeptArrival,
        *,
        error: str,
        last: bool,
    ) -> None:
        def job(tx: Transaction) -> None:
            lanes.hold(tx, _lease(queue))
            arrivals.park(tx, arrival.id, error)
            if last:
                lanes.release(tx, [_lease(queue)], ARRIVAL)

        await asyncio.wrap_future(self.store.submit(job))


def _lease(queue: Queue[KeptArrival]) -> Lease:
    return Lease(lane=queue.lane, fence=queue.fence)
