"""The bot's menus are kept by scope and language, and shown to who they are for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Act
from tests.sandbox.stage import GROUP, OLGA, SILENT, Stage, play

NEW = [{"command": "new", "description": "Новая заявка"}]
PRIVATE = {"type": "all_private_chats"}


def test_commands_are_kept_by_scope_and_language() -> None:
    async def scene(stage: Stage) -> None:
        await stage.bot.set_my_commands([("/new", " Новая ")], language_code="ru")
        assert await stage.bot.get_my_commands() == ()
        kept = await stage.bot.get_my_commands(language_code="ru")
        assert [(one.command, one.description) for one in kept] == [("new", "Новая")]
        await stage.bot.delete_my_commands(language_code="ru")
        assert await stage.bot.get_my_commands(language_code="ru") == ()

    play(scene)


#: Set one after another: what a partner who speaks Russian sees then.
SEEN: list[tuple[str, dict[str, Any], str]] = [
    ("for all", {}, "for all"),
    ("for groups", {"scope": {"type": "all_group_chats"}}, "for all"),
    ("for this group", {"scope": {"type": "chat", "chat_id": GROUP}}, "for all"),
    ("private", {"scope": PRIVATE}, "private"),
    ("English", {"scope": PRIVATE, "language_code": "en"}, "private"),
    ("Russian", {"scope": PRIVATE, "language_code": "ru"}, "Russian"),
    ("own", {"scope": {"type": "chat", "chat_id": OLGA}}, "own"),
]


async def seen(stage: Stage, user: int) -> list[str]:
    """Return how a person's menu describes its commands."""
    users = {one["id"]: one for one in (await stage.get("state"))["users"]}
    return [one["description"] for one in users[user]["menu"]]


def test_a_person_sees_the_menu_of_the_narrowest_scope_in_their_language() -> None:
    async def scene(stage: Stage) -> None:
        for words, where, expected in SEEN:
            menu = [{"command": "new", "description": words}]
            assert (await stage.raw("setMyCommands", commands=menu, **where))["ok"]
            assert await seen(stage, OLGA) == [expected]
        assert await seen(stage, SILENT) == ["Russian"]

    play(scene)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("no list", {"commands": {}}, "expected an Array in commands"),
    ("no description", {"commands": [{"command": "a"}]}, "can't parse BotCommand"),
    (
        "in capitals",
        {"commands": [{"command": "New", "description": "x"}]},
        "BOT_COMMAND_INVALID",
    ),
    (
        "a slash alone",
        {"commands": [{"command": "/", "description": "x"}]},
        "command must be non-empty",
    ),
    (
        "a long name",
        {"commands": [{"command": "a" * 33, "description": "x"}]},
        "command length must not exceed 32",
    ),
    (
        "says nothing",
        {"commands": [{"command": "a", "description": " "}]},
        "command description must be non-empty",
    ),
    (
        "says much",
        {"commands": [{"command": "a", "description": "x" * 257}]},
        "command description length must not exceed 256",
    ),
    ("too many", {"commands": NEW * 101}, "BOT_COMMANDS_TOO_MUCH"),
    ("a locale", {"language_code": "ru-RU"}, "invalid language code specified"),
    (
        "an unknown scope",
        {"scope": {"type": "everybody"}},
        "can't parse BotCommandScope: Unsupported type specified",
    ),
    (
        "a chat without its id",
        {"scope": {"type": "chat"}},
        "can't parse BotCommandScope: Can't find field \"chat_id\"",
    ),
    (
        "a member without their id",
        {"scope": {"type": "chat_member", "chat_id": GROUP}},
        "can't parse BotCommandScope: Can't find field \"user_id\"",
    ),
    ("nowhere", {"scope": {"type": "chat", "chat_id": -5}}, "chat not found"),
    (
        "administrators of a private chat",
        {"scope": {"type": "chat_administrators", "chat_id": OLGA}},
        "can't use specified scope in private chats",
    ),
]


@pytest.mark.parametrize(
    ("wrong", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_is_refused(act: Act, wrong: dict[str, Any], words: str) -> None:
    async def scene(stage: Stage) -> None:
        answer = await stage.raw("setMyCommands", **{"commands": NEW, **wrong})
        assert (answer["ok"], answer["error_code"]) == (False, 400)
        assert answer["description"] == f"Bad Request: {words}"

    act(scene)
