"""The bot's menus of commands: kept by scope and language, shown to each person."""

from __future__ import annotations

import re
from typing import Any

from sandbox.errors import ApiError, bad_request
from sandbox.methods.access import find_chat
from sandbox.model import Json, User, World
from sandbox.params import Params
from sandbox.telegram import Telegram

MAX_COMMANDS = 100
_NAME = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"(?:[a-z]{2})?")
#: Those that name a chat, and those that stand for many.
_OF_A_CHAT = frozenset({"chat", "chat_administrators", "chat_member"})
_OF_MANY = frozenset(
    {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
)


def set_my_commands(tg: Telegram, params: Params) -> bool:
    """Keep the menu of a scope and language; an empty one is as good as none."""
    key = _key(tg, params)
    commands = [_command(item) for item in params.listed("commands")]
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    tg.world.commands[key] = commands
    tg.touch()
    return True


def get_my_commands(tg: Telegram, params: Params) -> list[Json]:
    return tg.world.commands.get(_key(tg, params), [])


def delete_my_commands(tg: Telegram, params: Params) -> bool:
    tg.world.commands.pop(_key(tg, params), None)
    tg.touch()
    return True


def shown_to(world: World, user: User) -> list[Json]:
    """Return the menu of a person's own chat with the bot.

    The narrowest scope counts, in their language before any other's.
    """
    for scope in (f"chat {user.id}", "all_private_chats", "default"):
        for language in (user.language_code[:2], ""):
            if found := world.commands.get(_name(scope, language)):
                return found
    return []


def _name(scope: str, language: str) -> str:
    return f"{scope} {language}".strip()


def _key(tg: Telegram, params: Params) -> str:
    """Name a scope and language in one line."""
    scope = _scope(tg, params)
    language = params.text("language_code")
    if not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return _name(scope, language)


def _scope(tg: Telegram, params: Params) -> str:
    try:
        wanted = Params(values=params.mapped("scope") or {"type": "default"})
        kind = wanted.text("type")
        if kind in _OF_MANY:
            return kind
        if kind not in _OF_A_CHAT:
            raise bad_request("Unsupported type specified")
        members = ["chat_id"] + (["user_id"] if kind == "chat_member" else [])
        for name in members:
            if name not in wanted.values:
                raise bad_request(f'Can\'t find field "{name}"')
        user = wanted.integer("user_id") if kind == "chat_member" else None
    except ApiError as error:
        said = error.description.removeprefix("Bad Request: ")
        raise bad_request(f"can't parse BotCommandScope: {said}") from error
    chat = find_chat(tg, wanted)
    if chat.kind == "private" and kind != "chat":
        raise bad_request("can't use specified scope in private chats")
    return f"{kind} {chat.id}" + ("" if user is None else f" {user}")


def _command(item: Any) -> Json:
    match item:
        case {"command": str(name), "description": str(description)}:
            name, description = name.strip().removeprefix("/"), description.strip()
        case _:
            raise bad_request("can't parse BotCommand")
    for what, value, most in (
        ("command", name, 32),
        ("command description", description, 256),
    ):
        if not value:
            raise bad_request(f"{what} must be non-empty")
        if len(value) > most:
            raise bad_request(f"{what} length must not exceed {most}")
    if not _NAME.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": name, "description": description}
