"""Events taken by an HTTP receiver: the bus's publisher beside a bare loop of httpx."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import httpx
import uvloop

from bus.client import HEADERS
from bus.manner import Posting
from bus.publishers import publisher_from
from bus.targets import Out, Publisher
from tests.bus.events import event
from tests.bus.rabbit import all_sent
from tests.bus.receiving import SECRET

WAVE = 100
WAVES = 5
BYTES = 1024
AT_ONCE = Posting().connections
OURS = "the publisher of the bus, signed"
BARE = f"httpx alone, {AT_ONCE} at a time"

Act = Callable[[], Awaitable[None]]


@contextmanager
def running() -> Iterator[str]:
    """Give the address of a receiver in a process of its own."""
    with subprocess.Popen(  # our own program
        [sys.executable, "-m", "tests.bench.taking"], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def measure(url: str, rounds: int) -> dict[str, list[float]]:
    """Return events a second of both, in rounds that alternate between them."""
    return uvloop.run(_measure(url, rounds))


async def _measure(url: str, rounds: int) -> dict[str, list[float]]:
    rates: dict[str, list[float]] = {BARE: [], OURS: []}
    publisher = publisher_from(url, secrets=[SECRET])
    wave = [event(f"NN-{n}", size=BYTES) for n in range(WAVE)]
    async with httpx.AsyncClient(headers=HEADERS, trust_env=False) as client:
        acts: dict[str, Act] = {
            BARE: lambda: _bare(client, url, wave),
            OURS: lambda: _ours(publisher, wave),
        }
        for act in acts.values():  # connected and warm
            await act()
        for _ in range(rounds):
            for name, act in acts.items():
                rates[name].append(await _rate(act))
        taken = (await client.get(url)).text
    await publisher.close()
    if int(taken) != WAVE * len(acts) * (1 + rounds * WAVES):
        raise RuntimeError("what was answered for is not what was taken")
    return rates


async def _rate(act: Act) -> float:
    begin = time.perf_counter()
    for _ in range(WAVES):
        await act()
    return WAVE * WAVES / (time.perf_counter() - begin)


async def _ours(publisher: Publisher, wave: list[Out]) -> None:
    if not all_sent(await publisher.publish(wave)):
        raise RuntimeError("not every event was taken")


async def _bare(client: httpx.AsyncClient, url: str, wave: list[Out]) -> None:
    rest = iter(wave)

    async def post() -> None:
        for out in rest:
            (await client.post(url, content=out.body)).raise_for_status()

    await asyncio.gather(*(post() for _ in range(AT_ONCE)))
