"""Lanes: who may work what, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from storage import arrivals, doors, lanes
from storage.errors import LeaseLost
from storage.lanes import ARRIVAL, Filling, Lease
from storage.store import Places, Store
from storage.transaction import Transaction
from tests.desks import new_arrival

MINUTE = timedelta(minutes=1)
KIND = "arrival"


@dataclass(kw_only=True)
class Clocked:
    """A store whose time stands still until it is moved."""

    store: Store
    now: datetime

    def write(self, job: Any) -> Any:
        return self.store.write(job)

    def claim(self, limit: int = 10, *, kind: str = KIND, **more: Any) -> list[Lease]:
        leases: list[Lease] = self.write(
            lambda tx: lanes.claim(
                tx, kind, owner="w", limit=limit, lease=MINUTE, **more
            )
        )
        return leases

    def names(self, limit: int = 10, **more: Any) -> list[str]:
        return sorted(one.lane for one in self.claim(limit, **more))

    def fill(self, lane: str, **more: Any) -> None:
        settings = {"kind": KIND, "priority": 1, "next_at": self.now, **more}
        filling = Filling(lane=lane, **settings)
        self.write(lambda tx: lanes.fill(tx, [filling]))

    def keep(self, key: str, sender: str = "a@x.example") -> None:
        self.write(lambda tx: doors.keep(tx, [new_arrival(key, sender)]))

    def rows(self) -> list[Any]:
        return self.store.read(
            lambda tx: tx.run(text("SELECT * FROM lane ORDER BY key")).all()
        )


@pytest.fixture
def desk(places: Places) -> Iterator[Clocked]:
    made: list[Clocked] = []
    store = Store(places, clock=lambda: made[0].now, on_filled=lambda kinds: None)
    made.append(Clocked(store=store, now=datetime(2026, 3, 2, 9, tzinfo=UTC)))
    yield made[0]
    store.close()


def test_the_most_urgent_goes_first_then_the_longest_due(desk: Clocked) -> None:
    hour = timedelta(hours=1)
    desk.fill("late", next_at=desk.now - hour)
    desk.fill("later", next_at=desk.now - hour / 2)
    desk.fill("urgent", priority=0)
    desk.fill("future", priority=0, next_at=desk.now + hour)
    desk.fill("other", kind="mail")
    order = [desk.names(1) for _ in range(4)]
    assert order == [["urgent"], ["late"], ["later"], []]


def test_a_budget_sees_its_own_lanes_alone(desk: Clocked) -> None:
    desk.fill("a", budget="one")
    desk.fill("b", budget="two")
    desk.fill("c", budget="two", next_at=desk.now + MINUTE)
    budgets = desk.store.read(lambda tx: sorted(lanes.due_budgets(tx, KIND)))
    assert budgets == ["one", "two"]
    assert desk.names(budget="two") == ["b"]


def test_a_leased_lane_is_claimed_again_only_when_its_lease_is_over(
    desk: Clocked,
) -> None:
    desk.fill("a")
    (first,) = desk.claim()
    desk.now += MINUTE - timedelta(seconds=1)
    assert desk.claim() == []
    desk.now += timedelta(seconds=1)
    (second,) = desk.claim()
    assert second.lane == first.lane
    assert second.fence != first.fence


def test_who_lost_the_lease_marks_nothing(desk: Clocked) -> None:
    desk.fill("a")
    desk.fill("b")
    stale = desk.claim()
    desk.now += MINUTE
    fresh = desk.claim(1)
    lost = next(one for one in stale if one.lane == fresh[0].lane)
    with pytest.raises(LeaseLost) as caught:
        desk.write(lambda tx: lanes.hold(tx, lost))
    assert caught.value.lane == lost.lane
    kept = {one.lane for one in stale} - {lost.lane}
    assert desk.write(lambda tx: lanes.held(tx, stale)) == kept
    desk.write(lambda tx: lanes.hold(tx, fresh[0]))


def test_what_fills_a_leased_lane_waits_for_its_return(desk: Clocked) -> None:
    desk.keep("one")
    (lease,) = desk.claim()
    desk.keep("two")
    assert desk.claim() == []
    finish_first(desk, lease)
    assert desk.claim() != []


def finish_first(desk: Clocked, lease: Lease) -> None:
    """Finish the oldest arrival of a lane and give the lane back."""

    def job(tx: Transaction) -> None:
        lanes.hold(tx, lease)
        tx.run(
            text(
                "UPDATE arrival SET state = 'done' WHERE id = "
                "(SELECT min(id) FROM arrival WHERE state = 'new')"
            )
        )
        lanes.release(tx, [lease], ARRIVAL)

    desk.write(job)


def test_a_lane_without_work_is_gone(desk: Clocked) -> None:
    desk.keep("one")
    (lease,) = desk.claim()
    finish_first(desk, lease)
    assert desk.rows() == []


def test_a_lane_given_back_is_due_when_its_head_is(desk: Clocked) -> None:
    desk.keep("one")
    desk.keep("two")
    (kept,) = desk.write(
        lambda tx: arrivals.claim(tx, owner="w", limit=9, lease=MINUTE)
    )

    def job(tx: Transaction) -> None:
        arrivals.postpone(tx, kept.id, error="busy", delay=10 * MINUTE, tries=1)
        lanes.release(tx, [kept.lease], ARRIVAL)

    desk.write(job)
    assert desk.claim() == []
    desk.now += 10 * MINUTE
    assert len(desk.claim()) == 1


def test_one_senders_flood_does_not_hold_back_another(desk: Clocked) -> None:
    for n in range(120):
        desk.keep(f"flood{n}", "flood@x.example")
    for n in range(3):
        desk.keep(f"calm{n}", f"calm{n}@x.example")
    taken = desk.write(lambda tx: arrivals.claim(tx, owner="w", limit=4, lease=MINUTE))
    assert len({one.lease.lane for one in taken}) == 4


def test_more_urgent_work_makes_its_lane_more_urgent(desk: Clocked) -> None:
    desk.fill("a", priority=2)
    desk.fill("b", priority=1)
    desk.fill("a", priority=0)
    desk.fill("a", priority=2)
    assert desk.names(1) == ["a"]


def test_many_fillings_of_one_lane_are_one(desk: Clocked) -> None:
    one = Filling(lane="a", kind=KIND, priority=2, next_at=desk.now + MINUTE)
    two = Filling(lane="a", kind=KIND, priority=0, next_at=desk.now)
    desk.write(lambda tx: lanes.fill(tx, [one, two]))
    (row,) = desk.rows()
    assert row.priority == 0
    assert desk.names() == ["a"]


def test_a_blocked_lane_stays_so_until_a_person_frees_it(desk: Clocked) -> None:
    desk.fill("a")
    (lease,) = desk.claim()
    desk.write(lambda tx: lanes.block(tx, lease))
    desk.fill("a", priority=0)
    desk.write(lanes.free_all)
    desk.now += timedelta(days=365)
    assert desk.claim() == []
    with pytest.raises(LeaseLost):
        desk.write(lambda tx: lanes.hold(tx, lease))
    desk.write(lambda tx: lanes.free(tx, "a"))
    assert desk.names() == ["a"]


def test_freeing_a_lane_that_somebody_works_changes_nothing(desk: Clocked) -> None:
    desk.fill("a")
    (lease,) = desk.claim()
    desk.write(lambda tx: lanes.free(tx, "a"))
    assert desk.claim() == []
    desk.write(lambda tx: lanes.hold(tx, lease))


def test_a_start_ends_every_lease(desk: Clocked) -> None:
    desk.fill("a")
    desk.fill("b", next_at=desk.now + MINUTE)
    desk.claim()
    desk.write(lanes.free_all)
    assert desk.names() == ["a"]


def test_the_store_tells_which_kinds_were_filled(places: Places) -> None:
    told: list[set[str]] = []
    store = Store(places, clock=lambda: datetime.now(UTC), on_filled=told.append)
    store.write(lambda tx: doors.keep(tx, [new_arrival("a")]))
    store.close()
    assert {KIND} in told
