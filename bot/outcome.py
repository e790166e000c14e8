"""What Telegram's answers and silences mean for a call that was tried.

Every way a call can fail is sorted here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from telegram.error import TelegramError

from bot.client import RefusedError
from tickets.sending import Answer, Later, Never, Sent, Uncertain


@dataclass(frozen=True, slots=True)
class NotHeard(Never):
    """The bot may not speak to a person: blocked, or never started."""


@dataclass(frozen=True, slots=True)
class TopicGone:
    """The topic was deleted or cannot be reached: the ticket needs another."""

    reason: str


@dataclass(frozen=True, slots=True)
class CardGone:
    """The message to edit is not there any more: send it anew."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The group became a supergroup: try there."""

    new_chat: int


ChatAnswer = Answer | TopicGone | CardGone | Moved

#: Repeating these shows; repeating anything else changes nothing.
_SHOWS_TWICE = ("send", "copy", "forward", "createForumTopic")
#: The request never left this machine.
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

# Texts of 400, in lower case, first match first (telegram-bot-api 10.0).
_NO_CHANGE = ("is not modified", "_not_modified")
_TOPIC_GONE = ("message thread not found", "topic_deleted", "topic_id_invalid")
_CARD_GONE = ("message to edit not found", "message_id_invalid", "can't be edited")
_MAY_PASS = ("temporarily unavailable",)
# What the people of a group mend: then everything goes on by itself.
_NOT_LET_IN = (
    "not enough rights",
    "have no rights",
    "administrator rights",
    "chat_admin_required",
    "chat_write_forbidden",
    "chat not found",
)


def judge(method: str, error: TelegramError, *, in_group: bool = False) -> ChatAnswer:
    """Return what a failed call of ``method`` comes to."""
    if not isinstance(error, RefusedError):
        return _unheard(method, error)
    reason = str(error)
    if error.migrated_to is not None:
        return Moved(error.migrated_to)
    if error.code == 429:
        return Later(reason, error.retry_after)
    if error.code < 300 or error.code >= 500:
        return _lost(method, reason)
    shut_out = in_group and _is_shut_out(error)
    if shut_out or not error.answered or error.code in {401, 404, 409}:
        # Something on the way, the token, or the group: no fault of this message.
        return Later(reason)
    return _refused(method, error) if error.code in {400, 403} else Never(reason)


def is_about_entities(error: TelegramError) -> bool:
    """Say whether the same words would pass as plain text."""
    known = isinstance(error, RefusedError) and error.code == 400
    return known and "entit" in str(error).lower()


def _unheard(method: str, error: TelegramError) -> Answer:
    cause = error.__cause__
    reason = f"{type(cause or error).__name__}: {error}"
    return Later(reason) if isinstance(cause, _NOT_SENT) else _lost(method, reason)


def _lost(method: str, reason: str) -> Answer:
    shows = method.startswith(_SHOWS_TWICE)
    return Uncertain(reason) if shows else Later(reason)


def _refused(method: str, error: RefusedError) -> ChatAnswer:
    reason = str(error)
    if error.code == 403:
        return NotHeard(reason)
    if _says(error, *_NO_CHANGE):
        return Sent("no change", {"note": reason})
    if _says(error, *_TOPIC_GONE):
        return TopicGone(reason)
    if method == "setMessageReaction":
        # Nothing is lost: the message is gone, or the group forbids the emoji.
        return Sent("no reaction", {"note": reason})
    if method.startswith("editMessage") and _says(error, *_CARD_GONE):
        return CardGone(reason)
    return Later(reason) if _says(error, *_MAY_PASS) else Never(reason)


def _is_shut_out(error: RefusedError) -> bool:
    return error.code == 403 or (error.code == 400 and _says(error, *_NOT_LET_IN))


def _says(error: RefusedError, *texts: str) -> bool:
    return any(text in error.description for text in texts)
