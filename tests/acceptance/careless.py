"""Runs a desk that does not wait for the disk: ``python -P careless.py CONFIG``.

It is what the trace of a careful one is held against.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from app.config import load
from app.running import told_to_stop
from app.service import Service
from storage.store import Store


async def serve(config: Path) -> None:
    async with Service(config=load(config)) as service:
        await asyncio.to_thread(stop_syncing, service.kit.store)
        await service.watch(told_to_stop())


def stop_syncing(store: Store) -> None:
    raw = store._engine.raw_connection()
    try:
        connection = raw.driver_connection
        assert connection is not None
        connection.execute("PRAGMA synchronous = OFF")
        assert connection.execute("PRAGMA synchronous").fetchone() == (0,)
    finally:
        raw.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
