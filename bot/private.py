"""What happens in a private chat is read in the desk's own words."""

from __future__ import annotations

import re

from bot.fields import NOT_CARRIED, Json, number, text_of
from bot.media import files_of
from bot.text import between, cut, one_line
from tickets.private import COMMANDS
from tickets.talk import Blocked, Happening, Nothing, Person, Wrote

NAME_LENGTH = 120
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")


def read_private(message: Json) -> Happening:
    """Return what somebody wrote; Nothing for Telegram's own service messages."""
    files, text = files_of(message), text_of(message)
    if not text and not files and NOT_CARRIED.isdisjoint(message):
        return Nothing(reason="says-nothing")
    command, rest = _command_of(message, text)
    return Wrote(
        person=_person(message["from"]),
        message_id=number(message["message_id"]),
        text=rest.strip(),
        command=command,
        reply_to=replied_to(message),
        files=files,
    )


def read_membership(change: Json) -> Happening:
    """Return whether the person lets the bot speak."""
    status = change["new_chat_member"]["status"]
    return Blocked(chat=number(change["chat"]["id"]), blocked=status == "kicked")


def _person(user: Json) -> Person:
    names = (user.get(key) for key in ("first_name", "last_name"))
    name = one_line(" ".join(one for one in names if isinstance(one, str)))
    language = user.get("language_code")
    is_language = isinstance(language, str) and _LANGUAGE.fullmatch(language)
    return Person(
        id=number(user["id"]),
        name=cut(name, NAME_LENGTH) or str(number(user["id"])),
        language=language if is_language else None,
    )


def _command_of(message: Json, text: str) -> tuple[str, str]:
    """Return the command that a text begins with, if we know it, and the rest."""
    entities = message.get("entities") or message.get("caption_entities") or []
    for entity in entities:
        if entity["type"] == "bot_command" and entity["offset"] == 0:
            written = between(text, 0, number(entity["length"]))
            name = written.removeprefix("/").partition("@")[0].lower()
            return (name, text[len(written) :]) if name in COMMANDS else ("", text)
    return "", text


def replied_to(message: Json) -> int | None:
    """Return the id of the message that one answers."""
    match message:
        case {"reply_to_message": {"message_id": int(replied)}}:
            return replied
        case _:
            return None
