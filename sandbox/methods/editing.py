"""Methods that change or remove messages that are already there."""

from __future__ import annotations

from sandbox.errors import ApiError, bad_request
from sandbox.methods.access import find_chat, find_message, open_chat
from sandbox.methods.markup import read_markup
from sandbox.model import Chat, Json, Message
from sandbox.params import Params
from sandbox.telegram import Telegram
from sandbox.words import read_caption, read_message_text, worded

TWO_DAYS = 48 * 3600
_WORDS = ("text", "entities", "caption", "caption_entities")


def edit_message_text(tg: Telegram, params: Params) -> Json:
    message = _own_message(tg, params)
    fresh = worded(*read_message_text(params))
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    return _edit(tg, message, fresh, markup=read_markup(params))


def edit_message_caption(tg: Telegram, params: Params) -> Json:
    message = _own_message(tg, params)
    if "text" in message.content:
        raise bad_request("there is no caption in the message to edit")
    return _edit(tg, message, read_caption(params), markup=read_markup(params))


def edit_message_reply_markup(tg: Telegram, params: Params) -> Json:
    message = _own_message(tg, params)
    words = {name: message.content[name] for name in _WORDS if name in message.content}
    return _edit(tg, message, words, markup=read_markup(params))


def delete_message(tg: Telegram, params: Params) -> bool:
    chat = find_chat(tg, params)
    message = find_message(chat, params, "delete")
    if not _deletable(tg, chat, message):
        raise bad_request("message can't be deleted")
    message.deleted = True
    tg.touch()
    return True


def delete_messages(tg: Telegram, params: Params) -> bool:
    """Delete many; those that are gone or stay are skipped without a word."""
    for message_id in params.listed("message_ids"):
        try:
            delete_message(
                tg, params.with_values({**params.values, "message_id": message_id})
            )
        except ApiError as error:
            if not error.description.startswith("Bad Request: message "):
                raise
    return True


def _own_message(tg: Telegram, params: Params) -> Message:
    chat = open_chat(tg, params)
    message = find_message(chat, params, "edit")
    if message.author != tg.bot.id or message.service:
        raise bad_request("message can't be edited")
    return message


def _edit(tg: Telegram, message: Message, words: Json, *, markup: Json | None) -> Json:
    kept = {
        name: value for name, value in message.content.items() if name not in _WORDS
    }
    content = kept | words
    if content == message.content and markup == message.markup:
        raise bad_request(
            "message is not modified: specified new message content and reply markup"
            " are exactly the same as a current content and reply markup of the message"
        )
    if content != message.content:
        message.edited = tg.now()
    message.content = content
    message.markup = markup
    tg.touch()
    return tg.render(message)


def _deletable(tg: Telegram, chat: Chat, message: Message) -> bool:
    """Apply the rules: a topic's first message never, the rest by age and right."""
    if message.id in chat.topics:
        return False
    young = tg.now() - message.date < TWO_DAYS
    if chat.kind == "private":
        return young
    if chat.may(tg.bot.id, "can_delete_messages"):
        return True
    return message.author == tg.bot.id and young and not message.service
