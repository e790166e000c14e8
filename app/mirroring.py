"""The bus: waves of the first unpublished event of each stream."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from app.alarms import Alarms
from app.outbox import LEASE
from app.patience import commit
from bus.targets import Publisher, out_of
from scheduler.breaker import LONGEST_PAUSE, Breaker
from scheduler.retry import Done, Park, Try, Wait, decide
from storage import deliveries
from storage.deliveries import Due
from storage.store import Store
from storage.transaction import Transaction
from tickets.sending import Answer, Later, Sent
from tickets.words import DeliveryState, Medium

log = structlog.get_logger()
#: However long a bus is away: to park would block every stream that there is, and a
#: person would have to free each of them when it is back.
FOR_EVER = timedelta.max


@dataclass(kw_only=True, slots=True)
class Mirroring:
    """scheduler.drain.Source for one target of the bus.

    An event leaves only after the one before it in its stream was confirmed, so a
    repeat is always of the event just sent (one in flight a stream).
    """

    store: Store
    target: str
    publisher: Publisher
    owner: str
    alarms: Alarms = field(default_factory=Alarms)
    breaker: Breaker = field(default_factory=Breaker)

    async def claim(self, room: int) -> Sequence[Sequence[Due]]:
        """Return a wave: at most one event of each stream."""
        wave, now = await asyncio.wrap_future(
            self.store.submit(partial(self._claim, room))
        )
        if not wave:
            return ()
        self.breaker.ask(now)
        return [wave]

    def _claim(self, room: int, tx: Transaction) -> tuple[list[Due], datetime]:
        limit = self.breaker.room(tx.now, room)
        if not limit:
            return [], tx.now
        # Nothing is marked before the attempt: the body was frozen with its event,
        # and a repeat carries the same id.
        wave = deliveries.claim(
            tx,
            Medium.BUS,
            owner=self.owner,
            limit=limit,
            lease=LEASE,
            budget=self.target,
        )
        return wave, tx.now

    async def work(self, batch: Sequence[Due]) -> None:
        answers = await self._publish(batch)
        away = self.breaker.learn(answers)
        longest = LONGEST_PAUSE if away else timedelta.max
        wave = list(zip(batch, answers, strict=True))
        await commit(self.store, partial(self._settle, wave, longest))

    async def _publish(self, dues: Sequence[Due]) -> Sequence[Answer]:
        try:
            return await self.publisher.publish(
                [out_of(due.payload or b"") for due in dues]
            )
        except Exception as trouble:
            log.exception("sending_failed", target=self.target)
            return [Later(f"our own trouble: {trouble!r}")] * len(dues)

    def _settle(
        self,
        wave: Sequence[tuple[Due, Answer]],
        longest: timedelta,
        tx: Transaction,
    ) -> None:
        """Mark a wave; what was taken over by another relay is its own to mark."""
        rest = [one for one in wave if not isinstance(one[1], Sent)]
        # All lanes at once, in the one order in which they are ever locked.
        ours = deliveries.held(tx, [due for due, _ in wave]) if rest else set()
        deliveries.confirm(
            tx,
            [(due, answer.receipt) for due, answer in wave if isinstance(answer, Sent)],
        )
        for due, answer in rest:
            if due.lease.lane in ours:
                self._keep(tx, due, answer, longest=longest)

    def _keep(
        self, tx: Transaction, due: Due, answer: Answer, *, longest: timedelta
    ) -> None:
        """Let a refused event wait, and its stream with it; in doubt is sent again."""
        attempt = Try(
            number=due.attempts + 1,
            age=tx.now - due.created_at,
            last_doubt=False,
            patience=FOR_EVER,
            longest=longest,
        )
        match decide(answer, attempt, chance=random.random):
            case Park(reason):
                deliveries.block(tx, due, reason)
                self.alarms.refused(tx, due, reason)
            case Wait(reason, delay):
                state = DeliveryState.NEW
                deliveries.mark_later(tx, due, state=state, reason=reason, delay=delay)
                deliveries.release(tx, [due])
            case Done():
                raise AssertionError("an answer that is not Sent is not Done")
