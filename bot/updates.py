"""A Telegram update is read into what happened, in the desk's own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.fields import NOT_CARRIED, Json, number, text_of
from bot.media import files_of
from bot.private import read_membership, read_private, replied_to
from bot.text import clean
from tickets import lanes
from tickets.talk import (
    Happening,
    Migrated,
    Nothing,
    Pressed,
    Said,
    TopicMade,
    TopicMoved,
)

#: Telegram's stand-in for administrators who hide who they are.
ANONYMOUS_ADMIN = 1087968824
#: What to ask getUpdates for; anything else is Nothing.
SERVED = ("message", "callback_query", "my_chat_member")

#: A button's data may be forged by whoever presses it, so its shape is checked.
_BUTTON = re.compile(
    r"(?P<action>accept|reject):(?P<comment>[0-9]{1,18})"
    r"|(?!accept:|reject:)(?P<other>[a-z-]{1,20}):(?P<subject>[A-Za-z0-9-]{1,40})"
)


def read(update: Mapping[str, Any], bot_id: int) -> Happening:
    """Return what an update means; Nothing, with the reason, if it means nothing.

    ``bot_id`` is the bot's own user id: its service messages come back as
    updates. Never raises, whatever the JSON.
    """
    try:
        return _read(update, bot_id)
    except (LookupError, TypeError, ValueError, AttributeError) as trouble:
        return Nothing(reason=f"malformed: {type(trouble).__name__}")


def lane_of(update: Mapping[str, Any]) -> str:
    """Return the lane in whose order the update must be handled; never raises."""
    match update:
        case {"message": {"chat": {"id": int(chat)}} as message}:
            return lanes.chat_arrivals(chat, thread_of(message))
        case {"callback_query": {"message": {"chat": {"id": int(chat)}} as message}}:
            return lanes.chat_arrivals(chat, thread_of(message))
        case {"my_chat_member": {"chat": {"id": int(chat)}}}:
            return lanes.chat_arrivals(chat, None)
        case _:
            return lanes.chat_arrivals(0, None)


def thread_of(message: Json) -> int | None:
    """Return the topic's id; None in General and where there are no topics.

    Outside topics Telegram gives replies a thread id too.
    """
    match message:
        case {"is_topic_message": True, "message_thread_id": int(thread)}:
            return thread
        case _:
            return None


def _read(update: Json, bot_id: int) -> Happening:
    match update:
        case {"message": {"chat": {"type": "private"}} as message}:
            return read_private(message)
        case {"my_chat_member": {"chat": {"type": "private"}} as change}:
            return read_membership(change)
        case {"message": {"chat": {"type": "group" | "supergroup"}} as message}:
            return _read_message(message, bot_id)
        case {"callback_query": query}:
            return _read_press(query)
        case _:
            kinds = [key for key in update if key != "update_id"]
            return Nothing(reason=f"not-served: {', '.join(map(str, kinds))[:60]}")


def _read_message(message: Json, bot_id: int) -> Happening:
    chat = number(message["chat"]["id"])
    match message:
        case {"migrate_to_chat_id": int(new)}:
            return Migrated(chat=chat, new_chat=new)
        case {"migrate_from_chat_id": int(old)}:
            return Migrated(chat=old, new_chat=chat)
        case {"from": {"id": int(author)}} if author == bot_id:
            return _read_own(message, chat)
        case {"forum_topic_closed": _} | {"forum_topic_reopened": _}:
            return TopicMoved(
                chat=chat,
                thread_id=number(message["message_thread_id"]),
                author=number(message["from"]["id"]),
                closed="forum_topic_closed" in message,
            )
        case _:
            return _read_said(message, chat)


def _read_own(message: Json, chat: int) -> Happening:
    match message:
        case {"forum_topic_created": {"name": str(name)}}:
            thread = number(message["message_thread_id"])
            return TopicMade(chat=chat, thread_id=thread, name=clean(name))
        case _:
            return Nothing(reason="own-message")


def _read_said(message: Json, chat: int) -> Happening:
    files = files_of(message)
    text = text_of(message)
    if not text and not files and NOT_CARRIED.isdisjoint(message):
        return Nothing(reason="says-nothing")
    author = number(message["from"]["id"])
    return Said(
        chat=chat,
        thread_id=thread_of(message),
        message_id=number(message["message_id"]),
        author=author,
        anonymous=author == ANONYMOUS_ADMIN or "sender_chat" in message,
        text=text,
        files=files,
        reply_to=_answered(message),
    )


def _answered(message: Json) -> int | None:
    """Return what a message answers; in a topic each answers the one that made it."""
    replied = replied_to(message)
    return None if replied == thread_of(message) else replied


def _read_press(query: Json) -> Happening:
    data = query.get("data")
    found = _BUTTON.fullmatch(data) if isinstance(data, str) else None
    if found is None or "message" not in query:
        return Nothing(reason="unknown-button")
    return Pressed(
        callback_id=str(query["id"]),
        chat=number(query["message"]["chat"]["id"]),
        author=number(query["from"]["id"]),
        action=found["action"] or found["other"],
        subject=found["comment"] or found["subject"],
    )
