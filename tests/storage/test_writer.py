"""Group commit: jobs share a commit, and each stands or falls alone."""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage import doors
from storage.errors import StorageError, StorageFull
from storage.flush import flush
from storage.store import Places, Store
from storage.transaction import Transaction
from tests.databases import Templates
from tests.desks import new_arrival
from tickets.registry import add_organisation
from tickets.work import Work

ORPHAN = text(
    "INSERT INTO domain (domain, organisation_id) VALUES ('orphan.example', 999)"
)


@pytest.fixture
def embedded(templates: Templates, tmp_path: Path) -> Iterator[Store]:
    """A store on SQLite: where jobs share a commit."""
    store = open_store(templates.sqlite(tmp_path))
    yield store
    store.close()


def open_store(places: Places) -> Store:
    return Store(places, clock=lambda: datetime.now(UTC), on_filled=lambda kinds: None)


def keep(key: str, tx: Transaction) -> None:
    doors.keep(tx, [new_arrival(key, f"{key}@x.example")])


def orphan(tx: Transaction) -> None:
    """Break a rule that is looked at only when the transaction ends."""
    tx.run(ORPHAN)


def fail(tx: Transaction) -> None:
    keep("failed", tx)
    raise ValueError("on purpose")


def keys(store: Store) -> list[str]:
    query = text("SELECT source_key FROM arrival ORDER BY source_key")
    return [row[0] for row in store.read(lambda tx: tx.run(query).all())]


class Held:
    """Keeps the writer busy, so that the jobs behind go together."""

    def __init__(self, store: Store) -> None:
        self._go = threading.Event()
        self._is_at_it = threading.Event()
        store.submit(self._wait)
        assert self._is_at_it.wait(30)  # else what comes next would go with it

    def __enter__(self) -> None:
        return

    def __exit__(self, *failure: object) -> None:
        self._go.set()

    def _wait(self, tx: Transaction) -> None:
        del tx
        self._is_at_it.set()
        self._go.wait(10)


def test_a_job_that_fails_undoes_itself_alone(store: Store) -> None:
    with Held(store):
        jobs = (partial(keep, "a"), fail, partial(keep, "b"))
        futures = [store.submit(job) for job in jobs]
    errors = [future.exception() for future in futures]
    assert [type(one) for one in errors] == [type(None), ValueError, type(None)]
    assert keys(store) == ["a", "b"]


def test_what_fails_at_the_commit_fails_alone(store: Store) -> None:
    with Held(store):
        futures = [
            store.submit(job)
            for job in (partial(keep, "a"), orphan, partial(keep, "b"))
        ]
    errors = [future.exception() for future in futures]
    assert isinstance(errors[1], IntegrityError)
    assert [errors[0], errors[2]] == [None, None]
    assert keys(store) == ["a", "b"]


def test_a_write_is_seen_once_its_future_is_done(store: Store) -> None:
    for n in range(20):
        store.submit(partial(keep, f"{n:02}")).result()
        assert len(keys(store)) == n + 1


def test_who_gave_up_waiting_harms_nobody(embedded: Store) -> None:
    with Held(embedded):
        given_up = embedded.submit(partial(keep, "gone"))
        kept = embedded.submit(partial(keep, "kept"))
        assert given_up.cancel()
    kept.result()
    with pytest.raises(CancelledError):
        given_up.result()
    embedded.write(partial(keep, "later"))
    assert keys(embedded) == ["kept", "later"]


def test_closing_finishes_what_was_submitted(
    templates: Templates, tmp_path: Path
) -> None:
    places = templates.sqlite(tmp_path)
    store = open_store(places)
    with Held(store):
        futures = [store.submit(partial(keep, f"{n:03}")) for n in range(250)]
    store.close()
    assert all(future.exception(0) is None for future in futures)
    again = open_store(places)
    assert len(keys(again)) == 250
    again.close()


