"""What the outboxes of mail and chat have in common: claim, freeze, mark."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.alarms import Alarms
from app.patience import BRIEF, PAUSES, commit
from app.publishing import Commit
from scheduler.retry import Decision, Done, Park, Try, Wait, decide
from storage import deliveries
from storage.books import SqlBooks
from storage.deliveries import Due, Frozen
from storage.lookups import lock_tickets
from storage.store import Store
from storage.transaction import Transaction
from tickets import lanes
from tickets.desk import Desk
from tickets.rules import Rules
from tickets.sending import Answer, Sent
from tickets.words import DeliveryState, Medium
from tickets.work import Work

#: Longer than any attempt may take.
LEASE = timedelta(minutes=5)


@dataclass(kw_only=True, slots=True)
class Records:
    """The store with what is needed to let consequences follow."""

    store: Store
    rules: Rules
    write: Commit
    owner: str
    now: Callable[[], datetime]
    alarms: Alarms = field(default_factory=Alarms)

    async def begin(
        self,
        frozen: Sequence[Frozen],
        then: Callable[[Transaction, Sequence[Frozen]], None] | None = None,
    ) -> Sequence[Frozen]:
        """Commit the bytes and the attempt; return those still ours.

        What is done ``then`` with these is committed together with them.
        """
        if not frozen:
            return ()

        def job(tx: Transaction) -> Sequence[Frozen]:
            begun = deliveries.begin(tx, frozen)
            if then is not None:
                then(tx, begun)
            return begun

        return await commit(self.store, job, BRIEF)

    async def settle(
        self,
        due: Due,
        answer: Answer,
        *,
        last_doubt: bool,
        tried: bool,
        on_sent: Callable[[Transaction, Desk, Sent], None],
        on_parked: Callable[[Transaction, Desk, str], None],
    ) -> None:
        """Commit the mark, its consequences and the lane's return together.

        What was ``tried`` is known to nobody else, so that is not given up soon.
        """

        def job(tx: Transaction) -> None:
            desk = self.desk(tx, due)
            decision = self._decide(tx, due, answer, last_doubt=last_doubt)
            if due.ticket_id is not None and _concerns_ticket(due, decision):
                lock_tickets(tx, [due.ticket_id])  # before the lane, as filing does
            deliveries.hold(tx, due)
            _mark(tx, due, decision)
            if isinstance(decision, Done):
                on_sent(tx, desk, decision.sent)
            elif isinstance(decision, Park):
                on_parked(tx, desk, decision.reason)
            self.write(tx, [desk.work])
            if isinstance(decision, Park):
                self.alarms.undelivered(tx, due, decision.reason)
            deliveries.release(tx, [due])

        await commit(self.store, job, PAUSES if tried else BRIEF)

    def desk(self, tx: Transaction, due: Due) -> Desk:
        work = Work(now=tx.now, ids=tx.ids, arrival=due.arrival_id)
        return Desk(work=work, books=SqlBooks(tx), rules=self.rules)

    @staticmethod
    def _decide(
        tx: Transaction, due: Due, answer: Answer, *, last_doubt: bool
    ) -> Decision:
        return decide(
            answer,
            Try(
                number=due.attempts + 1,
                age=tx.now - due.created_at,
                last_doubt=last_doubt,
            ),
            chance=random.random,
        )


def _concerns_ticket(due: Due, decision: Decision) -> bool:
    """Say whether the ticket's people are told of it."""
    if isinstance(decision, Done):
        to_partner = due.channel is Medium.MAIL or lanes.is_private(due.lease.lane)
        return to_partner and due.comment_id is not None
    return isinstance(decision, Park)


def _mark(tx: Transaction, due: Due, decision: Decision) -> None:
    match decision:
        case Done(sent):
            deliveries.mark_sent(tx, [(due, sent.receipt)])
        case Wait(reason, delay, uncertain):
            state = DeliveryState.UNCERTAIN if uncertain else DeliveryState.NEW
            deliveries.mark_later(tx, due, state=state, reason=reason, delay=delay)
        case Park(reason):
            deliveries.mark_over(tx, due, state=DeliveryState.PARKED, reason=reason)
