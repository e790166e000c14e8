"""Handlers about messages: writing, editing, pressing, reacting, files."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox import people, presses
from sandbox.control.bodies import as_wish, number, path_id, read_body_params, read_wish
from sandbox.control.wishes import Edit, NewMessage, Press, Reaction
from sandbox.errors import RefusedError
from sandbox.model import Chat, Message
from sandbox.telegram import Telegram
from sandbox.views import message_view


async def list_messages(tg: Telegram, request: Request) -> Any:
    chat = _chat(tg, request)
    thread, after = number(request, "thread"), number(request, "after") or 0
    return [
        message_view(tg.world, message)
        for message in chat.messages.values()
        if message.id > after and thread in {None, message.thread or 0}
    ]


async def write(tg: Telegram, request: Request) -> Any:
    params = await read_body_params(request)
    wish = as_wish(params.values, NewMessage)
    writing = people.Writing(
        text=wish.text,
        thread=wish.thread,
        reply_to=wish.reply_to,
        anonymous=wish.anonymous,
        kind=wish.kind,
        album=wish.album,
    )
    author = people.Author(user_id=wish.user_id, chat_id=path_id(request, "chat"))
    uploads = list(params.uploads.values())
    if len(uploads) > 1:
        written = await people.write_album(
            tg, author, writing, uploads=uploads, gap=wish.gap
        )
    else:
        upload = uploads[0] if uploads else None
        written = [people.write(tg, author, writing, upload=upload)]
    return [message_view(tg.world, message) for message in written]


async def show(tg: Telegram, request: Request) -> Any:
    chat = _chat(tg, request)
    message = chat.messages.get(path_id(request, "message"))
    if message is None:
        raise RefusedError("there is no such message", status=404)
    return message_view(tg.world, message)


async def edit(tg: Telegram, request: Request) -> Any:
    wish = await read_wish(request, Edit)
    message = _message(tg, request)
    people.edit(tg, message, wish.text)
    return message_view(tg.world, message)


async def delete(tg: Telegram, request: Request) -> Any:
    _message(tg, request).deleted = True
    tg.touch()
    return {}


async def press(tg: Telegram, request: Request) -> Any:
    wish = await read_wish(request, Press)
    message = _message(tg, request)
    data = presses.find_button(message, wish.button, wish.data)
    callback = presses.press(tg, wish.user_id, message, data=data)
    answer = await presses.toast(tg, callback, wish.wait)
    return {"id": callback.id, "answer": answer}


async def react(tg: Telegram, request: Request) -> Any:
    wish = await read_wish(request, Reaction)
    message = _message(tg, request)
    presses.react(tg, wish.user_id, message, emoji=wish.emoji)
    return message_view(tg.world, message)


async def show_callback(tg: Telegram, request: Request) -> Any:
    callback = tg.world.callbacks.get(request.path_params["callback"])
    if callback is None:
        raise RefusedError("there was no such press", status=404)
    return {"id": callback.id, "data": callback.data, "answer": callback.answer}


async def send_file(tg: Telegram, request: Request) -> Any:
    """Send a file's bytes; only pictures may show in the page, nothing may run."""
    stored = tg.world.files.get(request.path_params["file"])
    if stored is None:
        raise RefusedError("there is no such file", status=404)
    picture = stored.kind == "photo"
    return Response(
        tg.files.read(stored.number),
        media_type="image/*" if picture else "application/octet-stream",
        headers={
            "Content-Disposition": "inline" if picture else "attachment",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _chat(tg: Telegram, request: Request) -> Chat:
    return people.find_chat(tg, path_id(request, "chat"))


def _message(tg: Telegram, request: Request) -> Message:
    return people.find_message(_chat(tg, request), path_id(request, "message"))
