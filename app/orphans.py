"""What processes have in hand when they die, on PostgreSQL, goes to the others."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from scheduler.retry import backoff
from storage import orphans
from storage.store import Store

log = structlog.get_logger()
#: So long others leave alone what an absent process had in hand. One that merely lost
#: its session is back by then or, if it led the feed of a bus, has ended that.
GRACE = timedelta(seconds=12)


@dataclass(frozen=True, kw_only=True, slots=True)
class Orphans:
    """scheduler.drain.Source of processes that are absent."""

    store: Store

    async def claim(self, room: int) -> Sequence[Sequence[str]]:
        absent = await asyncio.to_thread(self.store.read, orphans.absent)
        return [absent[:room]] if absent else ()

    async def work(self, batch: Sequence[str]) -> None:
        delay = partial(backoff, chance=random.random)
        lanes = await asyncio.wrap_future(
            self.store.submit(
                lambda tx: orphans.bequeath(tx, batch, grace=GRACE, delay=delay)
            )
        )
        if lanes:
            log.info("process_absent", owners=list(batch), lanes=lanes)
