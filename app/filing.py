"""Arrivals meet the rules: one arrival, one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from scheduler.arrivals import UnavailableError
from storage import arrivals, lanes
from storage.arrivals import KeptArrival
from storage.books import SqlBooks
from storage.errors import StorageError
from storage.flush import flush
from storage.lanes import ARRIVAL
from storage.store import Store
from storage.transaction import Transaction
from tickets.desk import Desk
from tickets.happenings import handle
from tickets.post import Post
from tickets.rules import Rules
from tickets.talk import Happening
from tickets.work import Work

LEASE = timedelta(seconds=60)
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

    async def claim(self, room: int) -> Sequence[KeptArrival]:
        return await asyncio.wrap_future(
            self.store.submit(
                lambda tx: arrivals.claim(tx, owner=self.owner, limit=room, lease=LEASE)
            )
        )

    async def file(self, arrival: KeptArrival, came: Post | Happening) -> None:
        def effect(tx: Transaction) -> None:
            work = Work(now=tx.now, ids=tx.ids, arrival=arrival.id)
            desk = Desk(work=work, books=SqlBooks(tx), rules=self.rules)
            verdict = handle(desk, came)
            self.mirror(work)
            flush(tx, work)
            arrivals.finish(tx, arrival.id, verdict)

        try:
            await self._commit(arrival, effect)
        except StorageError as error:
            raise UnavailableError(str(error)) from error

    async def postpone(
        self,
        arrival: KeptArrival,
        *,
        error: str,
        delay: timedelta,
        counted: bool = True,
    ) -> None:
        tries = arrival.attempts - (0 if counted else 1)

        def effect(tx: Transaction) -> None:
            arrivals.postpone(tx, arrival.id, error=error, delay=delay, tries=tries)

        await self._commit(arrival, effect)

    async def park(self, arrival: KeptArrival, *, error: str) -> None:
        await self._commit(arrival, lambda tx: arrivals.park(tx, arrival.id, error))

    async def _commit(
        self, arrival: KeptArrival, effect: Callable[[Transaction], None]
    ) -> None:
        """Commit an effect with the lane's return, if the lane is still ours."""

        def job(tx: Transaction) -> None:
            lanes.hold(tx, arrival.lease)
            effect(tx)
            lanes.release(tx, [arrival.lease], ARRIVAL)

        await asyncio.wrap_future(self.store.submit(job))
