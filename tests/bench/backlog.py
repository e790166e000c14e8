"""A bus that is back: how fast what waited leaves, and what memory that takes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from app.mirroring import Mirroring
from bus.targets import Out
from storage.store import Places, Store
from tests.backlogs import TARGET, fill
from tests.bench.processes import own_peak_memory
from tests.databases import Templates
from tickets.sending import Answer, Sent

KINDS = ("SQLite", "PostgreSQL")
TAKEN = 5_000  # events over which the rate is measured
BACKLOG = 100_000
WAVE = 100


@dataclass(kw_only=True)
class Taker:
    """A bus that takes everything at once, and sees that it comes in order."""

    last: dict[str, int] = field(default_factory=dict)
    taken: int = 0

    async def publish(self, batch: Sequence[Out]) -> list[Answer]:
        for out in batch:
            if out.seq != self.last.get(out.key, 0) + 1:
                raise RuntimeError(f"{out.key}: {out.seq} after {self.last[out.key]}")
            self.last[out.key] = out.seq
        self.taken += len(batch)
        return [Sent("taken")] * len(batch)

    async def close(self) -> None:
        return


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """Events a second, and the most memory of the process meanwhile, in MiB."""

    rate: float
    memory: float


def measure(templates: Templates, kind: str, waiting: int) -> Result:
    """Relay some of so many events that wait."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        if kind == "SQLite":
            places = templates.sqlite(folder)
        else:
            places = stack.enter_context(templates.postgres(folder))
        return _relay(places, waiting)


def _relay(places: Places, waiting: int) -> Result:
    store = Store(
        places, clock=lambda: datetime.now(UTC), on_filled=lambda _kinds: None
    )
    try:
        fill(store, waiting)
        with own_peak_memory() as peak:
            rate = asyncio.run(_rate(store))
        return Result(rate=rate, memory=peak.mebibytes)
    finally:
        store.close()


async def _rate(store: Store) -> float:
    taker = Taker()
    source = Mirroring(store=store, target=TARGET, publisher=taker, owner="bench")
    begin = time.perf_counter()
    while taker.taken < TAKEN:
        for wave in await source.claim(WAVE):
            await source.work(wave)
    return taker.taken / (time.perf_counter() - begin)
