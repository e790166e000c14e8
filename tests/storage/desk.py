"""The same records three times: in memory, on SQLite, on PostgreSQL."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import text

from storage import deliveries, doors
from storage.books import SqlBooks
from storage.deliveries import Frozen
from storage.flush import flush
from storage.store import Store
from storage.transaction import Transaction
from tests.desks import FORUM, new_arrival, post, rules
from tests.fakes import CountedIds, Records
from tickets.books import Books
from tickets.desk import Desk
from tickets.happenings import handle
from tickets.model import ArrivalId, Organisation, Specialist, TicketId
from tickets.registry import add_organisation, add_specialist
from tickets.rules import Rules
from tickets.talk import Happening, Said
from tickets.verdict import Verdict
from tickets.words import DeliveryState, Medium, Role
from tickets.work import NewTopic, Work

T = TypeVar("T")
ANNA_ID = 4242
THREAD = 31


class Bench(Protocol):
    """Where the rules work for one arrival after another."""

    def run(self, act: Callable[[Desk], T], arrival: ArrivalId | None = None) -> T:
        """Let the rules work, and commit what they gathered."""
        ...

    def look(self, ask: Callable[[Books], T]) -> T: ...

    def arrive(self) -> ArrivalId: ...

    def mark(self, target: str, state: DeliveryState) -> None:
        """Set the state of all deliveries to a target."""
        ...

    def send(self, target: str, message_id: str) -> None:
        """Let the mail at the head of a target's lane leave."""
        ...

    def states(self, target: str) -> list[str]:
        """Return how the mails to a target stand, in their order."""
        ...


@dataclass(kw_only=True)
class InMemory:
    """The fake."""

    records: Records = field(default_factory=Records)
    ids: CountedIds = field(default_factory=CountedIds)
    rules: Rules = field(default_factory=rules)
    _arrivals: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def run(self, act: Callable[[Desk], T], arrival: ArrivalId | None = None) -> T:
        work = Work(now=datetime.now(UTC), ids=self.ids, arrival=arrival)
        result = act(Desk(work=work, books=self.records, rules=self.rules))
        self.records.commit(work)
        return result

    def look(self, ask: Callable[[Books], T]) -> T:
        return ask(self.records)

    def arrive(self) -> ArrivalId:
        return ArrivalId(next(self._arrivals))

    def mark(self, target: str, state: DeliveryState) -> None:
        for place, one in enumerate(self.records.deliveries):
            if one.target == target:
                self.records.states[place] = state

    def send(self, target: str, message_id: str) -> None:
        for place, one in enumerate(self.records.deliveries):
            if one.target == target and place not in self.records.states:
                self.records.send(place, message_id)
                return

    def states(self, target: str) -> list[str]:
        return [
            str(self.records.states.get(place, DeliveryState.NEW))
            for place, one in enumerate(self.records.deliveries)
            if one.target == target
        ]


@dataclass(kw_only=True)
class InStore:
    """The real one."""

    store: Store
    rules: Rules = field(default_factory=rules)
    _keys: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def run(self, act: Callable[[Desk], T], arrival: ArrivalId | None = None) -> T:
        def job(tx: Transaction) -> T:
            work = Work(now=tx.now, ids=tx.ids, arrival=arrival)
            result = act(Desk(work=work, books=SqlBooks(tx), rules=self.rules))
            flush(tx, [work])
            return result

        return self.store.write(job)

    def look(self, ask: Callable[[Books], T]) -> T:
        return self.store.read(lambda tx: ask(SqlBooks(tx, locks=False)))

    def arrive(self) -> ArrivalId:
        key = f"arrival-{next(self._keys)}"

        def job(tx: Transaction) -> int:
            doors.keep(tx, [new_arrival(key)])
            return int(tx.run(text("SELECT max(id) FROM arrival")).scalar())

        return ArrivalId(self.store.write(job))

    def mark(self, target: str, state: DeliveryState) -> None:
        change = text("UPDATE delivery SET state = :state WHERE target = :target")
        values = {"state": str(state), "target": target}
        self.store.write(lambda tx: tx.run(change, values) and None)

    def send(self, target: str, message_id: str) -> None:
        def job(tx: Transaction) -> None:
            dues = deliveries.claim(
                tx, Medium.MAIL, owner="w", limit=9, lease=timedelta(minutes=5)
            )
            (due,) = (one for one in dues if one.target == target)
            frozen = Frozen(due=due, payload=b"bytes", message_id=message_id)
            deliveries.begin(tx, [frozen])
            deliveries.mark_sent(tx, [(due, "250 ok")])
            deliveries.release(tx, dues)

        self.store.write(job)

    def states(self, target: str) -> list[str]:
        query = text("SELECT state FROM delivery WHERE target = :target ORDER BY id")
        found = self.store.read(lambda tx: tx.run(query, {"target": target}).all())
        return [row.state for row in found]


def play(bench: Bench, came: Any) -> Verdict:
    """Let something arrive and be filed."""
    return bench.run(lambda desk: handle(desk, came), bench.arrive())


def mail(bench: Bench, **more: Any) -> Verdict:
    return play(bench, post(**more))


def hire(bench: Bench, telegram_id: int = ANNA_ID) -> Specialist:
    return bench.run(
        lambda desk: add_specialist(
            desk.work,
            name="Анна",
            telegram_id=telegram_id,
            site="NN",
            role=Role.SPECIALIST,
        )
    )


def know(bench: Bench, *domains: str) -> Organisation:
    return bench.run(
        lambda desk: add_organisation(
            desk.work, name="ООО «Ромашка»", domains=domains, site="NN"
        )
    )


def show(bench: Bench, ticket_id: TicketId, *, chat: int = FORUM) -> None:
    """Let a ticket have its topic."""
    topic = NewTopic(ticket_id=ticket_id, chat=chat, thread_id=THREAD)
    bench.run(lambda desk: desk.work.topics.append(topic))


def said(text_: str, **more: Any) -> Happening:
    settings: dict[str, Any] = {
        "chat": FORUM,
        "thread_id": THREAD,
        "message_id": 50,
        "author": ANNA_ID,
        "anonymous": False,
        "text": text_,
    }
    return Said(**{**settings, **more})
