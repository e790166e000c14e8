"""How the parts of the service are, for /readyz and /metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from typing_extensions import override

from app import doors
from app.digests import overdue
from app.http import Part
from app.leading import Led
from bot.poller import Poller
from bus.door import CommandDoor
from mail.door.smtp import Door
from mail.files.scanner import AwayError, Scanner
from mail.imap.door import MailboxDoor
from scheduler.digests import Planned
from storage import backlog, published
from storage.errors import StorageError
from storage.store import Store
from storage.transaction import Transaction
from tickets.words import Medium

#: What waits longer than this, in seconds, is trouble.
LATE = {
    "arrivals": 60.0,
    "mail": 900.0,
    "telegram": 900.0,
    "bus": 900.0,
    "scheduler": 900.0,
    "triage": 3 * 86400.0,  # people decide, and they have weekends
}
#: A poll takes up to 30 seconds; this long without one is silence.
SILENCE = 90.0
COMMIT_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Backlog:
    """What waits in one place: how many, since when the oldest, how many parked."""

    waiting: int
    oldest: float | None
    parked: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """app.http.Health over the running parts; an absent part is not reported."""

    store: Store
    clock: Callable[[], datetime]
    doors: Mapping[str, Door] = field(default_factory=dict)
    bot: Led | None = None
    poller: Callable[[], Poller | None] = lambda: None  # if it is we who poll
    heard: Mapping[str, Led] = field(default_factory=dict)  # queues of commands
    command_doors: Mapping[str, CommandDoor] = field(default_factory=dict)
    mailboxes: Mapping[str, Led] = field(default_factory=dict)
    mailbox_doors: Mapping[str, MailboxDoor] = field(default_factory=dict)
    scanner: Scanner | None = None
    plans: tuple[Planned, ...] = ()  # the digests
    targets: tuple[str, ...] = ()  # of the bus

    async def parts(self) -> Mapping[str, Part]:
        parts = {"storage": await self._storage()}
        if not parts["storage"].ok:
            return parts
        backlogs = await asyncio.to_thread(self.backlogs)
        parts.update({name: _judge(name, one) for name, one in backlogs.items()})
        for name, door in self.doors.items():
            parts[name] = doors.part_of(door)
        if self.bot is not None:
            parts["telegram-in"] = self._telegram(self.bot)
        for name, led in self.heard.items():
            parts[f"bus-in-{name}"] = self._commands(name, led)
        for name, led in self.mailboxes.items():
            parts[f"imap-{name}"] = self._mailbox(name, led)
        if self.scanner is not None:
            parts["scanner"] = await _scanner(self.scanner)
        if self.plans:
            parts["scheduler"] = await asyncio.to_thread(self.store.read, self._digests)
        return parts

    def _digests(self, tx: Transaction) -> Part:
        """Look in the records, so that a scheduler elsewhere is missed, too."""
        now = self.clock()
        found = overdue(tx, self.plans, now)
        backlog = Backlog(
            waiting=len(found),
            oldest=(now - found[0].period.end).total_seconds() if found else None,
            parked=0,
        )
        return _judge("scheduler", backlog)

    async def _storage(self) -> Part:
        """Commit nothing, to see whether something could be committed."""
        try:
            async with asyncio.timeout(COMMIT_SECONDS):
                await asyncio.wrap_future(self.store.submit(_nothing))
        except TimeoutError:
            return Part(ok=False, detail=f"no commit within {COMMIT_SECONDS:.0f} s")
        except StorageError as error:
            return Part(ok=False, detail=str(error))
        return Part(ok=True)

    def backlogs(self) -> dict[str, Backlog]:
        """Read what waits; StorageError if the records do not answer."""
        return self.store.read(self._read)

    def _read(self, tx: Transaction) -> dict[str, Backlog]:
        found = {"arrivals": self._backlog(*backlog.of_arrivals(tx))}
        found["triage"] = self._backlog(*backlog.of_strangers(tx))
        for medium in Medium:
            # What waits for a target that is gone waits for nobody.
            among = self.targets if medium is Medium.BUS else None
            waits = backlog.of_deliveries(tx, medium, among)
            found[str(medium)] = self._backlog(*waits)
        return found

    def _backlog(self, count: int, oldest: datetime | None, parked: int) -> Backlog:
        age = None if oldest is None else (self.clock() - oldest).total_seconds()
        return Backlog(waiting=count, oldest=age, parked=parked)

    def reconciled(self) -> dict[str, Any]:
        """Read how the targets of the bus agreed with the journal."""
        return self.store.read(published.results)

    def _telegram(self, bot: Led) -> Part:
        if bot.stands_by:
            return Part(ok=True, detail="stands by: another process polls")
        poller = self.poller()
        if poller is None:
            return Part(ok=False, detail="does not poll yet")
        status = poller.status
        if status.last_poll_at is None:
            return Part(ok=False, detail=status.error or "no poll has ended yet")
        age = (self.clock() - status.last_poll_at).total_seconds()
        ok = status.error is None and age < SILENCE
        return Part(ok=ok, oldest_seconds=age, detail=status.error or "")

    def _commands(self, name: str, led: Led) -> Part:
        if led.stands_by:
            return Part(ok=True, detail="stands by: another process reads")
        door = self.command_doors.get(name)
        if door is None:
            return Part(ok=False, detail="does not read yet")
        status = door.status
        said = f"{status.taken} taken, {status.dead} of them unreadable"
        return Part(ok=status.error is None, detail=status.error or said)

    def _mailbox(self, name: str, led: Led) -> Part:
        if led.stands_by:
            return Part(ok=True, detail="stands by: another process reads")
        door = self.mailbox_doors.get(name)
        if door is None:
            return Part(ok=False, detail="does not read yet")
        status = door.status
        said = [f"{status.taken} taken"]
        if status.left:
            said.append(f"{status.left} of them stay in the mailbox unread")
        if status.is_held:
            said.append("waits until what it took is filed")
        if status.note:
            said.append(status.note)
        return Part(ok=status.error is None, detail=status.error or ", ".join(said))


async def _scanner(scanner: Scanner) -> Part:
    """Ask it, so that an outage is seen before a file comes."""
    try:
        await scanner.probe()
    except AwayError as away:
        outage = scanner.outage
        age = scanner.ticks() - outage.since if outage else 0.0
        return Part(ok=False, oldest_seconds=age, detail=str(away))
    said = f"{scanner.judged} files scanned, {scanner.found} infected"
    return Part(ok=True, detail=said)


def _nothing(_tx: Transaction) -> None:
    """Change nothing."""


def _judge(name: str, waits: Backlog) -> Part:
    late = waits.oldest is not None and waits.oldest > LATE[name]
    said = [f"{waits.waiting} waiting"] if waits.waiting else []
    if waits.parked:
        said.append(f"{waits.parked} parked: a person must look")
    # A parked bus event holds back its whole stream; the others hold back nothing.
    stuck = name == "bus" and waits.parked > 0
    return Part(
        ok=not late and not stuck,
        oldest_seconds=waits.oldest,
        detail=", ".join(said),
    )


class Gauges(Collector):
    """Reads the figures when they are asked for."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    @override
    def collect(self) -> Iterator[Metric]:
        yield from self._backlogs()
        yield from _of_the_bus(self._watch.reconciled())
        if open_doors := tuple(self._watch.doors.values()):
            yield from doors.figures_of(open_doors)
        if self._watch.scanner is not None:
            yield from _of_scanner(self._watch.scanner)

    def _backlogs(self) -> Iterator[Metric]:
        waiting = GaugeMetricFamily(
            "zayavka_waiting", "Waits to be worked", labels=["part"]
        )
        oldest = GaugeMetricFamily(
            "zayavka_oldest_seconds", "Age of the oldest that waits", labels=["part"]
        )
        parked = GaugeMetricFamily(
            "zayavka_parked", "A person must look", labels=["part"]
        )
        for name, one in self._watch.backlogs().items():
            waiting.add_metric([name], one.waiting)
            oldest.add_metric([name], one.oldest or 0.0)
            parked.add_metric([name], one.parked)
        yield from (waiting, oldest, parked)


def _of_scanner(scanner: Scanner) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "zayavka_scanner_up", "Whether it judges", value=int(scanner.outage is None)
    )
    yield CounterMetricFamily(
        "zayavka_scanner_files", "Files judged by this process", value=scanner.judged
    )
    yield CounterMetricFamily(
        "zayavka_scanner_infected", "Of these infected", value=scanner.found
    )


def _of_the_bus(results: Mapping[str, Any]) -> Iterator[Metric]:
    at = GaugeMetricFamily(
        "zayavka_bus_reconciled_seconds", "When, since the epoch", labels=["target"]
    )
    differences = GaugeMetricFamily(
        "zayavka_bus_differences",
        "Events missing in a target, extra or out of order",
        labels=["target", "kind"],
    )
    for name, one in results.items():
        at.add_metric([name], datetime.fromisoformat(one["at"]).timestamp())
        for kind in ("missing", "extra", "disordered"):
            differences.add_metric([name, kind], one[kind])
    yield from (at, differences)
