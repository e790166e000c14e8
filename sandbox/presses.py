"""What people do to messages: press buttons and react."""

from __future__ import annotations

import asyncio

from sandbox.errors import RefusedError
from sandbox.methods.reacting import REACTIONS
from sandbox.model import Callback, Json, Message
from sandbox.people import find_user
from sandbox.render import render_chat, render_user
from sandbox.telegram import Telegram


def find_button(message: Message, button: int | None, data: str | None) -> str:
    """Return a button's data; it is named by index, row by row from 0, or by data."""
    rows = (message.markup or {}).get("inline_keyboard", [])
    buttons = [found.get("callback_data") for row in rows for found in row]
    if button is not None:
        buttons = buttons[button : button + 1]
    fitting = [found for found in buttons if found and data in {None, found}]
    if not fitting:
        raise RefusedError("there is no such button", status=404)
    return str(fitting[0])


def press(tg: Telegram, user_id: int, message: Message, *, data: str) -> Callback:
    """Press the button that has this data."""
    user = find_user(tg, user_id)
    callback = Callback(
        id=f"{tg.world.number()}{user_id}",
        user_id=user.id,
        chat_id=message.chat_id,
        message_id=message.id,
        data=data,
    )
    tg.world.callbacks[callback.id] = callback
    query = {
        "id": callback.id,
        "from": render_user(user),
        "chat_instance": str(message.chat_id),
        "data": callback.data,
        "message": tg.render(message),
    }
    tg.updates.put("callback_query", query)
    return callback


async def toast(tg: Telegram, callback: Callback, wait: float) -> Json | None:
    """Return the bot's answer to a press; None if it gives none in ``wait`` seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + wait
    while callback.answer is None and (left := end - loop.time()) > 0:
        try:
            async with asyncio.timeout(left):
                await tg.answered.wait()
        except TimeoutError:
            break
    return callback.answer


def react(tg: Telegram, user_id: int, message: Message, *, emoji: list[str]) -> None:
    """Set a person's reactions; the bot hears of it if it asked to."""
    user = find_user(tg, user_id)
    if not set(emoji) <= REACTIONS:
        raise RefusedError("REACTION_INVALID")
    before = message.reactions.get(user.id, [])
    message.reactions[user.id] = emoji
    tg.touch()
    chat = tg.world.chats[message.chat_id]
    if chat.kind != "private" and chat.status(tg.bot.id) != "administrator":
        return
    change = {
        "chat": render_chat(tg.world, chat),
        "message_id": message.id,
        "user": render_user(user),
        "date": tg.now(),
        "old_reaction": [{"type": "emoji", "emoji": one} for one in before],
        "new_reaction": [{"type": "emoji", "emoji": one} for one in emoji],
    }
    tg.updates.put("message_reaction", change)
