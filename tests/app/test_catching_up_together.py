"""Other processes work, or know nothing yet, while a target catches up."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.catching_up import GRACE
from app.publishing import chosen
from storage import processes
from storage.leadership import Session
from storage.orphans import presence
from storage.store import Places, Store
from tests.app.catching import CH, LATE, NN, Target, comes, open_ticket, say
from tests.app.mirrors import (
    in_the_mirror,
    on_the_desk,
    publishing,
)
from tests.app.workshop import Workshop, run
from tests.databases import Templates

#: So many tickets are there before the target.
OLD = 25


def wait_until_gone(store: Store) -> None:
    """Return once the server has let the former process's lock go."""
    while store.read(lambda tx: processes.others(tx, "late", chosen(CH)))["old"]:
        time.sleep(0.01)


@pytest.fixture
def postgres(templates: Templates, tmp_path: Path) -> Iterator[Places]:
    with templates.postgres(tmp_path) as made:
        yield made


def test_processes_that_know_nothing_of_a_change_go_on_until_they_are_gone(
    postgres: Places,
) -> None:
    async def scene(shop: Workshop) -> None:
        target = Target(shop=shop, feed=NN)
        old = target.writes
        session = Session(postgres.url)
        assert session.acquire(presence("old"))
        shop.store.write(lambda tx: processes.appear(tx, "old", {"late": chosen(NN)}))
        await shop.mail("1")
        seen = len(target.taker.events)
        target.choose(CH)
        passed = [0.0]
        target.catch_up.ticks = lambda: passed[0]
        assert not target.step()
        say(shop.store, "NN-1", "старый", writes=old)
        say(shop.store, "NN-1", "новый", writes=target.writes)
        await shop.settle()
        assert comes(target.taker)[seen:] == [("NN-1", "comment-added")] * 2
        session.close()
        wait_until_gone(shop.store)
        assert not target.step()  # perhaps it is back at once
        passed[0] += GRACE.total_seconds() + 1
        await target.finish()
        assert comes(target.taker)[seen + 2 :] == [("NN-1", "snapshot")]
        assert target.reach.ready
        assert shop.rows("SELECT name FROM cursor WHERE name LIKE 'process:%'") == []

    run(postgres, scene)


@dataclass(kw_only=True)
class Crowd:
    """Workers that open tickets and write on old ones, as other processes would."""

    store: Store
    seed: int
    done: threading.Event = field(default_factory=threading.Event)

    def work(self, n: int) -> None:
        dice = random.Random(self.seed * 100 + n)  # noqa: S311 # a game, not a secret
        writes = publishing(LATE)
        for turn in range(30):
            if dice.random() < 0.15:
                open_ticket(self.store, f"{n} {turn}", writes=writes)
            else:
                number = f"NN-{dice.randint(1, OLD)}"
                say(self.store, number, f"{n} {turn}", writes=writes)

    def walk(self, target: Target) -> None:
        while target.step() or not self.done.is_set():
            pass

    def play(self, target: Target) -> None:
        """Let all work, and the target catch up meanwhile."""
        with ThreadPoolExecutor() as pool:
            walker = pool.submit(self.walk, target)
            workers = [pool.submit(self.work, n) for n in range(3)]
            for one in workers:
                one.result()
            self.done.set()
            walker.result()


@pytest.mark.parametrize("seed", range(3))
def test_works_and_a_catch_up_at_once_leave_no_gap(
    postgres: Places, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.catching_up.STRETCH", 3)

    async def scene(shop: Workshop) -> None:
        for n in range(OLD):
            open_ticket(shop.store, f"old {n}", writes=publishing())
        target = Target(shop=shop, feed=LATE)
        await asyncio.to_thread(Crowd(store=shop.store, seed=seed).play, target)
        await target.finish()
        state = target.taker.state()  # raises where there is a gap
        assert in_the_mirror(state) == on_the_desk(shop.store)
        firsts = {target.taker.types(number)[0] for number in state.tickets}
        assert firsts == {"snapshot", "opened"}

    run(postgres, scene)
