"""What falls due is done: scheduler.drain.Source over the timers in the records."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from app.publishing import Commit
from storage import timers
from storage.books import SqlBooks
from storage.store import Store
from storage.timers import Due
from storage.transaction import Transaction
from tickets.corporate import confirming
from tickets.desk import Desk
from tickets.rules import Rules
from tickets.storms import gusts as storms
from tickets.work import Work

log = structlog.get_logger()
#: How long a timer waits that could not be rung.
AGAIN = timedelta(minutes=1)
#: What is done when a timer of a kind falls due; it is asked with the subject.
RINGS: Mapping[str, Callable[[Desk, str], None]] = {
    confirming.DEADLINE: confirming.escalate,
    storms.TELLING: storms.tell,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadlines:
    """Rings each timer once, in one transaction with what follows from it."""

    store: Store
    rules: Rules
    write: Commit

    async def claim(self, room: int) -> Sequence[Sequence[Due]]:
        """Return what is due; another process may find it, too, and be first."""
        find = partial(timers.due, kinds=tuple(RINGS), most=room)
        return [[one] for one in await asyncio.to_thread(self.store.read, find)]

    async def work(self, batch: Sequence[Due]) -> None:
        for one in batch:
            try:
                ring = self.store.submit(partial(self._ring, one))
                is_rung = await asyncio.wrap_future(ring)
            except Exception:
                await asyncio.wrap_future(self.store.submit(partial(_again, one)))
                raise
            if is_rung:
                log.info("timer_rung", kind=one.kind, subject=one.subject)

    def _ring(self, one: Due, tx: Transaction) -> bool:
        """Do what follows, unless another process did or the timer is not due now.

        The ticket is locked before the timer, as by all others: who first took the
        timer could wait for the ticket of somebody who waits for the timer.
        """
        work = Work(now=tx.now, ids=tx.ids)
        desk = Desk(work=work, books=SqlBooks(tx), rules=self.rules)
        RINGS[one.kind](desk, one.subject)
        if not timers.take(tx, one):
            return False
        self.write(tx, [work])
        return True


def _again(one: Due, tx: Transaction) -> None:
    timers.postpone(tx, one, tx.now + AGAIN)
