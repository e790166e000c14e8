"""An arrival is filed, waits, or is set aside; never forgotten."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from scheduler.arrivals import (
    ATTEMPTS,
    DEATHS,
    ENOUGH,
    LARGE_LINE,
    LARGE_ROOM,
    SMALL,
    ArrivalSource,
)
from scheduler.inbox import AwaitedError, HopelessError, UnavailableError


@dataclass(frozen=True, kw_only=True)
class Mail:
    id: int = 1
    attempts: int = 1
    size: int = 10


@dataclass
class Memory:
    """An inbox that keeps a book of what was done."""

    mails: Sequence[Mail] = ()
    trouble: Exception | None = None
    poison: str = ""
    together: list[int] = field(default_factory=list)  # how many at once
    filed: list[str] = field(default_factory=list)
    waits: list[tuple[str, timedelta, bool]] = field(default_factory=list)
    parked: list[str] = field(default_factory=list)

    async def claim(self, room: int) -> Sequence[Mail]:
        return self.mails[:room]

    def goes_together(self, came: str) -> bool:
        return not came.endswith("0")

    async def file(self, read: Sequence[tuple[Mail, str]]) -> None:
        said = [came for _, came in read]
        if self.trouble and (not self.poison or self.poison in said):
            raise self.trouble
        self.together.append(len(said))
        self.filed.extend(said)

    async def postpone(
        self, arrival: Mail, *, error: str, delay: timedelta, counted: bool = True
    ) -> None:
        del arrival
        self.waits.append((error, delay, counted))

    async def park(self, arrival: Mail, *, error: str) -> None:
        del arrival
        self.parked.append(error)


async def work_all(source: ArrivalSource[Mail, str]) -> None:
    for batch in await source.claim(10):
        await source.work(batch)


def work(inbox: Memory, *mails: Mail, read: Exception | None = None) -> Memory:
    def reads(arrival: Mail) -> str:
        if read:
            raise read
        return f"read {arrival.id}"

    source = ArrivalSource(inbox=inbox, read=reads, chance=lambda: 0.5)
    inbox.mails = mails
    with capture_logs():
        asyncio.run(work_all(source))
    return inbox


@pytest.mark.parametrize("size", [10, SMALL + 1], ids=["small", "large"])
def test_what_was_read_is_filed(size: int) -> None:
    assert work(Memory(), Mail(size=size)).filed == ["read 1"]


def test_a_large_one_is_not_read_before_its_neighbours_go_on() -> None:
    source = ArrivalSource(
        inbox=Memory(mails=[Mail(size=SMALL + 1), Mail()]),
        read=lambda mail: f"read {mail.id}",
        chance=lambda: 0.5,
    )
    ready, [large] = asyncio.run(source.claim(2))
    assert [one.came for one in ready] == ["read 1"]
    assert large.came is None


def test_a_wave_that_takes_long_is_read_no_further_and_the_rest_one_by_one() -> None:
    def read(mail: Mail) -> str:
        begun = time.thread_time()
        while mail.id in {2, 4} and time.thread_time() < begun + ENOUGH:
            pass
        return f"read {mail.id}"

    inbox = Memory(mails=[Mail(id=n) for n in range(1, 6)])
    source = ArrivalSource(inbox=inbox, read=read, chance=lambda: 0.5)
    first, *others = asyncio.run(source.claim(5))
    assert [one.came for one in first] == ["read 1", "read 2"]
    assert [[one.came for one in batch] for batch in others] == [[None]] * 3
    for batch in (first, *others):
        asyncio.run(source.work(batch))
    assert inbox.filed == [f"read {n}" for n in range(1, 6)]


def test_large_ones_take_turns_and_small_ones_go_on_meanwhile() -> None:
    reading: list[int] = []
    at_once: list[int] = []

    def read(mail: Mail) -> str:
        if mail.size > SMALL:
            reading.append(mail.id)
            at_once.append(len(reading))
            time.sleep(0.05)
            reading.remove(mail.id)
        return f"read {mail.id}"

    crowd = [Mail(id=n, size=LARGE_ROOM // 2) for n in range(LARGE_LINE + 4)]
    inbox = Memory(mails=[*crowd, Mail(id=99)])
    source = ArrivalSource(inbox=inbox, read=read, chance=lambda: 0.5)

    async def scene() -> None:
        batches = await source.claim(len(inbox.mails))
        await asyncio.gather(*map(source.work, batches))

    asyncio.run(scene())
    assert max(at_once) <= 2
    assert inbox.filed[0] == "read 99"
    assert len(inbox.filed) == 2 + LARGE_LINE + 1
    assert [(error, counted) for error, _, counted in inbox.waits] == [
        ("many large ones are being read", False)
    ] * 2


def test_what_goes_together_is_filed_together() -> None:
    inbox = work(Memory(), *(Mail(id=n) for n in (1, 2, 10, 3)))
    assert inbox.together == [3, 1]
    assert inbox.filed == ["read 1", "read 2", "read 3", "read 10"]


def test_one_whose_reading_never_ends_is_set_aside_and_the_others_go_on() -> None:
    never = threading.Event()

    def read(mail: Mail) -> str:
        if mail.id == 2:
            never.wait(60)
        return f"read {mail.id}"

    inbox = Memory(mails=[Mail(id=n) for n in (1, 2, 3)])
    source = ArrivalSource(
        inbox=inbox, read=read, chance=lambda: 0.5, hurry=0.05, patience=0.1
    )
    asyncio.run(work_all(source))
    never.set()
    assert inbox.filed == ["read 1", "read 3"]
    assert inbox.parked == ["it was not read within 0.1 s"]


def test_one_that_cannot_be_filed_does_not_keep_the_others_from_it() -> None:
    inbox = Memory(trouble=ValueError("nonsense"), poison="read 2")
    work(inbox, *(Mail(id=n) for n in (1, 2, 3)))
    assert inbox.filed == ["read 1", "read 3"]
    assert [error for error, *_ in inbox.waits] == ["ValueError: nonsense"]


@pytest.mark.parametrize("attempt", range(1, ATTEMPTS + 1))
def test_trouble_is_tried_again_so_many_times_and_set_aside_with_its_words(
    attempt: int,
) -> None:
    mail = replace(Mail(), attempts=attempt)
    for inbox in (
        work(Memory(), mail, read=ValueError("nonsense")),
        work(Memory(trouble=ValueError("nonsense")), mail),
    ):
        if attempt < ATTEMPTS:
            delay = timedelta(seconds=2**attempt)
            assert inbox.waits == [("ValueError: nonsense", delay, True)]
            assert inbox.parked == []
        else:
            assert inbox.waits == []
            assert inbox.parked == ["ValueError: nonsense"]


def test_what_ended_the_process_again_and_again_is_set_aside_unread() -> None:
    inbox = work(Memory(), Mail(id=1, attempts=DEATHS), Mail(id=2, attempts=DEATHS + 1))
    assert inbox.filed == ["read 1"]
    assert inbox.parked == [f"the process ended {DEATHS} times while working on it"]


@pytest.mark.parametrize("attempt", [1, ATTEMPTS])
def test_trouble_with_the_records_is_no_fault_of_the_arrival(attempt: int) -> None:
    full = Memory(trouble=UnavailableError("disk is full"))
    inbox = work(full, Mail(attempts=attempt), Mail(id=2, attempts=attempt))
    assert [(error, counted) for error, _, counted in inbox.waits] == [
        ("disk is full", False)
    ] * 2
    assert inbox.parked == []


@dataclass
class Gate:
    """A screen that concerns some, and answers as it is told."""

    trouble: Exception | None = None

    def concerns(self, came: str) -> bool:
        return came.endswith("7")

    async def pass_through(self, came: str) -> str:
        if self.trouble:
            raise self.trouble
        return f"{came}, seen"


def screened(gate: Gate, *, size: int = 10) -> Memory:
    inbox = Memory(mails=[Mail(id=n, size=size) for n in (1, 2, 7)])
    source = ArrivalSource(
        inbox=inbox,
        read=lambda mail: f"read {mail.id}",
        chance=lambda: 0.5,
        screen=gate,
    )
    with capture_logs():
        asyncio.run(work_all(source))
    return inbox


@pytest.mark.parametrize("size", [10, SMALL + 1], ids=["small", "large"])
def test_what_a_screen_concerns_is_filed_as_it_comes_through(size: int) -> None:
    inbox = screened(Gate(), size=size)
    assert sorted(inbox.filed) == ["read 1", "read 2", "read 7, seen"]
    assert max(inbox.together) == (2 if size == 10 else 1)


def test_what_waits_for_a_screen_holds_up_nothing_and_has_no_fault() -> None:
    inbox = screened(Gate(AwaitedError("away", timedelta(seconds=60))))
    assert inbox.filed == ["read 1", "read 2"]
    assert inbox.waits == [("away", timedelta(seconds=60), False)]
    assert inbox.parked == []


def test_what_a_screen_cannot_judge_is_set_aside() -> None:
    assert screened(Gate(HopelessError("too much"))).parked == ["too much"]


def test_a_screen_that_fails_fails_what_it_was_to_judge_alone() -> None:
    inbox = screened(Gate(ValueError("nonsense")))
    assert inbox.filed == ["read 1", "read 2"]
    assert inbox.waits == [("ValueError: nonsense", timedelta(seconds=2), True)]
