"""A target that is new, or chooses anew, is told of what was there before."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from app.publishing import chosen
from app.telling import Telling
from bus.feeds import Choice, Feed
from bus.mirror import Wish
from storage import feeds, lookups, processes, tellings
from storage.errors import StorageError
from storage.feeds import KINDS, LastTold, Reach
from storage.store import Store
from storage.transaction import Transaction
from storage.wholes import ends_of
from tickets.model import Ticket
from tickets.work import CARD

log = structlog.get_logger()
#: How many rows one transaction locks.
STRETCH = 50
PEOPLE = 500
#: So often we look whether other processes are gone, in seconds.
LOOK = 1.0
#: So long a process is absent before it is taken for gone: it may have lost its
#: session alone, or not have told yet that it is there.
GRACE = timedelta(seconds=15)


@dataclass(kw_only=True)
class CatchUp:
    """app.leading.Part: walks the tickets in small transactions until all are told.

    A work on a ticket that is still to come queues no events of it; both hold the
    ticket's lock, so a snapshot includes the work or is followed by its events.
    """

    store: Store
    feed: Feed
    telling: Telling
    ticks: Callable[[], float] = time.monotonic
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _is_ready: bool = False
    _absent: dict[str, float] = field(default_factory=dict)  # since when

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        """Catch up, and stay until stopped."""
        while not self._stopping.is_set():
            try:
                if await asyncio.wrap_future(self.store.submit(self.step)):
                    continue
                if self._is_ready:  # and stays so as long as this process lives
                    await self._stopping.wait()
            except StorageError as error:
                log.warning(
                    "catching_up_failed", target=self.feed.name, error=str(error)
                )
            await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(LOOK):
                await self._stopping.wait()
        except TimeoutError:
            return

    def step(self, tx: Transaction) -> bool:
        """Go on a little; say whether there was something to do."""
        name = self.feed.name
        reach = feeds.meet(tx, name, chosen(self.feed))
        self._is_ready = reach.ready
        if reach.ready:
            return False
        if reach.coming is not None:
            if not self._is_alone(tx):
                return False
            reach = feeds.begin(tx, name)
            log.info("catching_up", target=name, tickets_upto=reach.top)
        elif (kind := _next_kind(reach)) is not None:
            self._tell_people(tx, reach, kind)
        else:
            self._tell_tickets(tx, reach)
        return True

    def _is_alone(self, tx: Transaction) -> bool:
        """Say whether no process is left that feeds the target in another way."""
        if tx.connection.dialect.name == "sqlite":
            return True
        differ = processes.others(tx, self.feed.name, chosen(self.feed))
        now = self.ticks()
        gone = []
        for owner, is_there in differ.items():
            if is_there:
                self._absent.pop(owner, None)
            elif now - self._absent.setdefault(owner, now) > GRACE.total_seconds():
                gone.append(owner)
        for owner in gone:
            processes.leave(tx, owner)
        return len(gone) == len(differ)

    def _tell_people(self, tx: Transaction, reach: Reach, kind: str) -> None:
        name, people = self.feed.name, dict(reach.people or {})
        events = tellings.newest(tx, kind, after=people[kind], limit=PEOPLE)
        if feeds.lock(tx, name) != reach:
            return
        self.telling.queue_people(tx, name, events)
        if events:
            people[kind] = int(events[-1].stream.rpartition(":")[2])
        else:
            del people[kind]
        feeds.move(tx, name, reach, people=people or None)

    def _tell_tickets(self, tx: Transaction, reach: Reach) -> None:
        """Queue snapshots of the next tickets, each under its lock."""
        name = self.feed.name
        ids = feeds.next_tickets(tx, reach, STRETCH)
        lookups.lock_tickets(tx, ids)
        if feeds.lock(tx, name) != reach:
            return
        if not ids:
            feeds.move(tx, name, reach, upto=reach.top, ready=True)
            log.info("caught_up", target=name)
            return
        found = lookups.tickets(tx, ids=ids, lock=False)
        told = feeds.last_told(tx, name, ids)
        ends = ends_of(tx, ids)
        choice = Choice.of(**(reach.choice or {}))
        wishes = (
            _wish(one, choice, told.get(one.id), end=ends[one.id].event, target=name)
            for one in found
        )
        self.telling.queue(tx, [one for one in wishes if one is not None])
        feeds.move(tx, name, reach, upto=ids[-1])


def _next_kind(reach: Reach) -> str | None:
    return next((kind for kind in KINDS if kind in (reach.people or {})), None)


def _wish(
    ticket: Ticket, choice: Choice, told: LastTold | None, *, end: str, target: str
) -> Wish | None:
    """Return the snapshot that a ticket needs, if it does."""
    is_known = told is not None and not told.leaves
    if not choice.takes(ticket):
        leaving = Wish(target=target, ticket=ticket, leaves=True, priority=CARD)
        return leaving if is_known else None
    if told is not None and is_known and told.event == end:
        return None
    return Wish(target=target, ticket=ticket, priority=CARD)
