"""What happens to groups: founding, members and rights, topics by hand, moving."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, assert_never

from sandbox.errors import RefusedError
from sandbox.methods.topics import change_topic, remove_topic, start_topic, toggle_topic
from sandbox.model import PRESENT, Chat, Member, Topic, User
from sandbox.people import find_chat, find_user
from sandbox.render import render_chat, render_member, render_user
from sandbox.telegram import Telegram

BOT_RIGHTS = ("can_manage_topics", "can_pin_messages", "can_delete_messages")


def bot_seat() -> Member:
    """Return the place that the bot needs: administrator with the usual rights."""
    return Member(status="administrator", rights=dict.fromkeys(BOT_RIGHTS, True))


@dataclass(frozen=True, kw_only=True, slots=True)
class Founding:
    """A group to make; ``members`` by user id, the bot comes of itself."""

    title: str
    id: int = 0
    forum: bool = True
    bot: Member = field(default_factory=bot_seat)
    members: dict[int, Member] = field(default_factory=dict)


def add_group(tg: Telegram, founding: Founding) -> Chat:
    """Make a group, or add members to the one that has that id; 0 makes one up."""
    chat_id = founding.id or -1_001_000_000_000 - tg.world.number()
    for user_id in founding.members:
        find_user(tg, user_id)
    chat = tg.world.chats.get(chat_id)
    if chat is None:
        chat = Chat(
            id=chat_id,
            kind="supergroup",
            title=founding.title,
            forum=founding.forum,
            members={tg.bot.id: founding.bot},
            next_message_id=2,  # 1 is the founding itself, and General's thread
        )
        tg.world.chats[chat_id] = chat
    chat.members |= founding.members
    tg.touch()
    return chat


def set_member(tg: Telegram, chat_id: int, *, user_id: int, member: Member) -> None:
    """Give someone a status and rights.

    The bot is told of itself and, if it asked to be, of others.
    """
    chat = find_chat(tg, chat_id)
    if chat.kind == "private":
        raise RefusedError("a private chat has no members")
    user = tg.bot if user_id == tg.bot.id else find_user(tg, user_id)
    before = render_member(chat, user)
    chat.members[user.id] = member
    tg.touch()
    change = {
        "chat": render_chat(tg.world, chat),
        "from": render_user(_someone(tg, chat)),
        "date": tg.now(),
        "old_chat_member": before,
        "new_chat_member": render_member(chat, user),
    }
    kind = "my_chat_member" if user is tg.bot else "chat_member"
    if user is tg.bot or chat.status(tg.bot.id) in PRESENT:
        tg.updates.put(kind, change)


def migrate(tg: Telegram, chat_id: int, new_id: int = 0) -> Chat:
    """Move a group to another id; topics and messages stay behind."""
    old = find_chat(tg, chat_id)
    if old.kind == "private" or old.migrated_to is not None:
        raise RefusedError("only a group moves, and only once")
    members = {user_id: replace(member) for user_id, member in old.members.items()}
    fresh = add_group(tg, Founding(id=new_id, title=old.title, forum=old.forum))
    fresh.members = members
    author = _someone(tg, old).id
    tg.post_service(old, {"migrate_to_chat_id": fresh.id}, author=author)
    old.migrated_to = fresh.id
    tg.post_service(fresh, {"migrate_from_chat_id": old.id}, author=author)
    return fresh


def open_topic(tg: Telegram, chat_id: int, *, user_id: int, name: str) -> Topic:
    """Let a person open a topic by hand."""
    chat = find_chat(tg, chat_id)
    if not chat.forum:
        raise RefusedError("the group is no forum")
    return start_topic(tg, chat, name, creator=find_user(tg, user_id).id)


@dataclass(frozen=True, kw_only=True, slots=True)
class ByHand:
    """What a person does to a topic; ``name`` is for renaming."""

    thread: int
    user_id: int
    action: Literal["close", "reopen", "delete", "rename"]
    name: str = ""


def change_by_hand(tg: Telegram, chat_id: int, wish: ByHand) -> None:
    """Close, reopen, delete or rename a topic as a person does."""
    chat = find_chat(tg, chat_id)
    topic = chat.topics.get(wish.thread)
    if topic is None or topic.deleted:
        raise RefusedError(f"there is no topic {wish.thread}", status=404)
    author = find_user(tg, wish.user_id).id
    if not (chat.may(author, "can_manage_topics") or topic.creator == author):
        raise RefusedError("the person may not manage topics")
    match wish.action:
        case "close" | "reopen":
            closed = wish.action == "close"
            toggle_topic(tg, chat, topic, author=author, closed=closed)
        case "delete":
            remove_topic(tg, chat, topic)
        case "rename":
            change_topic(tg, chat, topic, author=author, wanted={"name": wish.name})
        case unknown:
            assert_never(unknown)


def _someone(tg: Telegram, chat: Chat) -> User:
    """Return a person of the group to act in it; the bot if there is none."""
    people = [tg.world.users[known] for known in chat.members if known != tg.bot.id]
    return people[0] if people else tg.bot
