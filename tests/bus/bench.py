"""How long an event takes on its way to the bus: ``python -m tests.bus.bench``."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bus.envelope import body, type_of
from bus.feeds import Feed
from bus.file import JsonLines
from bus.mirror import mirror
from bus.targets import out_of
from tests.bus.scene import SCHEMAS, Scene, SignedLinks, all_that_can_happen
from tickets.work import Work

ROUNDS = 200
BATCHES = 50


def main() -> None:
    scene = all_that_can_happen()
    events = scene.records.events
    links = SignedLinks()
    bodies = [(type_of(one), body(one, links=links)[0]) for one in events]

    def mirrored() -> None:
        work = Work(now=events[0].at, ids=scene.ids, events=events)
        mirror(work, feeds=[Feed(name="bus")], schemas=SCHEMAS, links=links)

    def checked() -> None:
        for type_, made in bodies:
            SCHEMAS.check(type_, made)

    tell("body", len(events), lambda: [body(one, links=links) for one in events])
    tell("check", len(events), checked)
    tell("mirror to one target", len(events), mirrored)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(publish(scene, Path(folder) / "bus.jsonl"))


def tell(what: str, events: int, act: Callable[[], object]) -> None:
    best = min(timed(act) for _ in range(ROUNDS))
    sys.stdout.write(f"{what}: {best / events * 1e6:.1f} us an event\n")


def timed(act: Callable[[], object]) -> float:
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


async def publish(scene: Scene, path: Path) -> None:
    publisher = JsonLines(path)
    batch = [out_of(scene.bodies[n % len(scene.bodies)]) for n in range(100)]
    begin = time.perf_counter()
    for _ in range(BATCHES):
        await publisher.publish(batch)
    taken = (time.perf_counter() - begin) / BATCHES
    await publisher.close()
    sys.stdout.write(f"a file, batches of 100: {taken * 1e3:.2f} ms a batch\n")


if __name__ == "__main__":
    main()
