"""Each target is held against the journal at night, and by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from app.nightly import AGAIN, Nightly
from app.settings import tables
from bus.envelope import body
from storage import published
from storage.store import Places, Store
from tests.bus.scene import SignedLinks
from tests.storage.test_published import mark, queue
from tickets.model import Event

#: Half past three in Moscow.
HOUR = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
SENT = HOUR - timedelta(hours=5)


@dataclass
class Scene:
    """A desk that sent three events to a file; time is moved by hand."""

    store: Store
    path: Path
    ids: list[str]
    now: datetime = HOUR - timedelta(hours=3)

    def target(self, **more: Any) -> tables.Bus:
        url = f"file:{self.path}"
        return tables.Bus.model_construct(
            **{
                "name": "erp",
                "url": SecretStr(url),
                "audit": None,
                "positions": None,
                "reconcile": "30 3 * * *",
                **more,
            }
        )

    def write(self, *seqs: int) -> None:
        """Let the file hold these of the events."""
        lines = []
        for seq in seqs:
            event = Event(
                id=self.ids[seq - 1],
                stream="organisation:7",
                seq=seq,
                type="changed",
                actor="system",
                at=SENT,
                causation=None,
                data={},
            )
            lines.append(body(event, links=SignedLinks())[1])
        self.path.write_bytes(b"".join(line + b"\n" for line in lines))

    def nightly(self, **more: Any) -> Nightly:
        return Nightly(
            store=self.store,
            targets=[self.target(**more)],
            timezone="Europe/Moscow",
            now=lambda: self.now,
        )

    def look(self, nightly: Nightly) -> list[str]:
        """Do what is due; return what was logged."""

        async def scene() -> None:
            for batch in await nightly.claim(5):
                await nightly.work(batch)

        with capture_logs() as logs:
            asyncio.run(scene())
        return [f"{one['log_level']} {one['event']}" for one in logs]

    @property
    def results(self) -> dict[str, Any]:
        return self.store.read(published.results)


@pytest.fixture
def scene(places: Places, tmp_path: Path) -> Iterator[Scene]:
    store = Store(places, clock=lambda: datetime.now(UTC), on_filled=lambda kinds: None)
    ids = store.write(queue)
    store.write(partial(mark, ids, "erp", at=SENT))
    yield Scene(store=store, path=tmp_path / "bus.jsonl", ids=ids)
    store.close()


def test_a_target_is_compared_once_when_its_hour_has_come(scene: Scene) -> None:
    scene.write(1, 2, 3)
    nightly = scene.nightly()
    assert scene.look(nightly) == []
    scene.now = HOUR
    assert scene.look(nightly) == ["info reconciled"]
    assert scene.look(nightly) == []
    assert scene.results["erp"]["checked"] == 3
    scene.now += timedelta(days=1)
    assert scene.look(nightly) == ["info reconciled"]


def test_a_night_that_was_missed_is_made_up_for(scene: Scene) -> None:
    scene.write(1, 2, 3)
    scene.now = HOUR
    assert scene.look(scene.nightly()) == []
    first = scene.nightly()
    scene.now += timedelta(days=1)
    scene.look(first)
    scene.now += timedelta(days=1, hours=7)
    assert scene.look(scene.nightly()) == ["info reconciled"]


def test_what_is_missing_is_an_error_and_is_kept(scene: Scene) -> None:
    scene.write(1, 3)
    nightly = scene.nightly()
    scene.now = HOUR
    assert scene.look(nightly) == ["error reconciled"]
    kept = scene.results["erp"]
    assert (kept["checked"], kept["missing"], kept["extra"]) == (3, 1, 0)


def test_a_target_that_cannot_be_read_is_asked_again_later(scene: Scene) -> None:
    scene.path.mkdir()
    nightly = scene.nightly()
    scene.now = HOUR
    assert scene.look(nightly) == ["warning reconciling_failed"]
    assert scene.look(nightly) == []
    scene.now += AGAIN
    assert scene.look(nightly) == ["warning reconciling_failed"]
    assert scene.results == {}
