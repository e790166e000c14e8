"""The menu of commands that Telegram shows to who writes to the bot."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import timedelta

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bot.client import RefusedError
from bot.wording import Phrases
from tickets.model import Json

log = structlog.get_logger()
#: In the order they are shown; /start is a button of Telegram's own.
SHOWN = ("new", "status", "leave", "help")
PARTNERS = {"type": "all_private_chats"}
#: Specialists have buttons; groups get a menu only if there is a command for them.
STAFF = {"type": "all_group_chats"}
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)


def menus(
    phrases: Phrases, *, own: str, languages: Sequence[str], staff: Sequence[str] = ()
) -> Iterator[Json]:
    """Yield the parameters of setMyCommands: our own language for all, then each.

    ``staff`` are the commands that groups have, if any.
    """
    for scope, names in ((PARTNERS, SHOWN), (STAFF, staff)):
        if names:
            yield {"scope": scope, "commands": _commands(phrases, own, names)}
            for code in languages:
                commands = _commands(phrases, code, names)
                yield {"scope": scope, "commands": commands, "language_code": code}


def _commands(phrases: Phrases, language: str, names: Sequence[str]) -> list[Json]:
    return [
        {"command": one, "description": phrases.say(f"chat.command.{one}", language)}
        for one in names
    ]


class Menu:
    """Sets the menus once, however long Telegram refuses, and then rests.

    Nothing waits for it: without a menu the commands do what they do.
    """

    def __init__(
        self, bot: Bot, menus: Sequence[Json], *, pause: timedelta = FIRST_PAUSE
    ) -> None:
        self._bot = bot
        self._left = list(menus)
        self._pause = pause
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        while self._left and not self._stopping.is_set():
            wait = await self._set_next()
            if wait is not None:
                await self._rest(wait)
        await self._stopping.wait()

    async def _set_next(self) -> timedelta | None:
        """Set one menu; return how long to wait if that went wrong."""
        try:
            await self._bot.do_api_request("setMyCommands", api_kwargs=self._left[0])
        except TelegramError as error:
            log.warning("menu_not_set", reason=str(error))
            asked = error.retry_after if isinstance(error, RefusedError) else None
            wait = max(self._pause, asked or self._pause)
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
            return wait
        del self._left[0]
        return None

    async def _rest(self, wait: timedelta) -> None:
        try:
            async with asyncio.timeout(wait.total_seconds()):
                await self._stopping.wait()
        except TimeoutError:
            return
