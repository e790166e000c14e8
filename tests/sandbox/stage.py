"""A running sandbox with a group, two specialists, a partner and a real bot client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from telegram import Bot
from telegram.request import HTTPXRequest

from sandbox.server import Sandbox, Settings

GROUP = -1001
ANNA = 11  # an administrator who may manage topics
PYOTR = 12  # an ordinary member
OLGA = 21  # a partner who has started the bot
SILENT = 22  # one who has not
RIGHTS = {"can_manage_topics": True, "can_pin_messages": True}


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """The sandbox, the bot that serves in it, and the control API."""

    sandbox: Sandbox
    bot: Bot
    web: httpx.AsyncClient

    async def get(self, path: str) -> Any:
        return _checked(await self.web.get(path))

    async def post(self, path: str, **wish: Any) -> Any:
        return _checked(await self.web.post(path, json=wish))

    async def delete(self, path: str) -> Any:
        return _checked(await self.web.delete(path, headers=JSON))

    async def write(self, user: int, chat: int, text: str, **more: Any) -> Any:
        written = await self.post(
            f"chats/{chat}/messages", user_id=user, text=text, **more
        )
        return written[0]

    async def upload(
        self, user: int, chat: int, *files: tuple[str, bytes], **more: Any
    ) -> Any:
        parts = {f"file{n}": file for n, file in enumerate(files)}
        answer = await self.web.post(
            f"chats/{chat}/messages",
            data={"user_id": user, **more},
            files=parts,
            headers={"Origin": self.sandbox.url},
        )
        return _checked(answer)

    async def topic(self, name: str = "NN-1 Заявка") -> int:
        made = await self.bot.create_forum_topic(GROUP, name)
        return made.message_thread_id

    async def updates(self, **poll: Any) -> list[dict[str, Any]]:
        """Call getUpdates without a client's own ideas about it."""
        answer = await self.raw("getUpdates", **poll)
        return list(answer["result"])

    async def raw(self, method: str, **params: Any) -> Any:
        """Call a method and return its JSON, whatever it says."""
        url = f"{self.sandbox.base_url}{self.sandbox.settings.token}/{method}"
        body = json.dumps(params)
        return (await self.web.post(url, content=body, headers=JSON)).json()


JSON = {"Content-Type": "application/json"}


def _checked(answer: httpx.Response) -> Any:
    if answer.is_error:
        raise ControlError(answer.status_code, answer.text)
    return answer.json()


class ControlError(Exception):
    """The control API refused."""


@asynccontextmanager
async def setting(settings: Settings) -> AsyncIterator[Stage]:
    async with (
        Sandbox(settings) as sandbox,
        httpx.AsyncClient(
            base_url=f"{sandbox.url}/sandbox/api/", timeout=PATIENCE, **PLAIN
        ) as web,
        Bot(
            settings.token,
            base_url=sandbox.base_url,
            base_file_url=sandbox.file_base_url,
            request=_request(),
            get_updates_request=_request(),
        ) as bot,
    ):
        yield Stage(sandbox=sandbox, bot=bot, web=web)


# Reading the certificates takes each client a tenth of a second.
#: What a busy machine may take to answer, in seconds.
PATIENCE = 30.0
PLAIN: dict[str, Any] = {"verify": False}


def _request() -> HTTPXRequest:
    return HTTPXRequest(
        connect_timeout=PATIENCE,
        read_timeout=PATIENCE,
        write_timeout=PATIENCE,
        pool_timeout=PATIENCE,
        httpx_kwargs=PLAIN,
    )


async def furnish(stage: Stage) -> None:
    people = {ANNA: "Анна", PYOTR: "Пётр", OLGA: "Ольга", SILENT: "Нина"}
    for user_id, name in people.items():
        await stage.post("users", id=user_id, first_name=name, started=user_id == OLGA)
    await stage.post(
        "groups",
        id=GROUP,
        title="Поддержка",
        members={
            ANNA: {"status": "administrator", "rights": RIGHTS},
            PYOTR: {"status": "member"},
        },
    )


def play(scene: Callable[[Stage], Awaitable[None]], **settings: Any) -> None:
    """Run one scene on a fresh stage."""

    async def run() -> None:
        async with setting(Settings(**settings)) as stage:
            await furnish(stage)
            await scene(stage)

    asyncio.run(run())
