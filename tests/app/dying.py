"""A scheduler that is killed when a digest is written and not yet committed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from typing_extensions import override

from app.digests import StoredRuns
from scheduler.digests import Digesting, plan
from storage.store import Places, Store
from storage.transaction import Job, Transaction
from tickets.digests import Report

T = TypeVar("T")


class Dying(Store):
    """Kills its process when the first job is done."""

    @override
    def submit(self, job: Job[T]) -> Future[T]:
        def last(tx: Transaction) -> T:
            result = job(tx)
            tx.settle()
            os.kill(os.getpid(), signal.SIGKILL)
            return result

        return super().submit(last)


async def make(url: str, blobs: str, recipient: str) -> None:
    places = Places.of(url, Path(blobs))
    store = Dying(places, clock=lambda: datetime.now(UTC), on_filled=lambda kinds: None)
    report = Report(
        name="weekly",
        schedule="0 9 * * mon",
        timezone="Europe/Moscow",
        recipients=(recipient,),
    )
    source = Digesting(
        plans=plan([report]),
        runs=StoredRuns(store=store, reports=(report.name,)),
        now=lambda: datetime.now(UTC),
    )
    for batch in await source.claim(1):
        await source.work(batch)


if __name__ == "__main__":
    asyncio.run(make(*sys.argv[1:]))
