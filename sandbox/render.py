"""The sandbox's records in the Bot API's JSON."""

from __future__ import annotations

from sandbox.model import ANONYMOUS_ADMIN, Chat, Json, Message, User, World

_ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
)


def render_user(user: User) -> Json:
    shown: Json = {
        "id": user.id,
        "is_bot": user.is_bot,
        "first_name": user.first_name,
    }
    optional = {"last_name": user.last_name, "username": user.username}
    if not user.is_bot:
        optional["language_code"] = user.language_code
    return shown | {name: value for name, value in optional.items() if value}


def render_me(user: User) -> Json:
    return render_user(user) | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def render_chat(world: World, chat: Chat) -> Json:
    if chat.kind == "private":
        user = world.users[chat.id]
        names = {
            "first_name": user.first_name,
            "last_name": user.last_name,
            "username": user.username,
        }
        given = {name: value for name, value in names.items() if value}
        return {"id": chat.id, "type": "private", **given}
    shown: Json = {"id": chat.id, "type": chat.kind, "title": chat.title}
    return shown | {"is_forum": True} if chat.forum else shown


def render_full_chat(world: World, chat: Chat) -> Json:
    full = render_chat(world, chat) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }
    pinned = [found for found in chat.messages.values() if found.pinned]
    if pinned:
        full["pinned_message"] = render_message(world, pinned[-1], nested=True)
    return full


def render_member(chat: Chat, user: User) -> Json:
    status = chat.status(user.id)
    shown: Json = {"status": status, "user": render_user(user)}
    if status == "administrator":
        rights = chat.members[user.id].rights
        shown |= {"can_be_edited": False, "is_anonymous": False}
        shown |= {right: rights.get(right, False) for right in _ADMIN_RIGHTS}
        shown["can_manage_chat"] = True
    elif status == "creator":
        shown["is_anonymous"] = False
    elif status == "kicked":
        shown["until_date"] = 0
    return shown


def private_member(bot: User, status: str) -> Json:
    """Describe the bot in a private chat: ``member``, or ``kicked`` when blocked."""
    shown: Json = {"status": status, "user": render_user(bot)}
    return shown | {"until_date": 0} if status == "kicked" else shown


def render_message(world: World, message: Message, *, nested: bool = False) -> Json:
    """Show a message as updates and answers do.

    A plain message in a topic replies to the message that created the topic;
    a ``nested`` one, itself replied to or pinned, shows no reply of its own.
    """
    chat = world.chats[message.chat_id]
    shown: Json = {
        "message_id": message.id,
        "date": message.date,
        "chat": render_chat(world, chat),
        **_author(world, chat, message),
    }
    if message.thread is not None:
        shown |= {"message_thread_id": message.thread, "is_topic_message": True}
    if message.edited is not None:
        shown["edit_date"] = message.edited
    if message.markup is not None:
        shown["reply_markup"] = message.markup
    target = chat.messages.get(message.reply_to or message.thread or 0)
    if target and target is not message and not target.deleted and not nested:
        shown["reply_to_message"] = render_message(world, target, nested=True)
    return shown | _content(world, chat, message)


def _author(world: World, chat: Chat, message: Message) -> Json:
    if not message.anonymous:
        return {"from": render_user(find_user(world, message.author))}
    stand_in = User(
        id=ANONYMOUS_ADMIN,
        first_name="Group",
        username="GroupAnonymousBot",
        is_bot=True,
    )
    return {"from": render_user(stand_in), "sender_chat": render_chat(world, chat)}


def _content(world: World, chat: Chat, message: Message) -> Json:
    pinned = message.content.get("pinned_message")
    if pinned is None:
        return message.content
    target = chat.messages[pinned]
    return {"pinned_message": render_message(world, target, nested=True)}


def find_user(world: World, user_id: int) -> User:
    return world.bot if user_id == world.bot.id else world.users[user_id]
