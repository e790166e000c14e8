"""Timers are set with a change, ring once, and are taken away with another."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage import timers
from storage.flush import flush
from storage.store import Store
from storage.timers import Due
from storage.transaction import Transaction
from tickets.work import Work

HOUR = timedelta(hours=1)
NN = Due(kind="x", subject="NN-1")


def keep(store: Store, subject: str, by: timedelta | None) -> None:
    def job(tx: Transaction) -> None:
        work = Work(now=tx.now, ids=tx.ids)
        work.timers["x", subject] = None if by is None else tx.now + by
        flush(tx, [work])

    store.write(job)


def due(store: Store, *kinds: str) -> list[str]:
    found = store.read(lambda tx: timers.due(tx, kinds or ("x",), most=10))
    return [one.subject for one in found]


def test_only_what_is_due_and_of_these_kinds_is_found_the_oldest_first(
    store: Store,
) -> None:
    keep(store, "NN-1", -HOUR)
    keep(store, "NN-2", -2 * HOUR)
    keep(store, "NN-3", HOUR)
    assert due(store) == ["NN-2", "NN-1"]
    assert due(store, "y") == []


def test_a_timer_set_again_is_moved_and_one_taken_away_is_gone(store: Store) -> None:
    keep(store, "NN-1", -HOUR)
    keep(store, "NN-1", HOUR)
    assert due(store) == []
    keep(store, "NN-1", -HOUR)
    keep(store, "NN-1", None)
    assert due(store) == []


def test_a_timer_rings_once(store: Store) -> None:
    keep(store, "NN-1", -HOUR)
    assert store.write(lambda tx: timers.take(tx, NN))
    assert not store.write(lambda tx: timers.take(tx, NN))


def test_one_that_was_moved_after_it_was_found_does_not_ring(store: Store) -> None:
    keep(store, "NN-1", -HOUR)
    keep(store, "NN-1", HOUR)
    assert not store.write(lambda tx: timers.take(tx, NN))


def test_one_that_could_not_be_rung_rings_later(store: Store) -> None:
    keep(store, "NN-1", -HOUR)

    def later(tx: Transaction) -> datetime:
        timers.postpone(tx, NN, tx.now + HOUR)
        return tx.now

    store.write(later)
    assert due(store) == []
