"""What a process has in hand is taken over once it is gone, and not before."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.orphans import GRACE, Orphans
from storage import arrivals, doors
from storage.arrivals import SUSPICIOUS
from storage.leadership import Session
from storage.orphans import come_back, presence
from storage.store import Places, Store
from tests.databases import Templates
from tests.desks import new_arrival

LEASE = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@dataclass
class Scene:
    """Workers, and one that looks who of them is absent; time is moved by hand."""

    store: Store
    now: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def keep(self, *senders: str) -> None:
        for one in senders:
            new = new_arrival(one, f"{one}@x.example")
            self.store.write(partial(doors.keep, incoming=[new]))

    def claim(self, owner: str, limit: int = 10, *, after: timedelta) -> int:
        """Let time pass and return how many there are to work."""
        self.now += after
        claim = partial(arrivals.claim, owner=owner, limit=limit, lease=LEASE)
        return len(self.store.write(claim))

    def look(self) -> None:
        async def scene() -> None:
            orphans = Orphans(store=self.store)
            for owners in await orphans.claim(10):
                await orphans.work(owners)

        with capture_logs():
            asyncio.run(scene())


@pytest.fixture
def places(templates: Templates, tmp_path: Path) -> Iterator[Places]:
    """PostgreSQL alone: on SQLite there is one process."""
    with templates.postgres(tmp_path) as made:
        yield made


@pytest.fixture
def scene(places: Places) -> Iterator[Scene]:
    made: list[Scene] = []
    store = Store(places, clock=lambda: made[0].now, on_filled=lambda kinds: None)
    made.append(Scene(store))
    yield made[0]
    store.close()


@pytest.fixture
def session(places: Places) -> Iterator[Session]:
    made = Session(places.url)
    yield made
    made.close()


NOW = timedelta()


def test_what_a_dead_process_had_is_due_after_the_grace(scene: Scene) -> None:
    scene.keep("a", "b")
    assert scene.claim("dead", after=NOW) == 2
    scene.look()
    assert scene.claim("other", after=GRACE - SECOND) == 0
    scene.look()  # a second look does not begin anew
    assert scene.claim("other", after=SECOND) == 2


def test_what_a_living_process_has_stays_its_own(
    scene: Scene, session: Session
) -> None:
    assert session.acquire(presence("living"))
    scene.keep("a", "b")
    assert scene.claim("living", 1, after=NOW) == 1
    assert scene.claim("dead", after=NOW) == 1
    scene.look()
    assert scene.claim("other", after=GRACE) == 1


def test_who_lost_its_session_for_a_moment_keeps_what_it_has(
    scene: Scene, session: Session
) -> None:
    scene.keep("a")
    assert scene.claim("back soon", after=NOW) == 1
    scene.look()
    assert session.acquire(presence("back soon"))
    scene.store.write(partial(come_back, owner="back soon", lease=LEASE))
    assert scene.claim("other", after=GRACE) == 0
    assert scene.claim("other", after=LEASE) == 1


def test_what_processes_may_have_died_of_waits_and_its_neighbour_does_not(
    scene: Scene,
) -> None:
    scene.keep("a")
    for _ in range(SUSPICIOUS - 1):
        assert scene.claim("dead", after=GRACE) == 1
        scene.look()
    scene.keep("new")
    assert scene.claim("dead", after=GRACE) == 2
    scene.look()
    assert scene.claim("other", after=GRACE) == 1
