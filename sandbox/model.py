"""What the sandbox remembers: people, chats, topics, messages, files, updates.

Unlike the desk's own records these change in place: they play the other side,
whose history nobody keeps.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

ANONYMOUS_ADMIN = 1087968824  # GroupAnonymousBot: who an anonymous admin writes as
PRESENT = frozenset({"creator", "administrator", "member"})
ADMINS = frozenset({"creator", "administrator"})


@dataclass(kw_only=True, slots=True)
class User:
    """A person, or the bot itself."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "ru"
    is_bot: bool = False
    started: bool = False
    blocked: bool = False
    deactivated: bool = False


@dataclass(kw_only=True, slots=True)
class Member:
    """Someone's place in a group; ``rights`` count for administrators only."""

    status: str = "member"
    rights: dict[str, bool] = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class Topic:
    """A topic of a forum; its id is that of the message that created it."""

    id: int
    name: str
    icon_color: int
    icon_custom_emoji_id: str = ""
    creator: int
    closed: bool = False
    deleted: bool = False


@dataclass(kw_only=True, slots=True)
class Message:
    """One message; ``content`` holds its Bot API fields (text, document, ...)."""

    id: int
    chat_id: int
    date: int
    author: int
    content: Json
    anonymous: bool = False
    thread: int | None = None
    reply_to: int | None = None
    markup: Json | None = None
    edited: int | None = None
    deleted: bool = False
    service: bool = False
    pinned: bool = False
    reactions: dict[int, list[str]] = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class Chat:
    """A private chat (its id is the person's) or a supergroup."""

    id: int
    kind: str
    title: str = ""
    forum: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    next_message_id: int = 1
    migrated_to: int | None = None

    def status(self, user_id: int) -> str:
        member = self.members.get(user_id)
        return member.status if member else "left"

    def may(self, user_id: int, right: str) -> bool:
        """Tell whether someone has an administrator's right here."""
        member = self.members.get(user_id)
        if member is None or member.status not in ADMINS:
            return False
        return member.status == "creator" or member.rights.get(right, False)


@dataclass(kw_only=True, slots=True)
class StoredFile:
    """A file that was uploaded; ``number`` finds its bytes, ``path`` is for getFile."""

    id: str
    number: int
    kind: str
    name: str
    media_type: str
    size: int
    path: str
    extra: Json = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class Callback:
    """A press of a button, and what the bot answered to it."""

    id: str
    user_id: int
    chat_id: int
    message_id: int
    data: str
    answer: Json | None = None


@dataclass(kw_only=True, slots=True)
class Update:
    """An update as the bot will get it, without its id."""

    id: int
    payload: Json


@dataclass(kw_only=True, slots=True)
class Queue:
    """The bot's updates: waiting, and the last confirmed ones for a redelivery."""

    pending: list[Update] = field(default_factory=list)
    confirmed: list[Update] = field(default_factory=list)
    next_id: int = 1
    allowed: list[str] | None = None


@dataclass(kw_only=True, slots=True)
class World:
    """Everything a restart must find again."""

    bot: User
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    callbacks: dict[str, Callback] = field(default_factory=dict)
    queue: Queue = field(default_factory=Queue)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    # Private chats share one counter of message ids per bot, supergroups do not.
    next_private_message_id: int = 1
    next_number: int = 1

    def number(self) -> int:
        """Take the next number for a file, an album, a callback or a made-up id."""
        self.next_number += 1
        return self.next_number - 1
