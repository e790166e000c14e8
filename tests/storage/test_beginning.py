"""A desk begins once: when it is first run, or with what it knows from before."""

from __future__ import annotations

from datetime import UTC, datetime

from storage import beginning
from storage.store import Store
from tests.storage.desk import InStore, mail


def known(store: Store) -> datetime:
    found = store.read(beginning.known)
    assert found is not None
    return found


def test_it_begins_when_it_is_first_run_and_never_again(store: Store) -> None:
    assert store.read(beginning.known) is None
    before = datetime.now(UTC)
    store.write(beginning.note)
    first = known(store)
    assert before <= first <= datetime.now(UTC)
    store.write(beginning.note)
    assert known(store) == first


def test_records_from_before_began_with_their_first_event(store: Store) -> None:
    mail(InStore(store=store))
    mailed = datetime.now(UTC)
    store.write(beginning.note)
    assert known(store) <= mailed
