"""Strangers wait, are asked about and decided on, whoever else writes meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from storage import triage
from storage.books import SqlBooks
from storage.flush import flush
from storage.store import Store
from storage.transaction import Job, Transaction
from tests.desks import FORUM, rules
from tests.storage.desk import InStore
from tickets.desk import Desk
from tickets.gate.triage import CannotBeDecided, Judge, decide
from tickets.gate.waiting import Admission, Held
from tickets.model import ArrivalId, Json
from tickets.work import Work

EVE = "eve@elsewhere.example"


def holding(arrival: ArrivalId, who: str = EVE, chat: int | None = FORUM) -> Job[None]:
    """Return what lets an arrival wait."""
    said: Json = {"name": "", "subject": "S", "text": "T", "forged": False}
    held = Held(who=who, question={**said, "address": who, "chat": chat})

    def job(tx: Transaction) -> None:
        flush(tx, [Work(now=tx.now, ids=tx.ids, arrival=arrival, held=held)])

    return job


def deciding(arrival: ArrivalId, how: Admission = Admission.REFUSE) -> Job[bool]:
    """Return what decides about an arrival, and says whether it still waited."""

    def job(tx: Transaction) -> bool:
        desk = Desk(
            work=Work(now=tx.now, ids=tx.ids), books=SqlBooks(tx), rules=rules()
        )
        try:
            decide(desk, arrival, how=how, judge=Judge(actor="operator"))
        except CannotBeDecided:
            return False
        flush(tx, [desk.work])
        return True

    return job


def rows(store: Store, query: str) -> list[Any]:
    return store.read(lambda tx: [tuple(row) for row in tx.run(text(query))])


def questions(store: Store) -> list[int]:
    query = "SELECT arrival_id FROM delivery WHERE kind = 'question' ORDER BY id"
    return [row[0] for row in rows(store, query)]


def arrivals(store: Store, count: int) -> list[ArrivalId]:
    bench = InStore(store=store)
    return [bench.arrive() for _ in range(count)]


def test_a_stranger_is_asked_about_once(store: Store) -> None:
    first, second, other = arrivals(store, 3)
    for arrival, who in ((first, EVE), (second, EVE), (other, "adam@x.example")):
        store.write(holding(arrival, who))
    assert questions(store) == [first, other]


def test_where_there_is_no_chat_nobody_is_asked(store: Store) -> None:
    first, second = arrivals(store, 2)
    store.write(holding(first, EVE, None))
    store.write(holding(second, "adam@x.example"))
    assert questions(store) == [second]
    assert [one["asked"] for one in store.read(triage.list_waiting)] == [False, True]


@pytest.mark.parametrize("how", list(Admission))
def test_a_decision_is_about_all_of_a_strangers_and_is_made_once(
    store: Store, how: Admission
) -> None:
    first, second, other = arrivals(store, 3)
    for arrival, who in ((first, EVE), (second, EVE), (other, "adam@x.example")):
        store.write(holding(arrival, who))
    assert store.write(deciding(second, how))
    assert not store.write(deciding(first, how))
    found = rows(store, "SELECT state, question, asked FROM arrival ORDER BY id")
    state = "new" if how is Admission.ADMIT else "done"
    assert [row[0] for row in found] == [state, state, "held"]
    assert found[0][1:] == (None, False)
    (told,) = rows(store, "SELECT facts FROM delivery WHERE kind = 'decision'")
    assert str(told[0]).count(how)


def test_whoever_decides_and_holds_at_once_nobody_is_forgotten(store: Store) -> None:
    came = iter(arrivals(store, 20))
    for first, *more in zip(*[came] * 4, strict=True):
        store.write(holding(first))
        jobs = [store.submit(deciding(first)), store.submit(deciding(first))]
        held = [store.submit(holding(one)) for one in more]
        assert sorted(one.result(30) for one in jobs) == [False, True]
        for one in held:
            one.result(30)
        waiting = store.read(triage.list_waiting)
        assert [view["asked"] for view in waiting] in ([], [True])
        for view in waiting:
            store.write(deciding(ArrivalId(view["id"])))
    assert len(questions(store)) == len(set(questions(store)))
