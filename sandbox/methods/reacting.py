"""Methods that answer people: reactions and button presses."""

from __future__ import annotations

from typing import Any

from telegram.constants import ReactionEmoji

from sandbox.errors import bad_request
from sandbox.methods.access import find_message, open_chat
from sandbox.params import Params
from sandbox.telegram import Telegram

MAX_TOAST = 200
REACTIONS = frozenset(str(emoji.value) for emoji in ReactionEmoji)


def set_message_reaction(tg: Telegram, params: Params) -> bool:
    chat = open_chat(tg, params)
    message = find_message(chat, params, "react")
    emoji = [_emoji(reaction) for reaction in params.listed("reaction")]
    if len(emoji) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    album = message.content.get("media_group_id")
    if album is not None:  # it lands on the album's first message
        message = next(
            found
            for found in chat.messages.values()
            if found.content.get("media_group_id") == album and not found.deleted
        )
    message.reactions[tg.bot.id] = emoji
    tg.touch()
    return True


def answer_callback_query(tg: Telegram, params: Params) -> bool:
    callback = tg.world.callbacks.get(params.text("callback_query_id"))
    if callback is None:
        raise bad_request(
            "query is too old and response timeout expired or query ID is invalid"
        )
    text = params.text("text")
    if len(text) > MAX_TOAST:
        raise bad_request("MESSAGE_TOO_LONG")
    answer = {
        "text": text,
        "show_alert": params.flag("show_alert"),
        "url": params.text("url"),
    }
    if callback.answer is None:
        tg.answer_callback(callback.id, answer)
    return True


def _emoji(reaction: Any) -> str:
    match reaction:
        case {"type": "emoji", "emoji": str(emoji)} if emoji in REACTIONS:
            return emoji
        case {"type": "emoji" | "custom_emoji" | "paid"}:
            raise bad_request("REACTION_INVALID")
        case _:
            raise bad_request("can't parse reaction type")
