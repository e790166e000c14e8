"""What people do: come, write, edit, block."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sandbox.errors import ApiError, RefusedError
from sandbox.methods.media import DOCUMENT, KINDS, keep_upload, media_field
from sandbox.model import ADMINS, PRESENT, Chat, Json, Message, User
from sandbox.params import Upload
from sandbox.render import private_member, render_chat, render_user
from sandbox.telegram import Telegram
from sandbox.words import captioned, find_entities, worded

_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Writing:
    """What a person sends; ``kind`` is that of the file, ``album`` its group."""

    text: str = ""
    thread: int | None = None
    reply_to: int | None = None
    anonymous: bool = False
    kind: str = DOCUMENT.name
    album: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Author:
    """Who writes where; in a private chat both ids are the person's."""

    user_id: int
    chat_id: int


def add_user(tg: Telegram, user: User) -> User:
    """Add a person, or rename the one who has that id; 0 makes an id up."""
    user.id = user.id or 500_000 + tg.world.number()
    known = tg.world.users.get(user.id)
    if known is not None:
        known.first_name, known.last_name = user.first_name, user.last_name
        known.username = user.username
    else:
        tg.world.users[user.id] = user
        if user.started:
            _private_chat(tg, user)
    tg.touch()
    return known or user


def find_user(tg: Telegram, user_id: int) -> User:
    try:
        return tg.world.users[user_id]
    except KeyError:
        raise RefusedError(f"there is no user {user_id}", status=404) from None


def find_chat(tg: Telegram, chat_id: int) -> Chat:
    try:
        return tg.world.chats[chat_id]
    except KeyError:
        raise RefusedError(f"there is no chat {chat_id}", status=404) from None


def find_message(chat: Chat, message_id: int) -> Message:
    message = chat.messages.get(message_id)
    if message is None or message.deleted:
        raise RefusedError(f"there is no message {message_id}", status=404)
    return message


def write(
    tg: Telegram, author: Author, writing: Writing, *, upload: Upload | None = None
) -> Message:
    """Post a person's message, and tell the bot."""
    user = find_user(tg, author.user_id)
    own = author.chat_id == author.user_id
    if own and not (user.started or _is_start(writing.text)):
        raise RefusedError("the person has not started the bot: /start comes first")
    chat = _private_chat(tg, user) if own else find_chat(tg, author.chat_id)
    _check_may_write(chat, user, writing)
    message = Message(
        id=0,
        chat_id=chat.id,
        date=tg.now(),
        author=user.id,
        content=_content(tg, writing, upload),
        anonymous=writing.anonymous,
        thread=writing.thread,
        reply_to=writing.reply_to,
    )
    tg.post(chat, message)
    tg.tell(message)
    return message


def start(tg: Telegram, user_id: int, payload: str = "") -> Message:
    """Press START, or open ``t.me/bot?start=payload``, as a person does."""
    if not _PAYLOAD.fullmatch(payload):
        raise RefusedError("Telegram takes no such link: at most 64 of A-Z a-z 0-9 _ -")
    author = Author(user_id=user_id, chat_id=user_id)
    return write(tg, author, Writing(text=f"/start {payload}".strip()))


def _is_start(text: str) -> bool:
    return text.split(maxsplit=1)[:1] == ["/start"]


async def write_album(
    tg: Telegram,
    author: Author,
    writing: Writing,
    *,
    uploads: Sequence[Upload],
    gap: float,
) -> list[Message]:
    """Post an album part by part, ``gap`` seconds apart; the first has the text."""
    album = writing.album or f"album{tg.world.number()}"
    messages = []
    for place, upload in enumerate(uploads):
        if place:
            await asyncio.sleep(gap)
        part = replace(writing, album=album, text="" if place else writing.text)
        messages.append(write(tg, author, part, upload=upload))
    return messages


def edit(tg: Telegram, message: Message, text: str | None) -> None:
    """Change a message's words; None touches it without a visible change."""
    if find_user(tg, message.author).blocked and message.chat_id == message.author:
        raise RefusedError("the person has blocked the bot")
    if text is not None:
        kept = {
            name: value
            for name, value in message.content.items()
            if name not in {"text", "entities", "caption", "caption_entities"}
        }
        fresh = worded if "text" in message.content else captioned
        message.content = kept | fresh(text, find_entities(text))
    message.edited = tg.now()
    tg.touch()
    tg.tell(message, "edited_message")


def set_blocked(tg: Telegram, user_id: int, *, blocked: bool) -> None:
    """Block or unblock the bot; it is told as a change of its membership."""
    user = find_user(tg, user_id)
    if user.blocked == blocked:
        return
    user.blocked = blocked
    chat = _private_chat(tg, user) if not blocked else tg.world.chats.get(user.id)
    if chat is None:
        return
    statuses = ("member", "kicked") if blocked else ("kicked", "member")
    change: dict[str, Any] = {
        "chat": render_chat(tg.world, chat),
        "from": render_user(user),
        "date": tg.now(),
        "old_chat_member": private_member(tg.bot, statuses[0]),
        "new_chat_member": private_member(tg.bot, statuses[1]),
    }
    tg.touch()
    tg.updates.put("my_chat_member", change)


def _private_chat(tg: Telegram, user: User) -> Chat:
    if user.blocked:
        raise RefusedError("the person has blocked the bot")
    user.started = True
    return tg.world.chats.setdefault(user.id, Chat(id=user.id, kind="private"))


def _check_may_write(chat: Chat, user: User, writing: Writing) -> None:
    if user.deactivated:
        raise RefusedError("the person is deactivated")
    _check_presence(chat, user)
    if writing.anonymous and chat.status(user.id) not in ADMINS:
        raise RefusedError("only an administrator writes as the group")
    if chat.migrated_to is not None:
        raise RefusedError("the group has moved")
    if writing.thread is not None:
        _check_topic(chat, user, writing.thread)
    if writing.reply_to is not None:
        find_message(chat, writing.reply_to)


def _check_presence(chat: Chat, user: User) -> None:
    if chat.kind != "private" and chat.status(user.id) not in PRESENT:
        raise RefusedError("the person is not in the group")
    if chat.kind == "private" and chat.id != user.id:
        raise RefusedError("that is another person's private chat")


def _check_topic(chat: Chat, user: User, thread: int) -> None:
    topic = chat.topics.get(thread)
    if topic is None or topic.deleted:
        raise RefusedError(f"there is no topic {thread}", status=404)
    if topic.closed and not chat.may(user.id, "can_manage_topics"):
        raise RefusedError("TOPIC_CLOSED")


def _content(tg: Telegram, writing: Writing, upload: Upload | None) -> Json:
    text = writing.text.strip()
    entities = find_entities(text)
    if upload is None:
        if not text:
            raise RefusedError("there is nothing to send")
        return worded(text, entities)
    kind = KINDS.get(writing.kind)
    if kind is None:
        raise RefusedError(f"kind is one of {', '.join(KINDS)}")
    try:
        stored = keep_upload(tg, upload, kind)
    except ApiError as error:
        raise RefusedError(error.description) from error
    content = media_field(stored, kind) | captioned(text, entities)
    return content | {"media_group_id": writing.album} if writing.album else content
