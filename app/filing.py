"""Arrivals meet the rules: what follows from one is committed with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from app.alarms import Alarms
from app.patience import commit
from app.publishing import Commit
from scheduler.inbox import UnavailableError
from storage import arrivals, lanes
from storage.about import Since
from storage.arrivals import KeptArrival
from storage.blobs import is_large
from storage.books import Memory, SqlBooks
from storage.errors import StorageError
from storage.foresight import foresee
from storage.lanes import ARRIVAL
from storage.store import Store
from storage.transaction import Transaction
from tickets.desk import Desk
from tickets.happenings import handle
from tickets.model import ArrivalId
from tickets.post.mentions import Mentions, apart, mentions_of
from tickets.post.posted import Post
from tickets.post.robots import set_aside
from tickets.rules import ACKNOWLEDGEMENT_WINDOW, Rules, Strangers
from tickets.talk import Happening
from tickets.verdict import Verdict
from tickets.words import Fate
from tickets.work import Work

#: Longer than it takes to leave every mail of a claim behind, one after another.
LEASE = timedelta(minutes=20)
Read = tuple[KeptArrival, Post | Happening]


@dataclass(kw_only=True, slots=True)
class Filing:
    """scheduler.arrivals.Inbox over the store.

    ``write`` writes works, with the bus's deliveries for the events they recorded.
    """

    store: Store
    rules: Rules
    write: Commit
    owner: str
    alarms: Alarms = field(default_factory=Alarms)

    async def claim(self, room: int) -> Sequence[KeptArrival]:
        return await asyncio.wrap_future(
            self.store.submit(
                lambda tx: arrivals.claim(tx, owner=self.owner, limit=room, lease=LEASE)
            )
        )

    def goes_together(self, came: Post | Happening) -> bool:
        return isinstance(came, Post) and came.letter.report is None

    async def file(self, read: Sequence[Read]) -> None:
        try:
            await self._keep_large(read)
            for group in self._apart(read):
                await asyncio.wrap_future(self.store.submit(partial(self._file, group)))
        except StorageError as error:
            raise UnavailableError(str(error)) from error

    async def _keep_large(self, read: Sequence[Read]) -> None:
        files = [
            file
            for _, came in read
            if isinstance(came, Post)
            for file in came.letter.files
            if is_large(file.content)
        ]
        if files:
            large = {file.sha256: file.content for file in files}
            await asyncio.to_thread(self.store.keep_large, large)

    def _apart(self, read: Sequence[Read]) -> list[list[Read]]:
        """Divide arrivals into groups that concern different people and tickets."""
        named = [
            mentions_of(came, self.rules) if isinstance(came, Post) else Mentions()
            for _, came in read
        ]
        return [[read[place] for place in group] for group in apart(named)]

    def _file(self, read: Sequence[Read], tx: Transaction) -> None:
        """File those whose lanes are still ours."""
        held = lanes.held(tx, [arrival.lease for arrival, _ in read])
        ours = [one for one in read if one[0].lease.lane in held]
        if not ours:
            return
        books = SqlBooks(tx, memory=self._foresee(tx, [came for _, came in ours]))
        verdicts: dict[ArrivalId, Verdict] = {}
        works = []
        for arrival, came in ours:
            work = Work(now=tx.now, ids=tx.ids, arrival=arrival.id)
            desk = Desk(work=work, books=books, rules=self.rules)
            verdicts[arrival.id] = handle(desk, came)
            works.append(work)
        self.write(tx, works)
        for work in works:
            self._tell_of_bounces(tx, work)
        arrivals.finish(tx, verdicts)
        lanes.release(tx, [arrival.lease for arrival, _ in ours], ARRIVAL)

    def _tell_of_bounces(self, tx: Transaction, work: Work) -> None:
        """Tell the operators of mails that have no ticket in which to tell."""
        for one in work.fates:
            if one.fate is Fate.FAILED and one.sent.ticket_id is None:
                self.alarms.bounced(tx, one)

    def _foresee(self, tx: Transaction, came: Sequence[Post | Happening]) -> Memory:
        mails = [one for one in came if isinstance(one, Post)]
        named = [
            mentions_of(mail, self.rules)
            for mail in mails
            if set_aside(mail.letter, mail.author, self.rules) is None
        ]
        window = self.rules.same_subject
        return foresee(
            tx,
            named,
            acknowledged_since=tx.now - ACKNOWLEDGEMENT_WINDOW,
            alike_since=None if window is None else Since.before(tx.now, window),
            serves_all=self.rules.strangers is Strangers.ACCEPT,
        )

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
        def effect(tx: Transaction) -> None:
            arrivals.park(tx, arrival.id, error)
            self.alarms.unfiled(tx, arrival.id, error)

        await self._commit(arrival, effect)

    async def _commit(
        self, arrival: KeptArrival, effect: Callable[[Transaction], None]
    ) -> None:
        """Commit an effect with the lane's return, if the lane is still ours."""

        def job(tx: Transaction) -> None:
            if lanes.held(tx, [arrival.lease]):
                effect(tx)
                lanes.release(tx, [arrival.lease], ARRIVAL)

        await commit(self.store, job)
