"""What the records say was published, and the results of comparing it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import update

from storage import published
from storage.flush import flush
from storage.lanes import DELIVERY
from storage.store import Store
from storage.transaction import Transaction
from tickets import lanes
from tickets.words import EventType, Medium
from tickets.work import OPENING, Work

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
STREAM = "organisation:7"


def queue(tx: Transaction) -> list[str]:
    """Record a partner's three changes and queue them for two targets."""
    work = Work(now=tx.now, ids=tx.ids)
    for seq in (1, 2, 3):
        event = work.record(STREAM, seq, EventType.CHANGED, actor="system", data={})
        for target in ("erp", "crm"):
            work.deliver(
                Medium.BUS,
                "changed",
                target=target,
                lane=lanes.bus(target, STREAM),
                priority=OPENING,
                facts={},
                payload=b"{}",
                event_id=event.id,
            )
    flush(tx, [work])
    return [one.id for one in work.events]


def mark(ids: list[str], target: str, tx: Transaction, *, at: datetime) -> None:
    """Let these be confirmed by a target."""
    tx.run(
        update(DELIVERY)
        .where(DELIVERY.c.event_id.in_(ids), DELIVERY.c.target == target)
        .values(state="sent", sent_at=at)
    )


def say(tx: Transaction, seq: int, **data: object) -> None:
    """Let the target alone be told something of a ticket, and confirm it."""
    said = {"id": f"s{seq}", "source": "/zayavka/tickets/NN-1", "data": data}
    body = json.dumps({**said, "sequence": f"{seq:010}"}).encode()
    work = Work(now=tx.now, ids=tx.ids)
    work.deliver(
        Medium.BUS,
        "snapshot",
        target="erp",
        lane=lanes.bus("erp", "ticket:NN-1"),
        priority=OPENING,
        facts={},
        payload=body,
    )
    flush(tx, [work])
    tx.run(update(DELIVERY).values(state="sent", sent_at=LONG_AGO))


def test_only_what_this_target_confirmed_counts(store: Store) -> None:
    ids = store.write(queue)
    store.write(partial(mark, ids[:2], "erp", at=LONG_AGO))
    store.write(partial(mark, ids, "crm", at=LONG_AGO))
    sent = store.read(lambda tx: published.sent(tx, "erp", None))
    assert sent == {ids[0]: (STREAM, 1), ids[1]: (STREAM, 2)}


def test_what_was_confirmed_before_may_be_left_out(store: Store) -> None:
    ids = store.write(queue)
    store.write(partial(mark, ids[:2], "erp", at=LONG_AGO))
    store.write(partial(mark, ids[2:], "erp", at=LONG_AGO + timedelta(days=1)))
    since = LONG_AGO + timedelta(hours=1)
    assert list(store.read(lambda tx: published.sent(tx, "erp", since))) == ids[2:]


def test_what_a_target_alone_was_sent_is_known_by_its_body(store: Store) -> None:
    store.write(lambda tx: say(tx, 7))
    sent = store.read(lambda tx: published.sent(tx, "erp", None))
    assert sent == {"s7": ("ticket:NN-1", 7)}


def test_a_snapshot_counts_by_its_own_ids_and_not_by_its_newest_event(
    store: Store,
) -> None:
    def tell(tx: Transaction, last: str) -> None:
        work = Work(now=tx.now, ids=tx.ids)
        for part in ("p1", "p2"):
            work.deliver(
                Medium.BUS,
                EventType.SNAPSHOT,
                target="late",
                lane=lanes.bus("late", STREAM),
                priority=OPENING,
                facts={"id": part, "leaves": False},
                payload=b"{}",
                event_id=last,
            )
        flush(tx, [work])
        mark([last], "late", tx, at=LONG_AGO)

    last = store.write(queue)[-1]
    store.write(partial(tell, last=last))
    sent = store.read(lambda tx: published.sent(tx, "late", None))
    assert sent == {"p1": (STREAM, 3), "p2": (STREAM, 3)}


def test_a_ticket_that_a_target_is_told_no_more_of_has_no_newest(store: Store) -> None:
    def newest() -> dict[str, int]:
        return store.read(lambda tx: published.newest(tx, "erp"))

    store.write(lambda tx: say(tx, 7))
    assert newest() == {"ticket:NN-1": 7}
    store.write(lambda tx: say(tx, 8, leaves=True))
    assert newest() == {}
    store.write(lambda tx: say(tx, 9))
    assert newest() == {"ticket:NN-1": 9}


def test_ids_of_the_journal_are_known_however_many_are_asked_for(store: Store) -> None:
    ids = store.write(queue)
    asked = [*ids, *(f"unknown {n}" for n in range(2 * published.MANY))]
    assert store.read(lambda tx: published.known(tx, asked)) == set(ids)


def test_a_stream_has_reached_what_the_journal_has(store: Store) -> None:
    store.write(queue)
    for seq, reached in ((2, {STREAM}), (3, {STREAM}), (4, set())):
        places = {STREAM: seq, "ticket:NN-7": 1}
        assert store.read(partial(published.reached, places=places)) == reached


def test_the_newest_result_of_each_target_is_kept(store: Store) -> None:
    for target, missing in (("erp", 1), ("erp", 0), ("crm", 2)):
        result = {"missing": missing}
        store.write(partial(published.write_down, target=target, result=dict(result)))
    assert store.read(published.results) == {
        "erp": {"missing": 0},
        "crm": {"missing": 2},
    }
