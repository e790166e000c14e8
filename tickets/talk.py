"""What can happen in Telegram and on the web, in our words; and all that can happen."""

from __future__ import annotations

from dataclasses import dataclass

from tickets.corporate.commands import Asked
from tickets.files.examined import NOTHING, Examined
from tickets.wishes.leave_links import LeaveLink


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteFile:
    """A file that the chat holds: ``remote_id`` fetches it, ``size`` in bytes."""

    remote_id: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """Somebody wrote in a topic of a forum group; ``reply_to`` is a message's id."""

    chat: int
    thread_id: int | None
    message_id: int
    author: int
    anonymous: bool
    text: str
    files: tuple[RemoteFile, ...] = ()
    reply_to: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Whoever writes to the bot, as Telegram knows them; ``language`` is their app's.

    ``id`` is also that of their private chat with the bot.
    """

    id: int
    name: str
    language: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wrote:
    """Somebody wrote to the bot in their private chat.

    ``command`` is what the message begins with, without its slash, if it is one that
    the desk knows; ``text`` is then the rest. ``reply_to`` is a message's id.
    ``admitted``: somebody let the person in.
    """

    person: Person
    message_id: int
    text: str
    command: str = ""
    reply_to: int | None = None
    files: tuple[RemoteFile, ...] = ()
    admitted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Blocked:
    """Somebody blocked the bot, or let it speak again."""

    chat: int
    blocked: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Pressed:
    """Somebody pressed a button; ``action`` and ``subject`` are what it carries."""

    callback_id: str
    chat: int
    author: int
    action: str
    subject: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicMade:
    """The desk's own topic appeared: how an uncertain creation is resolved."""

    chat: int
    thread_id: int
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicMoved:
    """Somebody closed or reopened a topic by hand."""

    chat: int
    thread_id: int
    author: int
    closed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Migrated:
    """A group became a supergroup and has a new id."""

    chat: int
    new_chat: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """The bytes of an attachment have come."""

    attachment: int
    content: bytes
    examined: Examined = NOTHING


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """Somebody pressed the button behind their link, and leaves a ticket."""

    link: LeaveLink


@dataclass(frozen=True, kw_only=True, slots=True)
class Nothing:
    """An update that means nothing to the desk, and why."""

    reason: str


Happening = (
    Said
    | Wrote
    | Blocked
    | Pressed
    | TopicMade
    | TopicMoved
    | Migrated
    | Fetched
    | Left
    | Nothing
    | Asked
)
