"""Figures are counted from what the records hold, within their scope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from storage import figures
from storage.store import Places, Store
from tests.storage.desk import InStore, hire, know, mail
from tickets import stages
from tickets.desk import Desk
from tickets.digests import Period, Scope
from tickets.figures import Figures
from tickets.letter import Mailbox
from tickets.model import Specialist, Ticket

MOSCOW = ZoneInfo("Europe/Moscow")
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(kw_only=True)
class Scene:
    """A desk whose clock moves when told."""

    bench: InStore
    now: datetime = MONDAY

    def pass_(self, time: timedelta) -> None:
        self.now += time

    def open(self, key: str, *, sender: str = "ivan@partner.example") -> str:
        """Let a mail open a ticket; return its number."""
        author = Mailbox(address=sender, name="Ivan")
        mail(self.bench, author=author, message_id=f"<{key}@x>", subject=key)
        return f"NN-{key}"

    def move(self, number: str, stage: str, *, by: Specialist | None = None) -> None:
        def act(desk: Desk) -> Ticket:
            ticket = desk.books.ticket_by_number(number)
            assert ticket is not None
            if by is not None:
                ticket = stages.assign(desk, ticket, by, actor="test")
            return stages.to_stage(desk, ticket, stage, actor="test")

        self.bench.run(act)

    def figures(self, *, days: float, scope: Scope | None = None) -> Figures:
        """Count the days until now."""
        period = Period(start=self.now - days * DAY, end=self.now)
        return self.bench.store.read(
            lambda tx: figures.count(tx, period, scope=scope or Scope(), zone=MOSCOW)
        )


@pytest.fixture
def scene(places: Places) -> Iterator[Scene]:
    store = Store(places, clock=lambda: made.now, on_filled=lambda kinds: None)
    made = Scene(bench=InStore(store=store))
    yield made
    store.close()


def test_a_weeks_work_is_counted(scene: Scene) -> None:
    anna = hire(scene.bench)
    first, second = scene.open("1"), scene.open("2")
    scene.pass_(DAY)
    scene.move(first, "closed", by=anna)
    scene.pass_(DAY)
    scene.move(first, "in-progress")
    scene.open("3")
    scene.pass_(timedelta(hours=1))
    week = scene.figures(days=7)
    assert (week.opened, week.closed, week.reopened, week.open) == (3, 1, 1, 3)
    last = scene.figures(days=1)
    assert (last.opened, last.closed, last.reopened, last.open) == (1, 0, 1, 3)
    shares = [(one.name, one.opened, one.closed) for one in week.specialists]
    assert shares == [("Анна", 1, 1), (None, 2, 0)]
    assert [one.number for one in week.waiting] == [first, second, "NN-3"]
    assert [(one.opened, one.closed) for one in week.days[-3:]] == [
        (2, 0), (0, 1), (1, 0),
    ]  # fmt: skip


def test_a_period_says_the_same_when_it_is_counted_late(scene: Scene) -> None:
    first = scene.open("1")
    scene.open("2")
    scene.pass_(DAY)
    end = scene.now
    before = scene.figures(days=3)
    scene.pass_(DAY)
    scene.move(first, "closed")
    scene.open("3")
    period = Period(start=end - 3 * DAY, end=end)
    late = scene.bench.store.read(
        lambda tx: figures.count(tx, period, scope=Scope(), zone=MOSCOW)
    )
    assert (late.opened, late.closed, late.open) == (2, 0, 2)
    assert late.days == before.days


def test_old_tickets_count_only_while_they_are_open(scene: Scene) -> None:
    old = scene.open("1")
    scene.open("2")
    scene.move(old, "closed")
    scene.pass_(60 * DAY)
    found = scene.figures(days=7)
    assert (found.opened, found.closed, found.open) == (0, 0, 1)


def test_a_scope_leaves_out_what_is_not_in_it(scene: Scene) -> None:
    know(scene.bench, "partner.example")
    scene.open("1")
    scene.open("2", sender="olga@else.example")
    scene.pass_(timedelta(hours=1))

    def opened(**scope: tuple[str, ...]) -> int:
        return scene.figures(days=1, scope=Scope(**scope)).opened

    assert opened(sites=("NN",)) == 2
    assert opened(sites=("CH",)) == 0
    assert opened(organisations=("ООО «Ромашка»",)) == 1
    assert opened(sites=("CH",), organisations=("ООО «Ромашка»",)) == 0
    assert opened(organisations=("Nobody",)) == 0
