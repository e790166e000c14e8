"""Updates are acknowledged after they are kept, and polling outlives all trouble."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from typing_extensions import override

from bot.client import open_bot
from bot.poller import Pace, Poller
from tests.bot.scripted import (
    HANG_UP,
    TOKEN,
    Reply,
    Scripted,
    html,
    refusal,
    result,
    scripted,
)

QUICK = Pace(
    poll=timedelta(seconds=1),
    first=timedelta(milliseconds=10),
    longest=timedelta(milliseconds=40),
    rival=timedelta(milliseconds=20),
    refused=timedelta(milliseconds=30),
)
RIVAL = refusal(409, "Conflict: terminated by other getUpdates request")


class Shelf:
    """Keeps updates in memory; refuses as often as it is told to."""

    def __init__(self, refusals: int = 0) -> None:
        self.offered: list[list[int]] = []
        self.kept: list[int] = []
        self.met: list[str] = []
        self._refusals = refusals

    async def meet(self, username: str) -> None:
        self.met.append(username)

    async def keep(self, updates: Sequence[Mapping[str, Any]]) -> None:
        ids = [update["update_id"] for update in updates]
        self.offered.append(ids)
        if len(self.offered) <= self._refusals:
            raise OSError("the database is down")
        self.kept += ids


def batch(*ids: int) -> Reply:
    return result([{"update_id": one, "message": {}} for one in ids])


@dataclass(frozen=True)
class Scene:
    """A poller at work on a scripted Telegram."""

    telegram: Scripted
    poller: Poller
    shelf: Shelf

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not true():  # noqa: ASYNC110 # looks at a server from outside
                await asyncio.sleep(0.005)

    @property
    def offsets(self) -> list[str | None]:
        return [one.get("offset") for one in self.telegram.params("getUpdates")]


@asynccontextmanager
async def polling(*replies: Reply, refusals: int = 0) -> AsyncIterator[Scene]:
    async with scripted() as telegram, open_bot(TOKEN, telegram.url) as bot:
        telegram.put("getUpdates", *replies)
        telegram.usually("getUpdates", result([], after=0.05))
        shelf = Shelf(refusals)
        poller = Poller(bot, shelf, pace=QUICK)
        task = asyncio.create_task(poller.run())
        try:
            yield Scene(telegram, poller, shelf)
        finally:
            poller.stop()
            async with asyncio.timeout(1):
                await task


def test_the_offset_moves_only_after_a_batch_is_kept() -> None:
    async def play() -> None:
        async with polling(batch(5, 6), batch(7)) as scene:
            await scene.until(lambda: len(scene.offsets) >= 3)
            assert scene.shelf.kept == [5, 6, 7]
            assert scene.offsets[:3] == [None, "7", "8"]

    asyncio.run(play())


def test_a_batch_that_was_not_kept_is_offered_again() -> None:
    async def play() -> None:
        async with polling(batch(5), batch(5), batch(5), refusals=2) as scene:
            await scene.until(lambda: bool(scene.shelf.kept))
            assert scene.shelf.offered == [[5], [5], [5]]
            assert scene.offsets[:3] == [None, None, None]
            await scene.until(lambda: "6" in scene.offsets)

    asyncio.run(play())


def test_a_database_that_is_down_is_the_status_until_it_is_back() -> None:
    async def play() -> None:
        async with polling(batch(5), refusals=1) as scene:
            await scene.until(lambda: scene.poller.status.error is not None)
            assert "the database is down" in str(scene.poller.status.error)
            assert scene.poller.status.last_poll_at is None
            await scene.until(lambda: scene.poller.status.last_poll_at is not None)
            assert scene.poller.status.error is None

    asyncio.run(play())


def test_trouble_of_every_kind_is_outlived() -> None:
    trouble = [
        RIVAL,
        html(502),
        html(200),
        refusal(429, "Too Many Requests: retry after 0", retry_after=0),
        HANG_UP,
        refusal(401, "Unauthorized"),
        refusal(404, "Not Found"),
        result(value=True),
        refusal(500, "Internal Server Error"),
    ]

    async def play() -> None:
        async with polling(*trouble, batch(5)) as scene:
            await scene.until(lambda: scene.shelf.kept == [5])

    asyncio.run(play())


def test_each_trouble_has_its_words() -> None:
    words = {
        "somebody else": RIVAL,
        "refuses the token": refusal(401, "Unauthorized"),
        "answers 502": html(502),
        "cannot be reached": HANG_UP,
    }

    async def play(expected: str, reply: Reply) -> None:
        async with polling() as scene:
            scene.telegram.usually("getUpdates", reply)
            await scene.until(lambda: expected in str(scene.poller.status.error))

    for expected, reply in words.items():
        asyncio.run(play(expected, reply))


def test_the_bots_own_id_is_asked_for_until_it_is_known() -> None:
    async def play() -> None:
        async with scripted() as telegram, open_bot(TOKEN, telegram.url) as bot:
            me = {"id": 77, "username": "desk_bot"}
            telegram.put("getMe", html(502), HANG_UP, result(me))
            telegram.usually("getUpdates", result([], after=0.05))
            shelf = Shelf()
            poller = Poller(bot, shelf, pace=QUICK)
            task = asyncio.create_task(poller.run())
            scene = Scene(telegram, poller, shelf)
            await scene.until(lambda: poller.status.last_poll_at is not None)
            assert poller.status.bot_id == 77
            assert len(telegram.params("getMe")) == 3
            assert scene.shelf.met == ["desk_bot"]
            poller.stop()
            await task

    asyncio.run(play())


def test_a_telegram_that_comes_up_later_is_found() -> None:
    async def play() -> None:
        async with scripted() as first:
            url = first.url
        async with open_bot(TOKEN, url) as bot:
            poller = Poller(bot, Shelf(), pace=QUICK)
            task = asyncio.create_task(poller.run())
            await asyncio.sleep(0.1)
            assert "cannot be reached" in str(poller.status.error)
            telegram = Scripted()
            telegram.usually("getUpdates", result([], after=0.05))
            port = int(url.rpartition(":")[2])
            server = await asyncio.start_server(telegram.serve, "127.0.0.1", port)
            async with server:
                scene = Scene(telegram, poller, Shelf())
                await scene.until(lambda: poller.status.error is None)
                poller.stop()
                await task

    asyncio.run(play())


def test_only_served_kinds_are_asked_for() -> None:
    async def play() -> None:
        async with polling() as scene:
            await scene.until(lambda: bool(scene.offsets))
            asked = scene.telegram.params("getUpdates")[0]
            allowed = '["message", "callback_query", "my_chat_member"]'
            assert asked["allowed_updates"] == allowed
            assert asked["timeout"] == "0"

    asyncio.run(play())


def test_ids_that_begin_anew_are_followed() -> None:
    async def play() -> None:
        async with polling(batch(1000), batch(3, 4)) as scene:
            await scene.until(lambda: len(scene.offsets) >= 3)
            assert scene.offsets[1:3] == ["1001", "5"]

    asyncio.run(play())


def test_stopping_does_not_wait_for_a_long_poll() -> None:
    async def play() -> float:
        async with polling(result([], after=30)) as scene:
            await scene.until(lambda: bool(scene.offsets))
            began = time.monotonic()
        return time.monotonic() - began

    assert asyncio.run(play()) < 1


def test_stopping_lets_a_batch_be_kept_first() -> None:
    class Slow(Shelf):
        @override
        async def keep(self, updates: Sequence[Mapping[str, Any]]) -> None:
            self.offered.append([])
            await asyncio.sleep(0.1)
            await super().keep(updates)

    async def play() -> None:
        async with scripted() as telegram, open_bot(TOKEN, telegram.url) as bot:
            telegram.put("getUpdates", batch(5))
            shelf = Slow()
            poller = Poller(bot, shelf, pace=QUICK)
            task = asyncio.create_task(poller.run())
            await Scene(telegram, poller, shelf).until(lambda: bool(shelf.offered))
            poller.stop()
            await task
            assert shelf.kept == [5]

    asyncio.run(play())


def test_cancelling_ends_it_as_well() -> None:
    async def play() -> None:
        async with scripted() as telegram, open_bot(TOKEN, telegram.url) as bot:
            telegram.usually("getUpdates", result([], after=30))
            task = asyncio.create_task(Poller(bot, Shelf(), pace=QUICK).run())
            await asyncio.sleep(0.1)
            task.cancel()
            await asyncio.wait([task], timeout=1)
            assert task.cancelled()

    asyncio.run(play())
