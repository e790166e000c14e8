"""Commands come in: each is kept, and only then taken from its queue."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import structlog

from bus.commands import read
from bus.schemas import CommandSchemas
from tickets.corporate.commands import Asked, NotACommand

log = structlog.get_logger()
#: A connection lost so many times one after another is in trouble though it is there.
AGAIN = 3
T = TypeVar("T")


class LostError(Exception):
    """The queue cannot be read now; the text says why."""


class Delivery(Protocol):
    """A message at hand; LostError if the queue is gone before it was answered for."""

    @property
    def body(self) -> bytes: ...

    async def ack(self) -> None: ...

    async def dead(self, reason: str) -> None:
        """Give it back as one that nobody can use: the broker dead-letters it."""
        ...


class Consumer(Protocol):
    """A queue of messages, read one at a time."""

    async def open(self) -> None:
        """Connect and find the queue; LostError."""
        ...

    async def next(self) -> Delivery:
        """Wait for a message; the one before must be answered for. LostError."""
        ...

    async def close(self) -> None: ...


class Keeper(Protocol):
    """Where what came is kept."""

    async def keep(self, came: Asked, body: bytes) -> None:
        """Return once it is committed; the same may come again."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How long to wait after trouble, in seconds: twice as long each time.

    A connection that lasted for ``settled`` is well, whatever was before.
    """

    first: float = 1.0
    longest: float = 30.0
    settled: float = 10.0


@dataclass(kw_only=True, slots=True)
class Status:
    """How the reading stands; ``error`` is None while it goes well."""

    error: str | None = "not connected yet"
    failures: int = 0
    taken: int = 0
    dead: int = 0


class CommandDoor:
    """Takes commands from one queue until stopped, whatever happens.

    One at a time: so their order stays, at most one waits in memory, and a process
    that dies brings no second one nearer to its queue's delivery limit.
    """

    def __init__(
        self,
        consumer: Consumer,
        keeper: Keeper,
        *,
        target: str,
        schemas: CommandSchemas,
        pace: Pace | None = None,
    ) -> None:
        self.status = Status()
        self._consumer = consumer
        self._keeper = keeper
        self._target = target
        self._schemas = schemas
        self._pace = pace or Pace()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Let ``run`` return; what is being kept is kept and answered for first."""
        self._stopping.set()

    async def run(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._session()
            except LostError as error:
                self._failed(str(error))
                await self._pause()
            finally:
                await self._consumer.close()

    async def _session(self) -> None:
        await self._unless_stopped(self._consumer.open())
        if self._stopping.is_set():
            return
        if self.status.failures < AGAIN:
            self.status.error = None
        loop = asyncio.get_running_loop()
        settling = loop.call_later(self._pace.settled, self._settled)
        try:
            while delivery := await self._unless_stopped(self._consumer.next()):
                await self._take(delivery)
        finally:
            settling.cancel()

    def _settled(self) -> None:
        self.status.error = None
        self.status.failures = 0

    async def _take(self, delivery: Delivery) -> None:
        came = read(delivery.body, target=self._target, schemas=self._schemas)
        if not await self._keep(came, delivery.body):
            return
        self._settled()
        self.status.taken += 1
        if isinstance(came, NotACommand):
            self.status.dead += 1
            log.warning("command_unreadable", target=self._target, reason=came.reason)
            await delivery.dead(came.reason)
        else:
            await delivery.ack()

    async def _keep(self, came: Asked, body: bytes) -> bool:
        """Try until it is kept; say False if we are to stop before.

        It is not given back meanwhile: each return counts towards the delivery limit
        of a quorum queue, and our trouble is not the message's fault.
        """
        while not self._stopping.is_set():
            try:
                await self._keeper.keep(came, body)
            except Exception as error:  # noqa: BLE001 # whatever it was, it is tried again
                self._failed(f"cannot keep commands: {error!r}")
                await self._pause()
            else:
                return True
        return False

    def _failed(self, error: str) -> None:
        if error != self.status.error:
            log.warning("commands_unheard", target=self._target, error=error)
        self.status.error = error
        self.status.failures += 1

    async def _pause(self) -> None:
        doubled = self._pace.first * 2.0 ** min(self.status.failures - 1, 16)
        with suppress(TimeoutError):
            async with asyncio.timeout(min(doubled, self._pace.longest)):
                await self._stopping.wait()

    async def _unless_stopped(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Return what the work returns, or None if we are to stop before."""
        doing = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait([doing, stopping], return_when=asyncio.FIRST_COMPLETED)
            return doing.result() if doing.done() else None
        finally:
            for one in (doing, stopping):
                one.cancel()
            await asyncio.gather(doing, stopping, return_exceptions=True)
