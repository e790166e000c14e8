"""Calls are made, each tried once and answered with what became of it."""

from __future__ import annotations

from typing import Any

from telegram import Bot, InputFile
from telegram.error import TelegramError

from bot.call import Call
from bot.client import READ_SECONDS
from bot.outcome import ChatAnswer, is_about_entities, judge
from tickets.letter import File
from tickets.sending import Never, Sent

#: getFile serves no more (Bot API, getFile).
DOWNLOAD_LIMIT = 20 * 1024 * 1024
DOWNLOAD_SECONDS = 60.0
_MARKUP = ("parse_mode", "entities", "caption_entities")


class TelegramSender:
    """The way out to Telegram."""

    def __init__(self, bot: Bot, *, read_seconds: float = READ_SECONDS) -> None:
        self._bot = bot
        self._read_seconds = read_seconds

    async def send(self, call: Call, file: File | None = None) -> ChatAnswer:
        """Try once; never raises for what Telegram or the network does.

        ``file`` is what ``call.file`` names. ``Sent.facts`` has ``message_id`` and
        ``message_thread_id`` where the result has them. A getFile is a ``fetch``.
        """
        if call.method == "getFile":
            return await self.fetch(str(call.params["file_id"]))
        params: dict[str, Any] = dict(call.params)
        if call.file is not None:
            if file is None:
                raise ValueError(f"{call.method} comes without {call.file.name!r}")
            params["document"] = InputFile(file.content, filename=call.file.name)
        try:
            return _sent(await self._call(call.method, params))
        except TelegramError as error:
            return judge(call.method, error, in_group=_is_in_group(call))

    async def answers(self) -> bool:
        """Say whether the Bot API answers now; asks for nothing that changes."""
        try:
            await self._once("getMe", {})
        except TelegramError:
            return False
        return True

    async def fetch(self, remote_id: str) -> ChatAnswer:
        """Download a file; ``Sent.facts["content"]`` has its bytes."""
        try:
            file = await self._bot.get_file(remote_id)
            if (file.file_size or 0) > DOWNLOAD_LIMIT:
                return Never(f"the file has {file.file_size} bytes")
            content = await file.download_as_bytearray(read_timeout=DOWNLOAD_SECONDS)
        except TelegramError as error:
            return judge("getFile", error)
        return Sent(file.file_unique_id, {"content": bytes(content)})

    async def _call(self, method: str, params: dict[str, Any]) -> object:
        """Make the call; words whose markup is refused go as plain text."""
        try:
            return await self._once(method, params)
        except TelegramError as error:
            plain = {key: params[key] for key in params if key not in _MARKUP}
            if plain.keys() == params.keys() or not is_about_entities(error):
                raise
        return await self._once(method, plain)

    async def _once(self, method: str, params: dict[str, Any]) -> object:
        result: object = await self._bot.do_api_request(
            method, api_kwargs=params, read_timeout=self._read_seconds
        )
        return result


def _is_in_group(call: Call) -> bool:
    chat = call.params.get("chat_id")
    return isinstance(chat, int) and chat < 0


def _sent(result: object) -> Sent:
    if not isinstance(result, dict):
        return Sent("done")
    names = ("message_id", "message_thread_id")
    facts = {name: result[name] for name in names if name in result}
    receipt = next(iter(facts.values()), "done")
    return Sent(str(receipt), facts)
