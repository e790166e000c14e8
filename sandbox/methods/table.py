"""Every method the sandbox plays, and what it costs of the rate limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.methods import about, commands, editing, reacting, sending, topics
from sandbox.params import Params
from sandbox.telegram import Telegram

Run = Callable[[Telegram, Params], Any]


def _free(_params: Params) -> int:
    return 0


def _one(_params: Params) -> int:
    return 1


def _album(params: Params) -> int:
    return max(len(params.listed("media")), 1)


def _copies(params: Params) -> int:
    return max(len(params.listed("message_ids")), 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Method:
    """One method; ``cost`` is the number of messages it counts as."""

    name: str
    run: Run
    cost: Callable[[Params], int] = _free


# Whatever changes what a chat shows shares one budget; answers to presses,
# reactions, deletions and questions are free.
_ALL = (
    Method(name="getMe", run=about.get_me),
    Method(name="getChat", run=about.get_chat),
    Method(name="getChatMember", run=about.get_chat_member),
    Method(name="getChatAdministrators", run=about.get_chat_administrators),
    Method(name="leaveChat", run=about.leave_chat),
    Method(name="getFile", run=about.get_file),
    Method(name="setMyCommands", run=commands.set_my_commands),
    Method(name="getMyCommands", run=commands.get_my_commands),
    Method(name="deleteMyCommands", run=commands.delete_my_commands),
    Method(name="sendChatAction", run=about.send_chat_action),
    Method(name="setWebhook", run=about.set_webhook),
    Method(name="deleteWebhook", run=about.delete_webhook),
    Method(name="getWebhookInfo", run=about.get_webhook_info),
    Method(name="sendMessage", run=sending.send_message, cost=_one),
    Method(name="sendDocument", run=sending.send_document, cost=_one),
    Method(name="sendPhoto", run=sending.send_photo, cost=_one),
    Method(name="sendVideo", run=sending.send_video, cost=_one),
    Method(name="sendAudio", run=sending.send_audio, cost=_one),
    Method(name="sendVoice", run=sending.send_voice, cost=_one),
    Method(name="sendMediaGroup", run=sending.send_media_group, cost=_album),
    Method(name="copyMessage", run=sending.copy_message, cost=_one),
    Method(name="copyMessages", run=sending.copy_messages, cost=_copies),
    Method(name="editMessageText", run=editing.edit_message_text, cost=_one),
    Method(name="editMessageCaption", run=editing.edit_message_caption, cost=_one),
    Method(
        name="editMessageReplyMarkup", run=editing.edit_message_reply_markup, cost=_one
    ),
    Method(name="deleteMessage", run=editing.delete_message),
    Method(name="deleteMessages", run=editing.delete_messages),
    Method(name="setMessageReaction", run=reacting.set_message_reaction),
    Method(name="answerCallbackQuery", run=reacting.answer_callback_query),
    Method(name="createForumTopic", run=topics.create_forum_topic, cost=_one),
    Method(name="editForumTopic", run=topics.edit_forum_topic, cost=_one),
    Method(name="closeForumTopic", run=topics.close_forum_topic, cost=_one),
    Method(name="reopenForumTopic", run=topics.reopen_forum_topic, cost=_one),
    Method(name="deleteForumTopic", run=topics.delete_forum_topic),
    Method(name="getForumTopicIconStickers", run=topics.get_forum_topic_icon_stickers),
    Method(name="pinChatMessage", run=topics.pin_chat_message, cost=_one),
    Method(name="unpinChatMessage", run=topics.unpin_chat_message),
)

METHODS = {method.name.lower(): method for method in _ALL}
