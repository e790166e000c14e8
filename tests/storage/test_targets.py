"""How the bus stands with each target, counted through the indices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import text

from storage import targets
from storage.flush import flush
from storage.lanes import WAITING
from storage.store import Places, Store
from storage.targets import Standing
from storage.transaction import Transaction
from tickets import lanes
from tickets.words import Medium
from tickets.work import CARD, Work


def queue(store: Store, *events: str) -> list[int]:
    """Queue an event for each target that is named; return the deliveries' ids."""

    def job(tx: Transaction) -> list[int]:
        work = Work(now=tx.now, ids=tx.ids)
        for place, target in enumerate(events):
            work.deliver(
                Medium.BUS,
                "opened",
                target=target,
                lane=lanes.bus(target, f"ticket:NN-{place}"),
                priority=CARD,
                facts={},
                payload=b"{}",
            )
        flush(tx, [work])
        found = tx.run(text("SELECT id FROM delivery ORDER BY id DESC"))
        return sorted(row.id for row in found.all()[: len(events)])

    return store.write(job)


def mark(
    store: Store, ids: Sequence[int], state: str, *, error: str | None = None
) -> None:
    def job(tx: Transaction) -> None:
        for one in ids:
            tx.run(
                text(
                    "UPDATE delivery SET state = :state, last_error = :error "
                    "WHERE id = :this"
                ),
                {"state": state, "error": error, "this": one},
            )

    store.write(job)


def test_each_target_is_counted_by_itself(store: Store) -> None:
    ids = queue(store, *["esb"] * 6, *["file"] * 2)
    mark(store, ids[:2], "sent")
    mark(store, ids[2:3], "parked", error="schema refused")
    mark(store, ids[3:4], "new", error="no route")
    mark(store, ids[4:5], "new", error="connection refused")
    mark(store, ids[6:7], "sent")
    mark(store, ids[7:], "parked", error="disk full")
    found = store.read(targets.standings)
    oldest = found["esb"].oldest
    assert oldest is not None
    assert found == {
        "esb": Standing(
            published=2,
            waiting=3,
            parked=1,
            oldest=oldest,
            last_error="connection refused",
        ),
        "file": Standing(published=1, parked=1, last_error="disk full"),
    }
    age = store.read(lambda tx: tx.now - oldest)
    assert timedelta() <= age < timedelta(minutes=5)


def test_what_is_uncertain_waits_and_what_is_cancelled_does_not(store: Store) -> None:
    first, second, third = queue(store, "esb", "esb", "esb")
    mark(store, [first], "uncertain", error="no confirm")
    mark(store, [second], "sending")
    mark(store, [third], "cancelled", error="by hand")
    found = store.read(targets.standings)["esb"]
    assert (found.waiting, found.parked, found.last_error) == (2, 0, "no confirm")


def test_mails_and_chats_are_no_targets(store: Store) -> None:
    queue(store, "esb")
    store.write(lambda tx: tx.run(text("UPDATE delivery SET channel = 'mail'")))
    assert store.read(targets.standings) == {}


def plan_of(tx: Transaction, *, query: Any) -> str:
    said = str(query.compile(tx.connection, compile_kwargs={"literal_binds": True}))
    rows = tx.run(text(f"EXPLAIN QUERY PLAN {said}"))
    return " ".join(row.detail for row in rows)


def test_no_query_reads_the_whole_backlog(store: Store, places: Places) -> None:
    if not places.is_sqlite:
        return  # whose planner goes by how much there is
    queries = {
        "delivery_published": targets.count_published(),
        "delivery_waiting": targets.count_unpublished(WAITING["delivery"]),
        "delivery_parked": targets.count_unpublished(targets.PARKED),
    }
    for index, query in queries.items():
        assert index in store.read(partial(plan_of, query=query))
