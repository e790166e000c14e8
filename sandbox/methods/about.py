"""Methods that ask and set up: who, where, which file."""

from __future__ import annotations

from sandbox.errors import ApiError, bad_request
from sandbox.methods.access import find_chat, open_chat
from sandbox.model import Json
from sandbox.params import Params
from sandbox.render import render_full_chat, render_me, render_member, render_user
from sandbox.telegram import Telegram

MAX_DOWNLOAD = 20 * (1 << 20)


def get_me(tg: Telegram, _params: Params) -> Json:
    return render_me(tg.bot)


def get_chat(tg: Telegram, params: Params) -> Json:
    return render_full_chat(tg.world, find_chat(tg, params))


def get_chat_member(tg: Telegram, params: Params) -> Json:
    chat = find_chat(tg, params)
    user_id = params.integer("user_id") or 0
    user = tg.bot if user_id == tg.bot.id else tg.world.users.get(user_id)
    if user is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return render_member(chat, user)


def get_chat_administrators(tg: Telegram, params: Params) -> list[Json]:
    chat = find_chat(tg, params)
    if chat.kind == "private":
        raise bad_request("there are no administrators in the private chat")
    people = [tg.bot, *tg.world.users.values()]
    members = [render_member(chat, user) for user in people]
    ranks = {"administrator", "creator"}
    return [member for member in members if member["status"] in ranks]


def leave_chat(tg: Telegram, params: Params) -> bool:
    chat = find_chat(tg, params)
    if chat.kind == "private":
        raise bad_request("can't leave private chats")
    before = render_member(chat, tg.bot)
    chat.members[tg.bot.id].status = "left"
    change = {
        "chat": {"id": chat.id, "type": chat.kind, "title": chat.title},
        "from": render_user(tg.bot),
        "date": tg.now(),
        "old_chat_member": before,
        "new_chat_member": render_member(chat, tg.bot),
    }
    tg.updates.put("my_chat_member", change)
    return True


def get_file(tg: Telegram, params: Params) -> Json:
    stored = tg.world.files.get(params.text("file_id"))
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if stored.size > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return {
        "file_id": stored.id,
        "file_unique_id": f"u{stored.number}",
        "file_size": stored.size,
        "file_path": stored.path,
    }


def send_chat_action(tg: Telegram, params: Params) -> bool:
    open_chat(tg, params)
    return True


def delete_webhook(tg: Telegram, params: Params) -> bool:
    if params.flag("drop_pending_updates"):
        tg.updates.drop_pending()
    return True


def set_webhook(_tg: Telegram, params: Params) -> bool:
    if params.text("url"):
        raise ApiError(400, "Bad Request: the sandbox has no webhooks, use getUpdates")
    return True


def get_webhook_info(tg: Telegram, _params: Params) -> Json:
    return {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": len(tg.world.queue.pending),
    }
