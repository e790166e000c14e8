"""Partners get a menu of commands in their language, sooner or later."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from structlog.testing import capture_logs
from telegram import BotCommandScopeAllPrivateChats

from bot.client import open_bot
from bot.menu import SHOWN, Menu, menus
from sandbox.server import Sandbox, Settings
from templates.texts import Texts
from tests.bot.scripted import HANG_UP, TOKEN, Reply, html, refusal, result, scripted
from tickets.private import COMMANDS

TEXTS = Texts(language="ru", timezone="Europe/Moscow")
MENUS = list(menus(TEXTS, own="ru", languages=("en", "ru")))
ALL_SET = ["", "en", "ru"]


@asynccontextmanager
async def at_work(menu: Menu) -> AsyncIterator[None]:
    task = asyncio.create_task(menu.run())
    try:
        yield
    finally:
        menu.stop()
        async with asyncio.timeout(1):
            await task


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 # looks at a server from outside
            await asyncio.sleep(0.005)


def test_what_is_shown_is_what_the_bot_listens_to() -> None:
    assert set(SHOWN) <= COMMANDS


def test_partners_get_it_in_every_language_and_groups_do_not() -> None:
    async def scene() -> None:
        settings = Settings()
        async with (
            Sandbox(settings) as sandbox,
            open_bot(settings.token, sandbox.url) as bot,
        ):
            calls = sandbox.telegram.calls
            for _ in range(2):  # a restart changes nothing
                calls.clear()
                async with at_work(Menu(bot, MENUS)):
                    await until(lambda: len(calls.listed()) == len(ALL_SET))
                kept = sandbox.telegram.world.commands
                assert sorted(kept) == [
                    f"all_private_chats {one}".strip() for one in ALL_SET
                ]
            scope = BotCommandScopeAllPrivateChats()
            shown = [
                await bot.get_my_commands(scope, language_code=code)
                for code in (None, "ru", "en")
            ]
            assert shown[0] == shown[1] != shown[2]
            assert [(one.command, one.description) for one in shown[0]] == [
                ("new", "Новое обращение"),
                ("status", "Как идут мои обращения"),
                ("leave", "Больше не писать мне об этом обращении"),
                ("help", "Как нам написать"),
            ]

    asyncio.run(scene())


def test_what_is_refused_is_logged_and_tried_again() -> None:
    async def scene(*replies: Reply) -> None:
        async with scripted() as telegram, open_bot(TOKEN, telegram.url) as bot:
            telegram.put("setMyCommands", *replies)
            telegram.usually("setMyCommands", result(value=True))
            menu = Menu(bot, MENUS, pause=timedelta(milliseconds=5))
            async with at_work(menu):
                await until(
                    lambda: len(telegram.params("setMyCommands")) == len(replies) + 3
                )
            asked = telegram.params("setMyCommands")[len(replies) :]
            assert [one.get("language_code", "") for one in asked] == ALL_SET
            names = [one["command"] for one in json.loads(asked[0]["commands"])]
            assert names == list(SHOWN)

    troubles = (refusal(404, "Not Found"), html(502), HANG_UP)
    with capture_logs() as logs:
        asyncio.run(scene(*troubles))
    assert [one["event"] for one in logs] == ["menu_not_set"] * len(troubles)


def test_it_stops_at_once_while_it_waits() -> None:
    async def scene() -> None:
        async with scripted() as telegram, open_bot(TOKEN, telegram.url) as bot:
            telegram.usually("setMyCommands", refusal(429, "x", retry_after=3600))
            async with at_work(Menu(bot, MENUS)):
                await until(lambda: bool(telegram.params("setMyCommands")))

    asyncio.run(scene())
