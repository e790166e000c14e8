"""What only this process knows is committed, though the records are away a while."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TypeVar

import structlog

from storage.errors import StorageDown, StorageFull
from storage.store import Store
from storage.transaction import Job

log = structlog.get_logger()
T = TypeVar("T")
#: Seconds from try to try; together less than a lease lasts.
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
#: For what only waits longer if it is given up.
BRIEF = PAUSES[:3]


async def commit(store: Store, job: Job[T], pauses: Sequence[float] = PAUSES) -> T:
    """Return what a job returned, once it is committed; StorageError if it never was.

    It may run again after a commit whose answer was lost, so it must hold a lease
    and give it back.
    """
    for pause in pauses:
        try:
            return await asyncio.wrap_future(store.submit(job))
        except (StorageDown, StorageFull) as error:
            log.warning("records_unavailable", error=str(error))
            await asyncio.sleep(pause)
    return await asyncio.wrap_future(store.submit(job))
