"""Deliveries: begun, settled, replaced, and kept in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from storage import backlog, chats, deliveries, handles, lanes
from storage.deliveries import Due, Frozen
from storage.errors import LeaseLost
from storage.flush import flush
from storage.lanes import Besides
from storage.store import Places, Store
from storage.transaction import Transaction
from tickets.words import DeliveryState, Medium
from tickets.work import Work

LEASE = timedelta(minutes=5)


@dataclass(kw_only=True)
class Relay:
    """What a relay does, a transaction at a time."""

    store: Store
    now: datetime

    def queue(self, **more: Any) -> int:
        settings: dict[str, Any] = {
            "medium": Medium.MAIL,
            "kind": "answer",
            "target": "a@x.example",
            "lane": "mail/1",
            "priority": 1,
            "facts": {},
            **more,
        }
        medium, kind = settings.pop("medium"), settings.pop("kind")

        def job(tx: Transaction) -> int:
            work = Work(now=tx.now, ids=tx.ids)
            work.deliver(medium, kind, **settings)
            flush(tx, [work])
            return int(tx.run(text("SELECT max(id) FROM delivery")).scalar())

        return self.store.write(job)

    def claim(self, medium: Medium = Medium.MAIL, **more: Any) -> list[Due]:
        return self.store.write(
            lambda tx: deliveries.claim(
                tx, medium, owner="w", limit=10, lease=LEASE, **more
            )
        )

    def begin(self, due: Due, payload: bytes = b"bytes") -> list[Frozen]:
        frozen = Frozen(due=due, payload=payload, message_id=f"<{due.id}@desk>")
        return self.store.write(lambda tx: deliveries.begin(tx, [frozen]))

    def settle(self, due: Due, *marks: Any) -> None:
        def job(tx: Transaction) -> None:
            deliveries.hold(tx, due)
            for mark in marks:
                mark(tx)
            deliveries.release(tx, [due])

        self.store.write(job)

    def sent(self, due: Due) -> None:
        self.settle(due, lambda tx: deliveries.mark_sent(tx, [(due, "250 ok")]))

    def later(self, due: Due, state: DeliveryState, delay: timedelta) -> None:
        self.settle(
            due,
            lambda tx: deliveries.mark_later(
                tx, due, state=state, reason="busy", delay=delay
            ),
        )

    def row(self, delivery: int) -> Any:
        query = text("SELECT * FROM delivery WHERE id = :id")
        return self.store.read(lambda tx: tx.run(query, {"id": delivery}).one())

    def states(self) -> list[str]:
        query = text("SELECT state FROM delivery ORDER BY id")
        return [row[0] for row in self.store.read(lambda tx: tx.run(query).all())]


@pytest.fixture
def relay(places: Places) -> Iterator[Relay]:
    made: list[Relay] = []
    store = Store(places, clock=lambda: made[0].now, on_filled=lambda kinds: None)
    made.append(Relay(store=store, now=datetime(2026, 3, 2, 9, tzinfo=UTC)))
    yield made[0]
    store.close()


def test_one_of_a_lane_is_in_hand_at_a_time_and_in_order(relay: Relay) -> None:
    first, second = relay.queue(), relay.queue()
    other = relay.queue(lane="mail/2")
    dues = relay.claim()
    assert [due.id for due in dues] == [first, other]
    assert relay.claim() == []
    relay.sent(dues[0])
    assert [due.id for due in relay.claim()] == [second]


def test_a_lane_keeps_its_order_whichever_process_fills_it(
    relay: Relay, places: Places
) -> None:
    store = Store(places, clock=lambda: relay.now, on_filled=lambda kinds: None)
    other = Relay(store=store, now=relay.now)
    for name, process in (("1", relay), ("2", other), ("3", relay)):
        process.queue(target=name)
    store.close()
    sent = []
    for _ in range(3):
        (due,) = relay.claim()
        relay.sent(due)
        sent.append(due.target)
    assert sent == ["1", "2", "3"]


def test_what_is_behind_one_that_waits_waits_too(relay: Relay) -> None:
    first, _ = relay.queue(), relay.queue()
    (due,) = relay.claim()
    relay.later(due, DeliveryState.NEW, timedelta(minutes=10))
    assert relay.claim() == []
    relay.now += timedelta(minutes=10)
    assert [due.id for due in relay.claim()] == [first]


def test_what_is_parked_lets_the_next_go(relay: Relay) -> None:
    _, second = relay.queue(), relay.queue()
    (due,) = relay.claim()
    relay.settle(
        due,
        lambda tx: deliveries.mark_over(
            tx, due, state=DeliveryState.PARKED, reason="550"
        ),
    )
    assert [one.id for one in relay.claim()] == [second]
    assert relay.store.read(lambda tx: backlog.of_deliveries(tx, Medium.MAIL))[2] == 1


def test_bytes_and_attempt_are_committed_before_the_send(relay: Relay) -> None:
    delivery = relay.queue()
    (due,) = relay.claim()
    assert len(relay.begin(due)) == 1
    row = relay.row(delivery)
    assert (row.state, row.attempts, bytes(row.payload)) == ("sending", 1, b"bytes")
    relay.now += LEASE
    (again,) = relay.claim()
    assert (again.state, again.attempts, again.payload) == ("sending", 1, b"bytes")
    relay.begin(again, again.payload or b"")
    mails = text("SELECT message_id FROM sent_mail")
    assert len(relay.store.read(lambda tx: tx.run(mails).all())) == 1
    refs = text("SELECT state FROM message_ref")
    assert relay.store.read(lambda tx: tx.run(refs).all()) == [("own",)]


def test_a_mail_is_known_though_its_first_attempt_never_had_words(relay: Relay) -> None:
    relay.queue()
    (due,) = relay.claim()
    relay.later(due, DeliveryState.NEW, timedelta(seconds=10))
    relay.now += timedelta(seconds=10)
    (again,) = relay.claim()
    assert (again.attempts, again.payload) == (1, None)
    relay.begin(again)
    mails = text("SELECT delivery_id FROM sent_mail")
    assert relay.store.read(lambda tx: tx.run(mails).all()) == [(again.id,)]


def test_of_some_budgets_nothing_is_claimed(relay: Relay) -> None:
    queued = {
        name: relay.queue(lane=f"mail/{name}", budget=name) for name in ("a", "b", "c")
    }
    assert [one.id for one in relay.claim(budget=Besides(["a", "c"]))] == [queued["b"]]
    left = relay.claim(budget=Besides(["x"]))
    assert [one.id for one in left] == [queued["a"], queued["c"]]


def test_what_was_held_and_cancelled_after_the_claim_is_not_begun(relay: Relay) -> None:
    until = relay.now + timedelta(seconds=15)
    held, behind = relay.queue(hold_until=until), relay.queue()
    assert relay.claim() == []
    relay.now = until
    (due,) = relay.claim()
    relay.store.write(lambda tx: handles.cancel(tx, held))
    assert relay.begin(due) == []
    assert relay.row(held).state == "cancelled"
    assert [one.id for one in relay.claim()] == [behind], "and its lane is free"


def test_who_lost_the_lane_neither_begins_nor_marks(relay: Relay) -> None:
    delivery = relay.queue()
    (stale,) = relay.claim()
    relay.now += LEASE
    (fresh,) = relay.claim()
    assert relay.begin(stale) == []
    with pytest.raises(LeaseLost):
        relay.sent(stale)
    assert relay.row(delivery).state == "new"
    relay.begin(fresh)
    relay.sent(fresh)
    row = relay.row(delivery)
    assert (row.state, row.receipt) == ("sent", "250 ok")


def test_an_answer_that_was_lost_is_uncertain_and_comes_again(relay: Relay) -> None:
    relay.queue()
    (due,) = relay.claim()
    relay.begin(due)
    relay.later(due, DeliveryState.UNCERTAIN, timedelta(seconds=10))
    relay.now += timedelta(seconds=10)
    (again,) = relay.claim()
    assert (again.state, again.attempts) == (DeliveryState.UNCERTAIN, 1)
    assert relay.row(again.id).last_error == "busy"
    relay.begin(again)
    relay.sent(again)
    assert relay.row(again.id).last_error is None


def card(relay: Relay, key: str = "card:NN-1", **more: Any) -> int:
    return relay.queue(
        medium=Medium.TELEGRAM, kind="card", lane="telegram/1", replaces=key, **more
    )


def test_only_the_newest_unsent_card_is_sent(relay: Relay) -> None:
    card(relay)
    card(relay, "card:NN-2")
    card(relay)
    newest = card(relay)
    seen = []
    for _ in range(5):
        for due in relay.claim(Medium.TELEGRAM):
            seen.append(due.id)
            relay.sent(due)
    assert seen[-1] == newest
    assert relay.states() == ["superseded", "sent", "superseded", "sent"]


def test_a_card_that_may_have_been_sent_is_not_replaced(relay: Relay) -> None:
    first = card(relay)
    (due,) = relay.claim(Medium.TELEGRAM)
    relay.begin(due)
    card(relay)
    relay.later(due, DeliveryState.UNCERTAIN, timedelta())
    assert [one.id for one in relay.claim(Medium.TELEGRAM)] == [first]


def test_a_toast_that_came_too_late_expires(relay: Relay) -> None:
    soon = relay.now + timedelta(seconds=30)
    relay.queue(medium=Medium.TELEGRAM, kind="toast", expires_at=soon)
    relay.now = soon
    assert relay.claim(Medium.TELEGRAM) == []
    assert relay.states() == ["expired"]
    assert relay.store.read(lambda tx: tx.run(text("SELECT * FROM lane")).all()) == []


def test_a_delivery_is_held_until_its_time(relay: Relay) -> None:
    relay.queue(hold_until=relay.now + timedelta(seconds=5))
    assert relay.claim() == []
    relay.now += timedelta(seconds=5)
    assert len(relay.claim()) == 1


def test_a_step_that_is_done_lets_the_delivery_begin_anew(relay: Relay) -> None:
    delivery = relay.queue()
    (due,) = relay.claim()
    relay.begin(due)
    relay.settle(
        due,
        lambda tx: deliveries.mark_sent(tx, [(due, "step")]),
        lambda tx: deliveries.requeue(tx, due),
    )
    (again,) = relay.claim()
    assert (again.id, again.state, again.attempts) == (delivery, "new", 0)
    assert again.payload is None


def test_a_blocked_lane_waits_for_a_person_and_others_go_on(relay: Relay) -> None:
    bus = {"medium": Medium.BUS, "target": "corporate", "payload": b"{}"}
    stuck = relay.queue(lane="bus/1", **bus)
    behind = relay.queue(lane="bus/1", **bus)
    other = relay.queue(lane="bus/2", **bus)
    dues = relay.claim(Medium.BUS, budget="corporate")
    assert [due.id for due in dues] == [stuck, other]
    relay.store.write(lambda tx: deliveries.block(tx, dues[0], "schema"))
    relay.sent(dues[1])
    relay.now += timedelta(days=30)
    assert relay.claim(Medium.BUS) == []
    assert relay.states() == ["parked", "new", "sent"]
    relay.store.write(lambda tx: handles.retry(tx, stuck))
    (again,) = relay.claim(Medium.BUS)
    assert again.id == stuck
    relay.sent(again)
    assert [due.id for due in relay.claim(Medium.BUS)] == [behind]


def test_only_a_parked_event_can_be_cancelled_for_it_leaves_a_gap(relay: Relay) -> None:
    bus = {"medium": Medium.BUS, "target": "corporate", "payload": b"{}"}
    event = relay.queue(lane="bus/1", **bus)
    assert not relay.store.write(lambda tx: handles.cancel(tx, event))
    (due,) = relay.claim(Medium.BUS)
    relay.store.write(lambda tx: deliveries.block(tx, due, "too large"))
    assert relay.store.write(lambda tx: handles.cancel(tx, event))
    assert relay.states() == ["cancelled"]


def test_the_windows_spent_are_known_after_a_restart(relay: Relay) -> None:
    for n in range(2):
        relay.queue(
            medium=Medium.TELEGRAM, kind="comment", lane=f"t/{n}", budget="-100"
        )
    for due in relay.claim(Medium.TELEGRAM, budget="-100"):
        relay.sent(due)
    since = relay.now - timedelta(seconds=60)
    spent = relay.store.read(lambda tx: chats.sent_since(tx, since))
    assert spent == {"-100": [relay.now, relay.now]}
    relay.now += timedelta(seconds=120)
    since = relay.now - timedelta(seconds=60)
    assert relay.store.read(lambda tx: chats.sent_since(tx, since)) == {}


def test_what_was_on_its_way_at_a_restart_may_have_gone(relay: Relay) -> None:
    chat = {"medium": Medium.TELEGRAM, "kind": "comment", "budget": "-100"}
    for lane in ("t/1", "t/2"):
        relay.queue(lane=lane, **chat)
    due, _waiting = relay.claim(Medium.TELEGRAM, budget="-100")
    relay.begin(due)
    relay.now += timedelta(seconds=5)
    spent = relay.store.read(lambda tx: chats.sent_since(tx, relay.now))
    assert spent == {"-100": [relay.now]}


def test_what_waits_is_counted(relay: Relay) -> None:
    relay.queue()
    relay.queue()
    waits = relay.store.read(lambda tx: backlog.of_deliveries(tx, Medium.MAIL))
    assert waits == (2, relay.now, 0)


def test_what_waits_for_some_targets_is_counted_apart(relay: Relay) -> None:
    for target in ("erp", "gone"):
        relay.queue(medium=Medium.BUS, target=target, lane=f"bus/{target}/ticket:NN-1")

    def waiting(*targets: str) -> int:
        count, _, _ = relay.store.read(
            lambda tx: backlog.of_deliveries(tx, Medium.BUS, targets)
        )
        return count

    assert [waiting("erp"), waiting("erp", "gone"), waiting()] == [1, 2, 0]


def test_a_lease_that_ended_is_taken_over_by_whoever_looks(relay: Relay) -> None:
    relay.queue()
    (first,) = relay.claim()
    relay.store.write(lanes.free_all)
    (second,) = relay.claim()
    assert second.id == first.id
    with pytest.raises(LeaseLost):
        relay.sent(first)
