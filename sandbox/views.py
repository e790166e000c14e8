"""What the control API and the page show of the world."""

from __future__ import annotations

from typing import Any

from sandbox.hypertext import write_html
from sandbox.methods.media import KINDS
from sandbox.model import ADMINS, PRESENT, Chat, Json, Message, Topic, User, World
from sandbox.render import find_user, render_message

_MEDIA = tuple(KINDS)


def user_view(user: User) -> Json:
    return {
        "id": user.id,
        "name": f"{user.first_name} {user.last_name}".strip(),
        "username": user.username,
        "is_bot": user.is_bot,
        "started": user.started,
        "blocked": user.blocked,
        "deactivated": user.deactivated,
    }


def chat_view(world: World, chat: Chat) -> Json:
    title = chat.title
    if chat.kind == "private":
        title = user_view(world.users[chat.id])["name"]
    return {
        "id": chat.id,
        "kind": chat.kind,
        "title": title,
        "forum": chat.forum,
        "migrated_to": chat.migrated_to,
        "bot": chat.status(world.bot.id),
        "members": [
            {"id": known, "status": member.status, "admin": member.status in ADMINS}
            for known, member in chat.members.items()
            if member.status in PRESENT and known != world.bot.id
        ],
        "topics": topic_views(chat),
        **_last(chat, None),
    }


def topic_views(chat: Chat) -> list[Json]:
    """Return the topics, the one with the newest message first."""
    topics = [_topic_view(chat, topic) for topic in chat.topics.values()]
    return sorted(topics, key=lambda view: view["last_id"], reverse=True)


def _topic_view(chat: Chat, topic: Topic) -> Json:
    return {
        "id": topic.id,
        "name": topic.name,
        "icon_color": topic.icon_color,
        "icon_custom_emoji_id": topic.icon_custom_emoji_id,
        "creator": topic.creator,
        "closed": topic.closed,
        "deleted": topic.deleted,
        **_last(chat, topic.id),
    }


def _last(chat: Chat, thread: int | None) -> Json:
    """Describe the newest message and the number of them."""
    shown = [
        message
        for message in chat.messages.values()
        if message.thread == thread and not message.deleted
    ]
    newest = shown[-1] if shown else None
    return {
        "count": len(shown),
        "last_id": newest.id if newest else thread or 0,
        "last_at": newest.date if newest else 0,
        "last_text": _words(newest)[0] if newest else "",
    }


def message_view(world: World, message: Message) -> Json:
    text, entities = _words(message)
    author = find_user(world, message.author)
    return {
        "id": message.id,
        "chat_id": message.chat_id,
        "thread": message.thread,
        "from": user_view(author),
        "anonymous": message.anonymous,
        "date": message.date,
        "text": text,
        "entities": entities,
        "html": write_html(text, entities),
        "reply_to": message.reply_to,
        "reply_markup": message.markup,
        "reactions": [
            {"user_id": known, "emoji": one}
            for known, emoji in message.reactions.items()
            for one in emoji
        ],
        "file": _file_view(world, message),
        "album": message.content.get("media_group_id"),
        "service": message.content if message.service else None,
        "pinned": message.pinned,
        "edited": message.edited,
        "deleted": message.deleted,
        "message": render_message(world, message),
    }


def _words(message: Message) -> tuple[str, list[Any]]:
    content = message.content
    name, entities = "text", "entities"
    if "text" not in content:
        name, entities = "caption", "caption_entities"
    return content.get(name, ""), content.get(entities, [])


def _file_view(world: World, message: Message) -> Json | None:
    kind = next((known for known in _MEDIA if known in message.content), None)
    if kind is None:
        return None
    shown = message.content[kind]
    file_id = (shown[0] if kind == "photo" else shown)["file_id"]
    stored = world.files[file_id]
    return {
        "kind": kind,
        "file_id": file_id,
        "name": stored.name,
        "media_type": stored.media_type,
        "size": stored.size,
        "url": f"/sandbox/api/files/{file_id}",
    }
