"""Updates are asked for, kept, and only then acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bot.client import RefusedError
from bot.updates import SERVED

log = structlog.get_logger()
T = TypeVar("T")
#: So many updates come at once, if there are as many (Bot API, getUpdates).
BATCH = 100


class Keeper(Protocol):
    """Where updates are kept, and who gets them."""

    async def meet(self, username: str) -> None:
        """Return once it is committed what Telegram calls the bot."""
        ...

    async def keep(self, updates: Sequence[Mapping[str, Any]]) -> None:
        """Return once all are committed; the same ones may come again."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How long to ask, and how long to wait after trouble."""

    poll: timedelta = timedelta(seconds=30)  # Telegram allows 50
    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(seconds=30)
    rival: timedelta = timedelta(seconds=10)  # another poller, or a webhook
    refused: timedelta = timedelta(minutes=1)  # the token is not valid


@dataclass(kw_only=True, slots=True)
class Status:
    """How the polling stands; ``error`` is None while it goes well.

    Whatever happened before ``heard_at`` is known and kept.
    """

    bot_id: int | None = None
    last_poll_at: datetime | None = None
    heard_at: datetime | None = None
    error: str | None = None
    failures: int = field(default=0)


class Poller:
    """Asks Telegram for updates until stopped, whatever happens.

    No offset is stored: a new poller asks without one and gets again what was
    not acknowledged.
    """

    def __init__(
        self,
        bot: Bot,
        keeper: Keeper,
        *,
        pace: Pace | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.status = Status()
        self._bot = bot
        self._keeper = keeper
        self._pace = pace or Pace()
        self._clock = clock
        self._offset: int | None = None
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Let ``run`` return; a batch that is being kept is kept first."""
        self._stopping.set()

    async def run(self) -> None:
        while not self._stopping.is_set():
            pause = await self._round()
            if pause:
                await self._unless_stopped(asyncio.sleep(pause.total_seconds()))

    async def _round(self) -> timedelta | None:
        """Poll and keep once; return how long to wait if that went wrong."""
        try:
            me = await self._unless_stopped(self._ask())
            updates = await self._unless_stopped(self._poll())
            answered_at = self._clock()
        except TelegramError as error:
            return self._failed(_describe(error), self._pause_after(error))
        try:
            if me:
                await self._keeper.meet(str(me["username"]))
                self.status.bot_id = int(me["id"])
            if updates:
                await self._keeper.keep(updates)
        except Exception as error:  # noqa: BLE001 # whatever it was, the batch comes again
            return self._failed(f"cannot keep updates: {error!r}", self._backoff())
        self._succeeded(updates, answered_at)
        return None

    async def _ask(self) -> dict[str, Any] | None:
        """Return who the bot is, None if that is known."""
        if self.status.bot_id is not None:
            return None
        me: dict[str, Any] = await self._bot.do_api_request("getMe")
        return me

    async def _poll(self) -> list[dict[str, Any]]:
        # The first poll asks for what is there, so that readiness shows at once.
        is_first = self.status.last_poll_at is None
        seconds = 0 if is_first else int(self._pace.poll.total_seconds())
        asked = {
            "offset": self._offset,
            "limit": BATCH,
            "timeout": seconds,
            "allowed_updates": list(SERVED),
        }
        updates = await self._bot.do_api_request(
            "getUpdates", api_kwargs=asked, read_timeout=seconds + 5
        )
        if not isinstance(updates, list):
            raise TelegramError("getUpdates gave no list")
        return updates

    async def _unless_stopped(self, work: Awaitable[T]) -> T | None:
        """Return the work's result, or None as soon as ``stop`` was called."""
        doing = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait((doing, stopping), return_when=asyncio.FIRST_COMPLETED)
            return doing.result() if doing.done() else None
        finally:
            for task in (doing, stopping):
                task.cancel()
            await asyncio.gather(doing, stopping, return_exceptions=True)

    def _succeeded(
        self, updates: Sequence[Mapping[str, Any]] | None, answered_at: datetime
    ) -> None:
        if updates is None:  # stopped before Telegram answered
            return
        if len(updates) < BATCH:
            self.status.heard_at = answered_at
        if updates:
            # The ids begin anew after a quiet week: the last one, not the highest.
            self._offset = int(updates[-1]["update_id"]) + 1
        if self.status.error:
            log.info("polling_recovered", failures=self.status.failures)
        self.status.last_poll_at = self._clock()
        self.status.error = None
        self.status.failures = 0

    def _failed(self, reason: str, pause: timedelta) -> timedelta:
        if reason != self.status.error:
            log.warning("polling_failed", reason=reason)
        self.status.error = reason
        self.status.failures += 1
        return pause

    def _pause_after(self, error: TelegramError) -> timedelta:
        if not isinstance(error, RefusedError):
            return self._backoff()
        if error.retry_after is not None:
            return max(error.retry_after, self._pace.first)
        if error.code == 409:
            return self._pace.rival
        return self._pace.refused if error.code in {401, 404} else self._backoff()

    def _backoff(self) -> timedelta:
        doubled = self._pace.first * (1 << min(self.status.failures, 10))
        return min(doubled, self._pace.longest)


def _describe(error: TelegramError) -> str:
    if isinstance(error, RefusedError):
        if error.code in {401, 404} and error.answered:
            return f"Telegram refuses the token: {error}"
        if error.code == 409:
            return f"somebody else takes this bot's updates: {error}"
        return f"Telegram answers {error}"
    return f"Telegram cannot be reached: {error}"
