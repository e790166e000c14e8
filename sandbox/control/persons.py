"""Handlers about people, groups and topics."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from sandbox import groups, people
from sandbox.control.bodies import path_id, read_wish
from sandbox.control.wishes import (
    Move,
    NewGroup,
    NewTopic,
    NewUser,
    Seat,
    Seating,
    Start,
    TopicChange,
    UserChange,
)
from sandbox.model import Member, User
from sandbox.telegram import Telegram
from sandbox.views import chat_view, message_view, topic_views, user_view


async def list_users(tg: Telegram, _request: Request) -> Any:
    return [user_view(user) for user in tg.world.users.values()]


async def add_user(tg: Telegram, request: Request) -> Any:
    wish = await read_wish(request, NewUser)
    return user_view(people.add_user(tg, User(**wish.model_dump())))


async def change_user(tg: Telegram, request: Request) -> Any:
    wish = await read_wish(request, UserChange)
    user = people.find_user(tg, path_id(request, "user"))
    if wish.blocked is not None:
        people.set_blocked(tg, user.id, blocked=wish.blocked)
    if wish.deactivated is not None:
        user.deactivated = wish.deactivated
        tg.touch()
    return user_view(user)


async def start(tg: Telegram, request: Request) -> Any:
    wish = await read_wish(request, Start)
    message = people.start(tg, path_id(request, "user"), wish.payload)
    return message_view(tg.world, message)


async def list_chats(tg: Telegram, _request: Request) -> Any:
    return [chat_view(tg.world, chat) for chat in tg.world.chats.values()]


async def add_group(tg: Telegram, request: Request) -> Any:
    wish = await read_wish(request, NewGroup)
    seats = wish.members
    if isinstance(seats, list):
        seats = {user_id: Seat() for user_id in seats}
    founding = groups.Founding(
        title=wish.title,
        id=wish.id,
        forum=wish.forum,
        bot=_member(wish.bot) if wish.bot else groups.bot_seat(),
        members={user_id: _member(seat) for user_id, seat in seats.items()},
    )
    return chat_view(tg.world, groups.add_group(tg, founding))


async def set_member(tg: Telegram, request: Request) -> Any:
    wish = await read_wish(request, Seating)
    chat_id = path_id(request, "chat")
    user_id = wish.user_id or tg.bot.id
    groups.set_member(tg, chat_id, user_id=user_id, member=_member(wish))
    return chat_view(tg.world, people.find_chat(tg, chat_id))


async def migrate(tg: Telegram, request: Request) -> Any:
    wish = await read_wish(request, Move)
    fresh = groups.migrate(tg, path_id(request, "chat"), wish.to)
    return chat_view(tg.world, fresh)


async def list_topics(tg: Telegram, request: Request) -> Any:
    return topic_views(people.find_chat(tg, path_id(request, "chat")))


async def open_topic(tg: Telegram, request: Request) -> Any:
    wish = await read_wish(request, NewTopic)
    chat_id = path_id(request, "chat")
    topic = groups.open_topic(tg, chat_id, user_id=wish.user_id, name=wish.name)
    return {"id": topic.id}


async def change_topic(tg: Telegram, request: Request) -> Any:
    wish = await read_wish(request, TopicChange)
    groups.change_by_hand(
        tg,
        path_id(request, "chat"),
        groups.ByHand(
            thread=path_id(request, "thread"),
            user_id=wish.user_id,
            action=wish.action,
            name=wish.name,
        ),
    )
    return {}


def _member(seat: Seat) -> Member:
    return Member(status=seat.status, rights=dict(seat.rights))
