"""Methods of forum topics and pinned messages."""

from __future__ import annotations

from sandbox.errors import bad_request
from sandbox.methods.access import find_message, find_topic, open_chat
from sandbox.model import Chat, Json, Topic
from sandbox.params import Params
from sandbox.stickers import ICON_STICKERS
from sandbox.telegram import Telegram

MAX_NAME = 128
COLORS = (0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F)


def create_forum_topic(tg: Telegram, params: Params) -> Json:
    chat = open_chat(tg, params)
    if not chat.forum:
        raise bad_request("the chat is not a forum")
    if not chat.may(tg.bot.id, "can_manage_topics"):
        raise bad_request("not enough rights to create a topic")
    name = _name(params)
    color = params.integer("icon_color")
    if color is not None and color not in COLORS:
        raise bad_request("invalid forum topic icon color specified")
    icon = _icon(params)
    topic = start_topic(tg, chat, name, creator=tg.bot.id, icon=icon, color=color)
    return {"message_thread_id": topic.id, **_described(topic)}


def start_topic(
    tg: Telegram,
    chat: Chat,
    name: str,
    *,
    creator: int,
    icon: str = "",
    color: int | None = None,
) -> Topic:
    """Open a topic with the service message that gives it its id."""
    topic = Topic(
        id=chat.next_message_id,
        name=name,
        icon_color=color or COLORS[0],
        icon_custom_emoji_id=icon,
        creator=creator,
    )
    chat.topics[topic.id] = topic
    content = {"forum_topic_created": _described(topic)}
    tg.post_service(chat, content, author=creator, thread=topic.id)
    return topic


def edit_forum_topic(tg: Telegram, params: Params) -> bool:
    chat = open_chat(tg, params)
    topic = find_topic(tg, chat, params, deed="edit")
    wanted: Json = {}
    if "name" in params.values:
        wanted["name"] = _name(params)
    if "icon_custom_emoji_id" in params.values:
        wanted["icon_custom_emoji_id"] = _icon(params)
    change_topic(tg, chat, topic, author=tg.bot.id, wanted=wanted)
    return True


def change_topic(
    tg: Telegram, chat: Chat, topic: Topic, *, author: int, wanted: Json
) -> None:
    """Rename a topic or change its icon; no change is an error."""
    changed = {name: new for name, new in wanted.items() if new != getattr(topic, name)}
    if not changed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    for name, new in changed.items():
        setattr(topic, name, new)
    content = {"forum_topic_edited": changed}
    tg.post_service(chat, content, author=author, thread=topic.id)


def close_forum_topic(tg: Telegram, params: Params) -> bool:
    return _toggle(tg, params, closed=True)


def reopen_forum_topic(tg: Telegram, params: Params) -> bool:
    return _toggle(tg, params, closed=False)


def toggle_topic(
    tg: Telegram, chat: Chat, topic: Topic, *, author: int, closed: bool
) -> None:
    if topic.closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    kind = "forum_topic_closed" if closed else "forum_topic_reopened"
    tg.post_service(chat, {kind: {}}, author=author, thread=topic.id)


def delete_forum_topic(tg: Telegram, params: Params) -> bool:
    chat = open_chat(tg, params)
    topic = find_topic(tg, chat, params, deed="delete")
    if not chat.may(tg.bot.id, "can_delete_messages"):
        raise bad_request("not enough rights to delete the topic")
    remove_topic(tg, chat, topic)
    return True


def remove_topic(tg: Telegram, chat: Chat, topic: Topic) -> None:
    """Delete a topic with all its messages; nobody is told."""
    topic.deleted = True
    for message in chat.messages.values():
        if message.thread == topic.id:
            message.deleted = True
    tg.touch()


def get_forum_topic_icon_stickers(_tg: Telegram, _params: Params) -> list[Json]:
    return [
        {
            "file_id": f"sticker-{emoji_id}",
            "file_unique_id": f"s{emoji_id}",
            "type": "custom_emoji",
            "width": 512,
            "height": 512,
            "is_animated": True,
            "is_video": False,
            "emoji": emoji,
            "custom_emoji_id": emoji_id,
        }
        for emoji_id, emoji in ICON_STICKERS.items()
    ]


def pin_chat_message(tg: Telegram, params: Params) -> bool:
    chat = open_chat(tg, params)
    _check_pins(tg, chat)
    message = find_message(chat, params, "pin")
    if message.service:
        raise bad_request("service messages can't be pinned")
    message.pinned = True
    content = {"pinned_message": message.id}
    tg.post_service(chat, content, author=tg.bot.id, thread=message.thread)
    return True


def unpin_chat_message(tg: Telegram, params: Params) -> bool:
    """Unpin a message, or the newest pinned one if none is named."""
    chat = open_chat(tg, params)
    _check_pins(tg, chat)
    if params.integer("message_id") is not None:
        pinned = [find_message(chat, params, "unpin")]
    else:
        pinned = [found for found in chat.messages.values() if found.pinned][-1:]
    if not pinned:
        raise bad_request("message to unpin not found")
    pinned[0].pinned = False
    tg.touch()
    return True


def _toggle(tg: Telegram, params: Params, *, closed: bool) -> bool:
    chat = open_chat(tg, params)
    topic = find_topic(tg, chat, params, deed="close or open")
    toggle_topic(tg, chat, topic, author=tg.bot.id, closed=closed)
    return True


def _check_pins(tg: Telegram, chat: Chat) -> None:
    if chat.kind != "private" and not chat.may(tg.bot.id, "can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")


def _name(params: Params) -> str:
    name = params.text("name").strip()[:MAX_NAME]
    if not name:
        raise bad_request("TOPIC_TITLE_EMPTY")
    return name


def _icon(params: Params) -> str:
    icon = params.text("icon_custom_emoji_id")
    if icon and icon not in ICON_STICKERS:
        raise bad_request("DOCUMENT_INVALID")
    return icon


def _described(topic: Topic) -> Json:
    shown: Json = {"name": topic.name, "icon_color": topic.icon_color}
    if topic.icon_custom_emoji_id:
        shown["icon_custom_emoji_id"] = topic.icon_custom_emoji_id
    return shown
