"""Digests over the store: scheduler.digests.Runs, and what the commands share."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.config import Config
from scheduler.digests import Made, Planned, owed
from storage import beginning, digests, figures
from storage.store import Store
from storage.transaction import Transaction
from tickets.digests import Format, Owed, Period, Report, Scope
from tickets.figures import Figures


def reports_from(config: Config) -> tuple[Report, ...]:
    """Return the digests that the operator wants."""
    return tuple(
        Report(
            name=one.name,
            schedule=one.schedule,
            timezone=one.timezone or config.service.timezone,
            recipients=one.recipients,
            scope=Scope(sites=one.scope.sites, organisations=one.scope.organisations),
            format=Format(one.format),
        )
        for one in config.digests
    )


def count(tx: Transaction, report: Report, period: Period) -> Figures:
    return figures.count(tx, period, scope=report.scope, zone=ZoneInfo(report.timezone))


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredRuns:
    """What was made, by the records."""

    store: Store
    reports: tuple[str, ...]

    async def began(self) -> datetime | None:
        return await asyncio.to_thread(self.store.read, beginning.known)

    async def made(self) -> Made:
        return await asyncio.to_thread(self.store.read, self._made)

    def _made(self, tx: Transaction) -> Made:
        return digests.made(tx, self.reports)

    async def make(self, owing: Owed) -> None:
        """Count beside the writer, which others wait for; then freeze and queue.

        Nothing happens in a period that is over, so both see the same.
        """
        report, period = owing.report, owing.period
        counted = await asyncio.to_thread(
            self.store.read, lambda tx: count(tx, report, period)
        )

        def job(tx: Transaction) -> None:
            digests.queue(
                tx,
                report.name,
                period=period,
                figures=counted,
                recipients=owing.recipients,
                style=report.format,
            )

        await asyncio.wrap_future(self.store.submit(job))


def overdue(tx: Transaction, plans: tuple[Planned, ...], now: datetime) -> list[Owed]:
    """Return what should have been made by now, the oldest first."""
    made = digests.made(tx, [one.report.name for one in plans])
    return owed(plans, made, now, began=beginning.known(tx))