def test_reading_cannot_write(embedded: Store) -> None:
    with pytest.raises(Exception, match="readonly"):
        embedded.read(partial(keep, "a"))


def test_ids_count_on_after_a_restart(templates: Templates, tmp_path: Path) -> None:
    places = templates.sqlite(tmp_path)
    taken: list[int] = []

    def take(tx: Transaction) -> None:
        work = Work(now=tx.now, ids=tx.ids)
        made = add_organisation(work, name="Partner", domains=(), site=None)
        taken.append(made.id)
        flush(tx, [work])

    for _ in range(3):
        store = open_store(places)
        store.write(take)
        store.write(take)
        store.close()
    assert taken == [1, 2, 3, 4, 5, 6]


def test_ids_are_for_the_tables_that_need_them(embedded: Store) -> None:
    with pytest.raises(KeyError, match="'event'"):
        embedded.read(lambda tx: tx.ids.row("event"))


def large(n: int, tx: Transaction) -> None:
    keep_raw(f"large{n:03}", f"{n:04}".encode() * 50_000, tx)


def keep_raw(key: str, raw: bytes, tx: Transaction) -> None:
    doors.keep(tx, [replace(new_arrival(key), raw=raw)])


def set_pages(count: int, tx: Transaction) -> None:
    """Let the database grow to so many pages: then its disk is full."""
    tx.run(text(f"PRAGMA max_page_count = {count}"))


def test_a_full_disk_is_told_as_such_and_loses_nothing(embedded: Store) -> None:
    pages = embedded.read(lambda tx: tx.run(text("PRAGMA page_count")).scalar())
    embedded.write(partial(set_pages, pages + 400))
    alone = [embedded.submit(partial(large, n)).exception() for n in range(20)]
    with Held(embedded):
        futures = [embedded.submit(partial(large, n)) for n in range(20, 30)]
        small = embedded.submit(partial(keep, "small"))
    errors = [*alone, *(future.exception() for future in futures)]
    assert {type(one) for one in errors} == {type(None), StorageFull}
    embedded.write(partial(set_pages, 1_000_000))
    embedded.write(partial(large, 99))
    kept = [f"large{n:03}" for n, error in enumerate(errors) if error is None]
    if small.exception() is None:
        kept.append("small")
    assert sorted(keys(embedded)) == sorted([*kept, "large099"])


#: A process that may write files up to a size, and then may again.
NARROW = """
import resource, signal, sys
from pathlib import Path
from storage.store import Places
from tests.storage.test_writer import meet_the_limit

folder = Path(sys.argv[1])
places = Places.of(f"sqlite:///{folder}/zayavka.db", folder / "blobs")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

meet_the_limit(places, limit)
"""


def meet_the_limit(places: Places, limit: Callable[[int], None]) -> None:
    """Write beyond what the system lets grow, together and alone, and go on."""
    store = open_store(places)
    try:
        limit(2_000_000)
        with Held(store):
            futures = [store.submit(partial(large, n)) for n in range(30)]
        errors = [future.exception() for future in futures]
        assert any(isinstance(one, StorageError) for one in errors)
        limit(resource.RLIM_INFINITY)
        store.write(partial(large, 99))
        kept = [f"large{n:03}" for n, error in enumerate(errors) if error is None]
        assert keys(store) == [*kept, "large099"]
    finally:
        store.close()


def test_a_write_that_the_system_refuses_is_no_end(
    templates: Templates, tmp_path: Path
) -> None:
    templates.sqlite(tmp_path)
    root = Path(__file__).parents[2]
    done = subprocess.run(  # noqa: S603 # our own program
        [sys.executable, "-c", NARROW, str(tmp_path)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_job_that_runs_out_of_something_does_not_hang_who_awaits_it(
    store: Store,
) -> None:
    async def scene() -> None:
        async with asyncio.timeout(20):
            await asyncio.wrap_future(store.submit(lambda tx: next(iter(()))))

    with pytest.raises(RuntimeError, match="StopIteration"):
        asyncio.run(scene())
