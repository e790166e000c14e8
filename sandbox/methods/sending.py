"""Methods that put new messages into a chat."""

from __future__ import annotations

from typing import Any

from sandbox.errors import bad_request
from sandbox.methods.access import (
    find_chat,
    find_message,
    open_chat,
    reply_of,
    thread_of,
)
from sandbox.methods.markup import read_markup
from sandbox.methods.media import (
    AUDIO,
    DOCUMENT,
    KINDS,
    PHOTO,
    VIDEO,
    VOICE,
    Kind,
    take_media,
)
from sandbox.model import Chat, Json, Message
from sandbox.params import Params
from sandbox.telegram import Telegram
from sandbox.words import read_caption, read_message_text, worded

ALBUM = range(2, 11)
# Documents go with documents and music with music; pictures and films mix.
_ALONE = {"document", "audio"}


def send_message(tg: Telegram, params: Params) -> Json:
    chat = open_chat(tg, params)
    content = worded(*read_message_text(params))
    return tg.render(_deliver(tg, chat, params, content=content))


def send_document(tg: Telegram, params: Params) -> Json:
    return _send_media(tg, params, DOCUMENT)


def send_photo(tg: Telegram, params: Params) -> Json:
    return _send_media(tg, params, PHOTO)


def send_video(tg: Telegram, params: Params) -> Json:
    return _send_media(tg, params, VIDEO)


def send_audio(tg: Telegram, params: Params) -> Json:
    return _send_media(tg, params, AUDIO)


def send_voice(tg: Telegram, params: Params) -> Json:
    return _send_media(tg, params, VOICE)


def send_media_group(tg: Telegram, params: Params) -> list[Json]:
    chat = open_chat(tg, params)
    items = [_item(item) for item in params.listed("media")]
    if len(items) not in ALBUM:
        raise bad_request("message group must have from 2 to 10 items")
    kinds = {item["type"] for item in items}
    for kind in sorted(kinds & _ALONE):
        if kinds != {kind}:
            raise bad_request(f"{kind} can't be mixed with other media types")
    parts = [params.with_values(item) for item in items]
    contents = [
        take_media(tg, part, KINDS[part.text("type")], name="media")
        | read_caption(part)
        for part in parts
    ]
    album = {"media_group_id": str(tg.world.number())}
    plain = params.with_values({**params.values, "reply_markup": None})
    sent = [_deliver(tg, chat, plain, content=content | album) for content in contents]
    return [tg.render(message) for message in sent]


def copy_message(tg: Telegram, params: Params) -> Json:
    chat = open_chat(tg, params)
    source = find_chat(tg, params, "from_chat_id")
    original = find_message(source, params, "copy")
    if original.service:
        raise bad_request("message can't be copied")
    content = {
        name: value
        for name, value in original.content.items()
        if name != "media_group_id"
    }
    if "caption" in params.values and "text" not in content:
        content |= {"caption": None, "caption_entities": None} | read_caption(params)
        content = {name: value for name, value in content.items() if value}
    return {"message_id": _deliver(tg, chat, params, content=content).id}


def copy_messages(tg: Telegram, params: Params) -> list[Json]:
    """Copy many, albums as albums; what cannot be copied is skipped without a word."""
    ids = params.listed("message_ids")
    if not 1 <= len(ids) <= 100 or sorted(set(ids)) != ids:
        raise bad_request("message identifiers must be in a strictly increasing order")
    chat, source = open_chat(tg, params), find_chat(tg, params, "from_chat_id")
    albums: dict[str, str] = {}
    copied: list[Json] = []
    for message_id in ids:
        original = source.messages.get(message_id)
        if original is None or original.deleted or original.service:
            continue
        content = dict(original.content)
        if "media_group_id" in content:
            fresh = albums.setdefault(content["media_group_id"], str(tg.world.number()))
            content["media_group_id"] = fresh
        copy = _deliver(tg, chat, params, content=content)
        copied.append({"message_id": copy.id})
    if not copied:
        raise bad_request("there are no messages to copy")
    return copied


def _send_media(tg: Telegram, params: Params, kind: Kind) -> Json:
    chat = open_chat(tg, params)
    caption = read_caption(params)
    thread_of(tg, chat, params)  # refuse before the file is kept
    content = take_media(tg, params, kind, name=kind.name) | caption
    return tg.render(_deliver(tg, chat, params, content=content))


def _deliver(tg: Telegram, chat: Chat, params: Params, *, content: Json) -> Message:
    reply_to = reply_of(chat, params)
    message = Message(
        id=0,
        chat_id=chat.id,
        date=tg.now(),
        author=tg.bot.id,
        content=content,
        thread=thread_of(tg, chat, params),
        reply_to=reply_to,
        markup=read_markup(params),
    )
    return tg.post(chat, message)


def _item(item: Any) -> Json:
    if not isinstance(item, dict) or item.get("type") not in {
        "document",
        "photo",
        "video",
        "audio",
    }:
        raise bad_request("can't parse InputMedia: wrong type")
    return item
