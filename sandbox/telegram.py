"""The Telegram of the sandbox: one bot, and what both of its sides do.

The bot's methods (``methods``) and the people (``people``, ``groups``) meet
here and nowhere else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import time

from sandbox.calls import Calls
from sandbox.faults import Faults
from sandbox.files import Files
from sandbox.model import PRESENT, Chat, Json, Message, StoredFile, User, World
from sandbox.params import Upload
from sandbox.rates import Mode, Rates
from sandbox.render import render_message
from sandbox.snapshot import dump_world, load_world, save_snapshot
from sandbox.updates import Updates

TOKEN = "100200300:SANDBOX-bot-of-this-machine-alone"  # noqa: S105 - opens only this
SAVE_PAUSE = 0.1


class Telegram:
    """State, clock, limits, faults and log of the one bot that ``token`` opens.

    ``window_scale`` shortens every rate window and poll penalty.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        state_path: Path | None = None,
        rate_mode: Mode = "off",
        clock: Callable[[], float] = time,
        window_scale: float = 1.0,
    ) -> None:
        self.token = token
        self.clock = clock
        self.world = (state_path and load_world(state_path)) or _new_world(token)
        self.rates = Rates(mode=rate_mode, clock=clock, scale=window_scale)
        self.faults = Faults()
        self.calls = Calls()
        self.files = Files(state_path and state_path.with_suffix(".files"))
        self.updates = Updates(
            self.world.queue, clock=clock, scale=window_scale, changed=self.touch
        )
        self.version = 0
        self.closing = asyncio.Event()
        self.answered = asyncio.Event()
        self._state_path = state_path
        self._saved_version = 0

    @property
    def bot(self) -> User:
        return self.world.bot

    def now(self) -> int:
        """Return the clock's time in whole seconds, as messages carry it."""
        return int(self.clock())

    def touch(self) -> None:
        """Note that something changed: the page looks again, the state is saved."""
        self.version += 1

    def post(self, chat: Chat, message: Message) -> Message:
        """Give a message the next id of its chat and keep it."""
        if chat.kind == "private":
            message.id = self.world.next_private_message_id
            self.world.next_private_message_id += 1
        else:
            message.id = chat.next_message_id
            chat.next_message_id += 1
        chat.messages[message.id] = message
        self.touch()
        return message

    def post_service(
        self, chat: Chat, content: Json, *, author: int, thread: int | None = None
    ) -> Message:
        """Post a service message; the bot gets even its own as an update."""
        message = self.post(
            chat,
            Message(
                id=0,
                chat_id=chat.id,
                date=self.now(),
                author=author,
                content=content,
                thread=thread,
                service=True,
            ),
        )
        self.tell(message)
        return message

    def tell(self, message: Message, kind: str = "message") -> None:
        """Queue an update about a message that the bot may see."""
        chat = self.world.chats[message.chat_id]
        if chat.kind == "private" or self._hears(chat, message):
            self.updates.put(kind, self.render(message))

    def render(self, message: Message) -> Json:
        return render_message(self.world, message)

    def store(self, upload: Upload, kind: str, *, path: str, extra: Json) -> StoredFile:
        """Keep an uploaded file; ``extra`` are its kind's own fields."""
        number = self.world.number()
        self.files.write(number, upload.content)
        stored = StoredFile(
            id=f"{kind}-{number}-{self.bot.id}",
            number=number,
            kind=kind,
            name=upload.name,
            media_type=upload.media_type,
            size=len(upload.content),
            path=path.format(number=number),
            extra=extra,
        )
        self.world.files[stored.id] = stored
        return stored

    def answer_callback(self, callback_id: str, answer: Json) -> None:
        self.world.callbacks[callback_id].answer = answer
        self.answered.set()
        self.answered = asyncio.Event()
        self.touch()

    def close(self) -> None:
        """Let everything that waits go."""
        self.closing.set()
        self.updates.close()

    async def keep_saved(self) -> None:
        """Save the state after each change until closed; not to be cancelled.

        A save that were cancelled would go on in its thread beside the last one.
        """
        while not self.closing.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(SAVE_PAUSE):
                    await self.closing.wait()
            await self.save()

    async def save(self) -> None:
        if self._state_path is None or self.version == self._saved_version:
            return
        version, dumped = self.version, dump_world(self.world)
        await asyncio.to_thread(save_snapshot, self._state_path, dumped)
        self._saved_version = version

    def _hears(self, chat: Chat, message: Message) -> bool:
        """Tell whether the bot sees it: an admin all, else what is meant for it."""
        status = chat.status(self.bot.id)
        if status not in PRESENT:
            return False
        if status != "member" or message.service:
            return True
        text = str(message.content.get("text", ""))
        target = chat.messages.get(message.reply_to or 0)
        to_bot = target is not None and target.author == self.bot.id
        return text.startswith("/") or f"@{self.bot.username}" in text or to_bot


def _new_world(token: str) -> World:
    bot = User(
        id=int(token.partition(":")[0]),
        first_name="Заявка",
        username="zayavka_sandbox_bot",
        is_bot=True,
    )
    return World(bot=bot)
