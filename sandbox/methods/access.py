"""Which chat, topic and message a call means, and whether the bot may touch it."""

from __future__ import annotations

from sandbox.errors import ApiError, bad_request, forbidden
from sandbox.model import PRESENT, Chat, Message, Topic
from sandbox.params import Params
from sandbox.telegram import Telegram


def find_chat(tg: Telegram, params: Params, name: str = "chat_id") -> Chat:
    """Return the chat; the bot must know it and not have been thrown out."""
    if not params.text(name):
        raise bad_request(f"{name} is empty")
    if params.text(name).startswith("@"):
        raise bad_request("chat not found")
    chat = tg.world.chats.get(params.integer(name) or 0)
    if chat is None:
        raise _unknown(tg, params.integer(name) or 0)
    if chat.migrated_to is not None:
        raise bad_request(
            "group chat was upgraded to a supergroup chat",
            migrate_to_chat_id=chat.migrated_to,
        )
    if chat.kind != "private":
        _check_membership(chat, chat.status(tg.bot.id))
    return chat


def open_chat(tg: Telegram, params: Params) -> Chat:
    """Return the chat the bot is going to write to."""
    chat = find_chat(tg, params)
    if chat.kind == "private":
        user = tg.world.users[chat.id]
        if user.deactivated:
            raise forbidden("user is deactivated")
        if user.blocked:
            raise forbidden("bot was blocked by the user")
    return chat


def find_message(chat: Chat, params: Params, purpose: str) -> Message:
    """Return a message that is still there; ``purpose`` words the error."""
    message_id = params.integer("message_id")
    if message_id is None:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(message_id)
    if message is None or message.deleted:
        raise bad_request(f"message to {purpose} not found")
    return message


def find_topic(tg: Telegram, chat: Chat, params: Params, *, deed: str) -> Topic:
    """Return a topic the bot may change; ``deed`` words the error."""
    if not chat.forum:
        raise bad_request("the chat is not a forum")
    topic = chat.topics.get(params.integer("message_thread_id") or 0)
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    if not (chat.may(tg.bot.id, "can_manage_topics") or topic.creator == tg.bot.id):
        raise bad_request(f"not enough rights to {deed} the topic")
    if topic.deleted:
        raise bad_request("TOPIC_ID_INVALID")
    return topic


def thread_of(tg: Telegram, chat: Chat, params: Params) -> int | None:
    """Return the topic to write to; None is General, or a chat without topics.

    Without an id an answer goes where the answered message is.
    """
    if not chat.forum:
        return None
    thread = params.integer("message_thread_id")
    if thread is None:
        target = chat.messages.get(reply_of(chat, params) or 0)
        return target.thread if target else None
    topic = chat.topics.get(thread)
    if topic is None or topic.deleted:
        raise bad_request("message thread not found")
    allowed = chat.may(tg.bot.id, "can_manage_topics") or topic.creator == tg.bot.id
    if topic.closed and not allowed:
        raise bad_request("TOPIC_CLOSED")
    return thread


def reply_of(chat: Chat, params: Params) -> int | None:
    """Return the id of the message that is answered."""
    given = params.mapped("reply_parameters") or {
        "message_id": params.integer("reply_to_message_id"),
        "allow_sending_without_reply": params.flag("allow_sending_without_reply"),
    }
    target_id = given.get("message_id")
    if target_id is None:
        return None
    if not isinstance(target_id, int):
        raise bad_request("can't parse reply_parameters")
    target = chat.messages.get(target_id)
    if target is not None and not target.deleted:
        return target_id
    if given.get("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _unknown(tg: Telegram, chat_id: int) -> ApiError:
    user = tg.world.users.get(chat_id)
    if user is None or user.is_bot:
        return bad_request("chat not found")
    if user.deactivated:
        return forbidden("user is deactivated")
    return forbidden("bot can't initiate conversation with a user")


def _check_membership(chat: Chat, status: str) -> None:
    if status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    if status not in PRESENT:
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
