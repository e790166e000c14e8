"""What is due is what nobody has had, and it is made late rather than never."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from typing_extensions import override

from scheduler.digests import (
    MISSED,
    SETTLING,
    Alarm,
    Digesting,
    Firings,
    Made,
    Planned,
    owed,
    plan,
)
from scheduler.schedule import Schedule
from tickets.digests import Owed, Report

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
WEEK = timedelta(days=7)
BOSS, HEAD = "boss@example.org", "head@example.org"


def report(name: str = "weekly", schedule: str = "0 9 * * mon") -> Report:
    return Report(name=name, schedule=schedule, timezone="UTC", recipients=(BOSS, HEAD))


def found(
    made: Made, *, now: datetime, began: datetime | None = MONDAY - 99 * WEEK
) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (f"{one.period.end:%m-%d}", one.recipients)
        for one in owed(plan([report()]), made, now, began=began)
    ]


def test_who_never_had_it_gets_the_newest_period() -> None:
    assert found({}, now=MONDAY + SETTLING) == [("11-23", (BOSS, HEAD))]
    assert found({}, now=MONDAY + WEEK / 2) == [("11-23", (BOSS, HEAD))]


def test_a_new_desk_is_not_told_of_before_it_began() -> None:
    later = MONDAY + WEEK / 2
    assert found({}, now=later, began=None) == []
    assert found({}, now=later, began=MONDAY) == []
    assert found({}, now=later + WEEK, began=MONDAY) == [("11-30", (BOSS, HEAD))]
    assert found({}, now=later, began=MONDAY - WEEK / 2) == [("11-23", (BOSS, HEAD))]


def test_a_period_settles_before_it_is_counted() -> None:
    had = {("weekly", one): MONDAY - WEEK for one in (BOSS, HEAD)}
    assert found(had, now=MONDAY + SETTLING / 2) == []
    assert found(had, now=MONDAY + SETTLING) == [("11-23", (BOSS, HEAD))]


def test_who_had_it_is_passed_over() -> None:
    had = {("weekly", BOSS): MONDAY}
    assert found(had, now=MONDAY + WEEK / 2) == [("11-23", (HEAD,))]
    assert found(had | {("weekly", HEAD): MONDAY}, now=MONDAY + WEEK / 2) == []


def test_what_was_missed_is_made_up_for_in_order() -> None:
    had = {("weekly", BOSS): MONDAY - 2 * WEEK, ("weekly", HEAD): MONDAY - WEEK}
    now = MONDAY + timedelta(hours=5)
    assert found(had, now=now) == [("11-16", (BOSS,)), ("11-23", (BOSS, HEAD))]


def test_what_was_missed_too_long_ago_is_left_out() -> None:
    had = {("weekly", one): MONDAY - 50 * WEEK for one in (BOSS, HEAD)}
    ends = [end for end, _ in found(had, now=MONDAY + WEEK / 2)]
    assert len(ends) == MISSED
    assert ends[-1] == "11-23"


def test_a_changed_schedule_repeats_nothing() -> None:
    had = {("weekly", one): MONDAY for one in (BOSS, HEAD)}
    sooner = plan([report(schedule="0 8 * * mon")])
    assert owed(sooner, had, MONDAY + WEEK / 2, began=MONDAY - WEEK) == []


@dataclass(kw_only=True)
class Kept:
    """Runs in memory; ``broken`` reports cannot be counted."""

    ends: dict[tuple[str, str], datetime] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    tries: list[str] = field(default_factory=list)

    async def began(self) -> datetime:
        return MONDAY - WEEK

    async def made(self) -> Made:
        return self.ends

    async def make(self, owing: Owed) -> None:
        name = owing.report.name
        self.tries.append(name)
        if name in self.broken:
            raise ZeroDivisionError
        self.ends.update({(name, one): owing.period.end for one in owing.recipients})


@dataclass(kw_only=True)
class Clock:
    now: datetime = MONDAY + WEEK / 2


async def drained(source: Digesting) -> None:
    """Work until nothing is due, as a drain does."""
    while batches := await source.claim(1):
        for one in batches:
            try:
                await source.work(one)
            except ZeroDivisionError:
                continue


def test_a_digest_that_cannot_be_made_waits_and_keeps_no_other() -> None:
    runs = Kept(broken={"broken"})
    clock = Clock()
    plans = plan([report("broken", "0 8 * * mon"), report("weekly")])
    source = Digesting(plans=plans, runs=runs, now=lambda: clock.now)
    asyncio.run(drained(source))
    assert runs.tries == ["broken", "weekly"]
    clock.now += timedelta(minutes=2)
    runs.broken.clear()
    asyncio.run(drained(source))
    assert runs.tries == ["broken", "weekly", "broken"]


def test_a_desk_without_digests_asks_nobody() -> None:
    class Nobody(Kept):
        @override
        async def began(self) -> datetime:
            raise AssertionError("asked")

    source = Digesting(plans=(), runs=Nobody(), now=lambda: MONDAY)
    assert asyncio.run(source.claim(1)) == ()


def test_the_alarm_rings_when_a_period_has_settled() -> None:
    fires = Firings(Schedule("0 9 * * mon", "UTC")).get_next_fire_time
    first = fires(None, MONDAY - timedelta(minutes=1))
    assert first == MONDAY + SETTLING
    assert fires(None, MONDAY + SETTLING / 2) == MONDAY + SETTLING
    assert fires(first, first) == MONDAY + WEEK + SETTLING
    assert fires(MONDAY - 5 * WEEK, MONDAY) < MONDAY  # a long sleep rings at once


class Often(Schedule):
    """Fires ten times a second."""

    @override
    def next(self, after: datetime) -> datetime:
        return after + timedelta(seconds=0.1)


@pytest.mark.timeout(10)
def test_the_alarm_wakes_again_and_again() -> None:
    async def scene() -> None:
        wake = asyncio.Event()
        often = Planned(report=report(), schedule=Often("* * * * *", "UTC"))
        alarm = Alarm([often], wake)
        alarm.start()
        for _ in range(3):
            await wake.wait()
            wake.clear()
        alarm.stop()

    asyncio.run(scene())
