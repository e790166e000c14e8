"""Each target is reconciled when its hour has come, late rather than never."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from app.reconciling import keep, reconcile
from app.settings import tables
from bus.holdings import HoldingsError
from scheduler.schedule import Schedule
from storage import published
from storage.store import Store

log = structlog.get_logger()
#: What was sent so long ago was compared in the nights before.
REACH = timedelta(days=3)
#: How long a target that cannot be compared with is let alone.
AGAIN = timedelta(minutes=15)


@dataclass(kw_only=True, slots=True)
class Nightly:
    """scheduler.drain.Source: each batch is one target that is due."""

    store: Store
    targets: Sequence[tables.Bus]
    timezone: str
    now: Callable[[], datetime]
    _resting: dict[str, datetime] = field(default_factory=dict)
    _since: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._since = self.now()

    async def claim(self, room: int) -> Sequence[Sequence[tables.Bus]]:
        if not self.targets:
            return ()
        made = await asyncio.to_thread(self.store.read, published.results)
        due = [one for one in self.targets if self._is_due(one, made.get(one.name))]
        return [[one] for one in due[:room]]

    def _is_due(self, target: tables.Bus, made: dict[str, str] | None) -> bool:
        now = self.now()
        if now < self._resting.get(target.name, now):
            return False
        last = self._since if made is None else datetime.fromisoformat(made["at"])
        return last < Schedule(target.reconcile, self.timezone).last(now)

    async def work(self, batch: Sequence[tables.Bus]) -> None:
        for target in batch:
            now = self.now()
            try:
                result = await reconcile(
                    self.store.read, target, since=now - REACH, now=now
                )
            except HoldingsError as error:
                self._resting[target.name] = now + AGAIN
                log.warning("reconciling_failed", target=target.name, reason=str(error))
                continue
            await keep(self.store, result)
            tell = log.info if result.comparison.agrees else log.error
            tell("reconciled", target=target.name, **result.summary())
