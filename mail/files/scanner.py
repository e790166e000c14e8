"""A scanner that may be away: nothing is asked of it until it answers again.

Only now and then it is asked about a few words, to see whether it does.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import structlog

from mail.files.clamd import Clamd, Judged, ScannerError

log = structlog.get_logger()
#: What is scanned to see whether the scanner answers, and how long that may take.
PROBE, PROBE_SECONDS = b"Is anybody there?\n", 5.0
#: A probe that failed is followed by the next after a share of the time it was away.
SOONEST, LATEST, SHARE = 1.0, 60.0, 0.25
#: So long away, in seconds, and the operators are told; a restart takes less.
GRACE = 30.0
#: So often may the scanner fail over the same bytes while it judges others. They wait
#: so many times longer from one try to the next: with this, 23 minutes in all.
FAILURES, PATIENCE = 6, 4.0
#: Of so many files that it failed over this is remembered.
SUSPECTS = 1000


class AwayError(Exception):
    """The scanner does not answer; the next try is due ``after`` so many seconds."""

    def __init__(self, reason: str, after: float) -> None:
        super().__init__(f"the scanner does not answer: {reason}")
        self.after = after


class UnscannableError(Exception):
    """The scanner fails over these bytes again and again, and judges others."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the scanner failed {FAILURES} times over a file: {reason}")


@dataclass(slots=True)
class Outage:
    """Since when the scanner does not answer, why, and when it is asked again.

    Times are seconds of a clock that never goes back.
    """

    since: float
    error: str
    ask_at: float
    told: bool = False

    def pause(self, now: float) -> float:
        return min(max(SOONEST, (now - self.since) * SHARE), LATEST)


@dataclass(slots=True)
class _Suspect:
    """How often the scanner failed over a file, and how many it had judged by then."""

    failures: int = 0
    judged: int = -1


@dataclass(kw_only=True, slots=True)
class Scanner:
    """One clamd, for all who need it.

    ``concurrency`` files are scanned at once. ``tell`` is awaited with the reason when
    operators should know of an outage, and returns whether they will.
    """

    clamd: Clamd
    ticks: Callable[[], float]
    tell: Callable[[str], Awaitable[bool]]
    concurrency: int = 4
    outage: Outage | None = None
    judged: int = 0
    found: int = 0
    _turn: asyncio.Semaphore = field(init=False)
    _probing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _suspects: dict[str, _Suspect] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._turn = asyncio.Semaphore(self.concurrency)

    async def scan(self, content: bytes) -> Judged:
        """Return what the scanner says of bytes; AwayError, UnscannableError."""
        if self.outage is not None:
            await self.probe()
        async with self._turn:
            try:
                judged = await self.clamd.scan(content)
            except ScannerError as error:
                raise await self._failed(content, str(error)) from error
        self.judged += 1
        self.found += bool(judged.virus)
        self._recovered()
        if self._suspects:
            self._suspects.pop(_key(content), None)
        return judged

    async def probe(self) -> None:
        """See whether it answers; AwayError if not, or if that was seen just now."""
        async with self._probing:
            seen, now = self.outage, self.ticks()
            if seen is not None and now < seen.ask_at:
                raise AwayError(seen.error, seen.pause(now))
            brief = replace(self.clamd, timeout=min(PROBE_SECONDS, self.clamd.timeout))
            try:
                await brief.scan(PROBE)
            except ScannerError as error:
                outage = await self._away(str(error))
                raise AwayError(outage.error, outage.pause(self.ticks())) from error
            self._recovered()

    async def _failed(self, content: bytes, reason: str) -> Exception:
        """Return what to raise: it is away, or these bytes are too much for it.

        They are if it answers otherwise, or judged others since they were last tried.
        """
        after, answers = 0.0, True
        try:
            await self.probe()
        except AwayError as away:
            after, answers = away.after, False
        suspect = self._suspects.setdefault(_key(content), _Suspect())
        if answers or self.judged > suspect.judged:
            suspect.failures += 1
            suspect.judged = self.judged
        if suspect.failures >= FAILURES:
            del self._suspects[_key(content)]
            return UnscannableError(reason)
        if len(self._suspects) > SUSPECTS:
            del self._suspects[next(iter(self._suspects))]
        return AwayError(reason, max(after, PATIENCE**suspect.failures))

    async def _away(self, reason: str) -> Outage:
        now = self.ticks()
        outage = self.outage
        if outage is None:
            log.error("scanner_away", error=reason)
            outage = self.outage = Outage(since=now, error=reason, ask_at=now)
        outage.error = reason
        outage.ask_at = now + outage.pause(now)
        if not outage.told and now - outage.since >= GRACE:
            outage.told = await self.tell(reason)
        return outage

    def _recovered(self) -> None:
        if self.outage is not None:
            seconds = round(self.ticks() - self.outage.since, 1)
            log.info("scanner_back", seconds=seconds)
            self.outage = None


def _key(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
