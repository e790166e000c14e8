"""Digests are made when their periods have ended, late rather than never."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from typing_extensions import override

from scheduler.schedule import Schedule
from tickets.digests import Owed, Period, Report

log = structlog.get_logger()
#: What happened in a period may take so long to be committed after it.
SETTLING = timedelta(seconds=10)
#: How many periods are made up for after a stop; older ones are left out.
MISSED = 7
#: How long a digest that could not be made waits for another attempt.
AGAIN = timedelta(minutes=1)
Made = Mapping[tuple[str, str], datetime]


class Runs(Protocol):
    """What was made, and the way to make more."""

    async def began(self) -> datetime | None:
        """Return when the desk began, None while it has not."""
        ...

    async def made(self) -> Made:
        """Return the end of the newest period by report and recipient."""
        ...

    async def make(self, owing: Owed) -> None:
        """Count, freeze the figures and queue the mails, each recipient once."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A report with its schedule compiled."""

    report: Report
    schedule: Schedule


def plan(reports: Iterable[Report]) -> tuple[Planned, ...]:
    """Compile the schedules; ValueError says what is wrong with one."""
    return tuple(
        Planned(report=one, schedule=Schedule(one.schedule, one.timezone))
        for one in reports
    )


def owed(
    plans: Iterable[Planned], made: Made, now: datetime, *, began: datetime | None
) -> list[Owed]:
    """Return what is to be made, the oldest first.

    A recipient who never had the report gets the newest period that has ended, if
    that was after the desk ``began``; the others each period since the one they had,
    at most MISSED of them.
    """
    found: list[Owed] = []
    if began is None:
        return found
    for one in plans:
        periods = one.schedule.ended(now - SETTLING, MISSED)
        for period in periods:
            newest = max(periods[-1].start, began)
            lacking = _lacking(one.report, period, made, otherwise=newest)
            if lacking:
                new = Owed(report=one.report, period=period, recipients=lacking)
                found.append(new)
    return sorted(found, key=lambda one: one.period.end)


def _lacking(
    report: Report, period: Period, made: Made, *, otherwise: datetime
) -> tuple[str, ...]:
    return tuple(
        one
        for one in report.recipients
        if period.end > made.get((report.name, one), otherwise)
    )


@dataclass(kw_only=True, slots=True)
class Digesting:
    """A source for a drain: each batch is one report about one period.

    Two of them may do the same: who commits first has made it.
    """

    plans: tuple[Planned, ...]
    runs: Runs
    now: Callable[[], datetime]
    _resting: dict[str, datetime] = field(default_factory=dict)

    async def claim(self, room: int) -> Sequence[Sequence[Owed]]:
        if not self.plans:
            return ()
        now = self.now()
        began = await self.runs.began()
        found = owed(self.plans, await self.runs.made(), now, began=began)
        ready = [one for one in found if self._is_rested(one.report, now)]
        return [[one] for one in ready[:room]]

    def _is_rested(self, report: Report, now: datetime) -> bool:
        return now >= self._resting.get(report.name, now)

    async def work(self, batch: Sequence[Owed]) -> None:
        """Make them; while one cannot be made the other reports still are."""
        for one in batch:
            name = one.report.name
            try:
                await self.runs.make(one)
            except Exception:
                self._resting[name] = self.now() + AGAIN
                raise
            log.info("digest_made", report=name, period=one.period.key)


class Firings(BaseTrigger):  # type: ignore[misc] # the library has no types
    """Fires when a schedule's periods have ended and settled."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule

    @override
    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime:
        last = now if previous_fire_time is None else previous_fire_time
        return self._schedule.next(last.astimezone(UTC) - SETTLING) + SETTLING


class Alarm:
    """APScheduler, which does nothing but wake: what is due, the records say."""

    def __init__(self, plans: Iterable[Planned], wake: asyncio.Event) -> None:
        self._plans = tuple(plans)
        self._wake = wake
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True}
        )

    def start(self) -> None:
        for one in self._plans:
            self._scheduler.add_job(self._ring, Firings(one.schedule))
        self._scheduler.start()

    async def _ring(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
