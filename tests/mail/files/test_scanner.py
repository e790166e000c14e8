"""A scanner that is away is left in peace, and what is scanned waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from mail.files.clamd import Clamd, read_place
from mail.files.scanner import FAILURES, GRACE, AwayError, Scanner, UnscannableError
from tests.scanners import EICAR, VIRUS, ScriptedClamd


@dataclass
class Watched:
    """A scanner over one that does as it is told, and a clock moved by hand."""

    clamd: ScriptedClamd
    now: float = 0.0
    told: list[str] = field(default_factory=list)
    hears: bool = True
    scanner: Scanner = field(init=False)

    def __post_init__(self) -> None:
        self.scanner = Scanner(
            clamd=Clamd(place=read_place(self.clamd.url), timeout=0.5),
            ticks=lambda: self.now,
            tell=self._tell,
            concurrency=2,
        )

    async def _tell(self, reason: str) -> bool:
        self.told.append(reason)
        return self.hears

    async def away(self, content: bytes = b"hello") -> AwayError:
        with pytest.raises(AwayError) as raised:
            await self.scanner.scan(content)
        return raised.value


def play(scene: Callable[[Watched], Awaitable[None]]) -> None:
    @asynccontextmanager
    async def watched() -> AsyncIterator[Watched]:
        clamd = ScriptedClamd()
        await clamd.start()
        try:
            yield Watched(clamd)
        finally:
            await clamd.stop()

    async def whole() -> None:
        async with watched() as there:
            await scene(there)

    with capture_logs():
        asyncio.run(whole())


def test_what_it_finds_is_counted() -> None:
    async def scene(there: Watched) -> None:
        assert (await there.scanner.scan(EICAR)).virus == VIRUS
        assert (await there.scanner.scan(b"hello")).virus == ""
        assert (there.scanner.judged, there.scanner.found) == (2, 1)

    play(scene)


def test_while_it_is_away_it_is_asked_rarely_and_about_nothing_of_ours() -> None:
    async def scene(there: Watched) -> None:
        there.clamd.way = "is out of memory"
        await there.away()
        asked = len(there.clamd.scanned)
        there.clamd.way = "judges"
        await there.away()
        assert (len(there.clamd.scanned), there.clamd.probes) == (asked, 0)
        there.now += 1.0
        assert (await there.scanner.scan(b"hello")).virus == ""
        assert there.clamd.probes == 1
        assert there.scanner.outage is None

    play(scene)


def test_the_longer_it_is_away_the_longer_the_pauses() -> None:
    async def scene(there: Watched) -> None:
        await there.clamd.stop()
        pauses = []
        for _ in range(12):
            pauses.append((await there.away()).after)
            there.now += 4 * pauses[-1]
        assert pauses == sorted(pauses)
        assert (pauses[1], pauses[-1]) == (4.0, 60.0)

    play(scene)


def test_operators_are_told_once_when_an_outage_lasts() -> None:
    async def scene(there: Watched) -> None:
        await there.clamd.stop()
        await there.away()
        there.now += GRACE - 1
        await there.away()
        assert there.told == []
        there.hears = False  # the records are away, too
        there.now += 20
        await there.away()
        there.hears = True
        for _ in range(3):
            there.now += 100
            await there.away()
        assert len(there.told) == 2
        await there.clamd.start()
        there.now += 100
        await there.scanner.probe()
        await there.clamd.stop()
        await there.away()
        assert len(there.told) == 2

    play(scene)


def test_a_file_that_it_fails_over_is_given_up_if_it_judges_others() -> None:
    async def scene(there: Watched) -> None:
        there.clamd.worse = b"worse"
        pauses = []
        for _ in range(FAILURES - 1):
            pauses.append((await there.away(b"much worse")).after)
            await there.scanner.scan(b"hello")  # at once: nobody else waits
        assert pauses == [4, 16, 64, 256, 1024]
        with pytest.raises(UnscannableError):
            await there.scanner.scan(b"much worse")
        await there.away(b"much worse")  # an operator let it be tried again

    play(scene)


def test_an_outage_is_no_files_fault() -> None:
    async def scene(there: Watched) -> None:
        there.clamd.way = "breaks off"
        for _ in range(3 * FAILURES):
            await there.away()
            there.now += 100
        there.clamd.way = "judges"
        await there.scanner.scan(b"hello")

    play(scene)


def test_so_many_are_scanned_at_once_and_no_more() -> None:
    async def scene(there: Watched) -> None:
        there.clamd.way = "is silent"
        tasks = [asyncio.create_task(there.away(b"%d" % n)) for n in range(4)]
        await asyncio.sleep(0.2)
        assert len(there.clamd._open) == 2
        await asyncio.gather(*tasks)

    play(scene)
