"""What falls due is done once, whoever else looks, and tried again if it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from app.deadlines import AGAIN, Deadlines
from app.publishing import Commit
from storage.books import SqlBooks
from storage.flush import flush
from storage.store import Places, Store
from storage.transaction import Transaction
from tests.desks import post, rules
from tickets import stages
from tickets.desk import Desk
from tickets.happenings import handle
from tickets.process import DEFAULT
from tickets.work import Work

TIME = timedelta(hours=4)
RULES = replace(
    rules(),
    process=replace(DEFAULT, confirmed=MappingProxyType({"resolved": TIME})),
)


@dataclass
class Scene:
    """A ticket whose resolution awaits confirmation; time is moved by hand."""

    store: Store
    now: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)
    logs: list[str] = field(default_factory=list)

    def work(self, act: Callable[[Desk], object]) -> None:
        def job(tx: Transaction) -> None:
            work = Work(now=tx.now, ids=tx.ids)
            act(Desk(work=work, books=SqlBooks(tx), rules=RULES))
            flush(tx, [work])

        self.store.write(job)

    def deadlines(self, write: Commit = flush) -> Deadlines:
        return Deadlines(store=self.store, rules=RULES, write=write)

    def ring(self, *deadlines: Deadlines) -> None:
        """Let each look, and then each do what it found."""

        async def scene() -> None:
            found = [(one, await one.claim(10)) for one in deadlines]
            for one, batches in found:
                for batch in batches:
                    await one.work(batch)

        with capture_logs():
            asyncio.run(scene())

    @property
    def escalations(self) -> int:
        query = text("SELECT count(*) FROM event WHERE type = 'escalated'")
        return int(self.store.read(lambda tx: tx.run(query).scalar_one()))


@pytest.fixture
def scene(places: Places) -> Iterator[Scene]:
    times: list[Scene] = []
    store = Store(places, clock=lambda: times[0].now, on_filled=lambda kinds: None)
    scene = Scene(store=store)
    times.append(scene)
    scene.work(lambda desk: handle(desk, post()))
    scene.work(lambda desk: move(desk, "resolved"))
    yield scene
    store.close()


def move(desk: Desk, stage: str) -> None:
    ticket = desk.books.ticket_by_number("NN-1")
    assert ticket is not None
    stages.to_stage(desk, ticket, stage, actor="operator")


def test_nothing_rings_before_its_time(scene: Scene) -> None:
    scene.now += TIME - timedelta(seconds=1)
    scene.ring(scene.deadlines())
    assert scene.escalations == 0


def test_a_late_confirmation_is_escalated_once_though_two_saw_it(scene: Scene) -> None:
    scene.now += TIME
    scene.ring(scene.deadlines(), scene.deadlines())
    scene.now += TIME
    scene.ring(scene.deadlines())
    assert scene.escalations == 1


def test_what_was_asked_no_more_does_not_ring(scene: Scene) -> None:
    scene.work(lambda desk: move(desk, "in-progress"))
    scene.now += TIME
    scene.ring(scene.deadlines())
    assert scene.escalations == 0


def test_what_fails_is_tried_again_later(scene: Scene) -> None:
    def broken(_tx: Transaction, _works: Sequence[Work]) -> None:
        raise ValueError("the bus has no schema for this")

    scene.now += TIME
    with pytest.raises(ValueError, match="no schema"):
        scene.ring(scene.deadlines(broken))
    scene.ring(scene.deadlines())
    assert scene.escalations == 0
    scene.now += AGAIN
    scene.ring(scene.deadlines())
    assert scene.escalations == 1
