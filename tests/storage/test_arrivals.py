"""Arrivals through the store: kept, claimed, filed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, select, text

from app.filing import Filing
from storage import arrivals, doors, lanes
from storage.flush import flush
from storage.store import Store
from storage.transaction import Transaction
from tests.desks import FORUM, new_arrival, post, rules
from tickets.post.posted import Post


def filing(store: Store) -> Filing:
    return Filing(store=store, rules=rules(), write=flush, owner="test")


def deliver(store: Store, key: str, came: Post) -> None:
    """Keep one arrival and file it as ``came``."""
    store.write(lambda tx: doors.keep(tx, [new_arrival(key, came.mail_from)]))
    asyncio.run(file_all(filing(store), came))


async def file_all(inbox: Filing, came: Post) -> None:
    for arrival in await inbox.claim(10):
        await inbox.file([(arrival, came)])


def execute(statement: str, tx: Transaction) -> None:
    tx.run(text(statement))


def keep_one(key: str, tx: Transaction) -> None:
    doors.keep(tx, [new_arrival(key)])


def rows(store: Store, query: str) -> list[Any]:
    return store.read(lambda tx: tx.run(text(query)).all())


def test_a_mail_becomes_a_ticket_with_its_events_and_deliveries(store: Store) -> None:
    deliver(store, "a", post())
    assert rows(store, "SELECT number, stage, version FROM ticket") == [
        ("NN-1", "new", 3)
    ]
    types = rows(store, "SELECT type FROM event WHERE stream = 'ticket:NN-1'")
    assert [row.type for row in types] == [
        "opened",
        "participant-added",
        "comment-added",
    ]
    kinds = rows(store, "SELECT channel, target, kind FROM delivery ORDER BY id")
    assert kinds == [
        ("mail", "ivan@partner.example", "accepted"),
        ("telegram", str(FORUM), "card"),
        ("telegram", str(FORUM), "comment"),
    ]
    assert rows(store, "SELECT state, outcome FROM arrival") == [("done", "ticket")]
    assert rows(store, "SELECT kind FROM lane WHERE kind = 'arrival'") == []


def test_the_same_mail_twice_is_one_arrival_with_two_copies(store: Store) -> None:
    for _ in range(2):
        store.write(lambda tx: doors.keep(tx, [new_arrival("same")]))
    assert rows(store, "SELECT copies FROM arrival") == [(2,)]
    asyncio.run(file_all(filing(store), post()))
    assert rows(store, "SELECT count(*) FROM ticket") == [(1,)]
    assert rows(store, "SELECT count(*) FROM lane WHERE kind = 'arrival'") == [(0,)]


def test_the_same_message_by_another_way_is_a_duplicate(store: Store) -> None:
    deliver(store, "a", post())
    deliver(store, "b", post())
    outcomes = rows(store, "SELECT outcome, rule FROM arrival ORDER BY id")
    assert outcomes == [("ticket", "new"), ("duplicate", "same-message-id-and-body")]


def test_a_reply_that_overtakes_its_parent_joins_it(store: Store) -> None:
    reply = post(
        message_id="<2@partner.example>",
        in_reply_to=("<1@partner.example>",),
        text="И ещё: мигает лампочка.",
    )
    deliver(store, "reply", reply)
    deliver(store, "parent", post())
    assert rows(store, "SELECT count(*) FROM ticket") == [(1,)]
    assert rows(store, "SELECT outcome, rule FROM arrival ORDER BY id") == [
        ("ticket", "new"),
        ("comment", "known-message-id"),
    ]


def test_numbers_are_counted_per_site(store: Store) -> None:
    for key in ("a", "b", "c"):
        deliver(store, key, post(message_id=f"<{key}@partner.example>"))
    numbers = rows(store, "SELECT number FROM ticket ORDER BY id")
    assert [row.number for row in numbers] == ["NN-1", "NN-2", "NN-3"]


def test_doors_count_what_they_took(store: Store) -> None:
    store.write(lambda tx: doors.keep(tx, [new_arrival("a"), new_arrival("b")]))
    store.write(lambda tx: doors.keep(tx, [new_arrival("a")]))
    value = rows(store, "SELECT value FROM cursor WHERE name = 'smtp'")[0].value
    assert "3" in str(value)


def test_state_cannot_change_without_its_event(store: Store) -> None:
    deliver(store, "a", post())
    for change in (
        "UPDATE ticket SET stage = 'closed'",
        "UPDATE ticket SET stage = 'closed', version = version + 1",
        "UPDATE contact SET name = 'x'",
        "DELETE FROM event",
        "UPDATE event SET actor = 'x'",
    ):
        future = store.submit(partial(execute, change))
        assert future.exception() is not None, change
    assert rows(store, "SELECT stage, version FROM ticket") == [("new", 3)]


def test_arrivals_of_one_batch_stay_in_their_order(store: Store) -> None:
    batch = [new_arrival(str(number)) for number in (9, 10, 99, 100, 101)]
    store.write(lambda tx: doors.keep(tx, batch))
    kept = rows(store, "SELECT source_key FROM arrival ORDER BY id")
    assert [row.source_key for row in kept] == ["9", "10", "99", "100", "101"]


def test_who_was_in_hand_twice_when_a_process_ended_waits_apart(store: Store) -> None:
    letters = [new_arrival(key, f"{key}@partner.example") for key in "abc"]
    store.write(lambda tx: doors.keep(tx, letters))
    delays = iter([timedelta(seconds=seconds) for seconds in (3, 1, 2)])
    tries = []

    def restart(tx: Transaction) -> None:
        def delay(attempts: int) -> timedelta:
            tries.append(attempts)
            return next(delays)

        lanes.free_all(tx)
        arrivals.stagger(tx, delay)

    for _ in range(2):
        assert len(asyncio.run(filing(store).claim(10))) == 3
        assert not tries
        store.write(restart)
    assert tries == [2, 2, 2]
    assert asyncio.run(filing(store).claim(10)) == []
    due = rows(store, "SELECT next_at FROM lane WHERE kind = 'arrival' ORDER BY key")
    waits = [row.next_at for row in due]
    assert waits[1] < waits[2] < waits[0]


def test_a_failed_job_undoes_itself_alone(store: Store) -> None:
    def bad(tx: Any) -> None:
        doors.keep(tx, [new_arrival("bad")])
        raise ValueError("on purpose")

    good = [store.submit(partial(keep_one, f"good{n}")) for n in range(5)]
    failed = store.submit(bad)
    assert isinstance(failed.exception(), ValueError)
    for future in good:
        future.result()
    count = store.read(
        lambda tx: tx.run(select(func.count()).select_from(text("arrival"))).scalar()
    )
    assert count == 5
