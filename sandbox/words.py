"""Texts as Telegram counts and accepts them: UTF-16 units, entities, limits."""

from __future__ import annotations

import re
from typing import Any

from sandbox.errors import bad_request
from sandbox.markup import MarkupError, parse_html
from sandbox.model import Json
from sandbox.params import Params

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
RAW_LIMIT = 32768
ENTITY_LIMIT = 100

_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>]+)"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?<![\w/])(?P<bot_command>/[A-Za-z0-9_]{1,32}(?:@\w+)?)(?![\w/])"
    r"|(?<!\w)(?P<mention>@[A-Za-z]\w{3,31})"
)


def utf16(text: str) -> int:
    """Count UTF-16 code units, the measure of every Bot API length."""
    return len(text) + sum(character > "\uffff" for character in text)


def read_text(params: Params, name: str) -> tuple[str, list[Json]]:
    """Read a text or caption with its parse mode or entities, trimmed.

    Raises ApiError with the real server's words.
    """
    raw = params.text(name)
    entities_name = "entities" if name == "text" else "caption_entities"
    if len(raw.encode()) > RAW_LIMIT:
        raise bad_request("text is too long")
    mode = params.text("parse_mode").lower()
    if mode == "html":
        text, entities = _from_html(raw)
    elif mode:
        raise bad_request(f"the sandbox does not know parse_mode {mode}")
    else:
        text, entities = raw, check_entities(raw, params.listed(entities_name))
    text, entities = _trim(text, entities)
    return text, entities[:ENTITY_LIMIT]


def read_message_text(params: Params) -> tuple[str, list[Json]]:
    if not params.text("text"):
        raise bad_request("message text is empty")
    text, entities = read_text(params, "text")
    if not text:
        raise bad_request("text must be non-empty")
    if utf16(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return text, entities


def read_caption(params: Params) -> Json:
    """Read the caption as the fields of a message: none, one or two of them."""
    text, entities = read_text(params, "caption")
    if utf16(text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return captioned(text, entities)


def captioned(text: str, entities: list[Json]) -> Json:
    fields: Json = {}
    if text:
        fields["caption"] = text
    if entities:
        fields["caption_entities"] = entities
    return fields


def worded(text: str, entities: list[Json]) -> Json:
    return {"text": text, "entities": entities} if entities else {"text": text}


def find_entities(text: str) -> list[Json]:
    """Mark links, addresses, commands and mentions, as a person's client does."""
    return [
        {
            "type": found.lastgroup,
            "offset": utf16(text[: found.start()]),
            "length": utf16(found.group()),
        }
        for found in _FOUND.finditer(text)
    ]


def check_entities(text: str, entities: list[Any]) -> list[Json]:
    """Refuse entities that do not lie on the text's characters."""
    bounds = _boundaries(text)
    checked = [_check_entity(entity, bounds) for entity in entities]
    kept = [entity for entity in checked if entity["length"] > 0]
    return sorted(kept, key=lambda entity: (entity["offset"], -entity["length"]))


def _check_entity(entity: Any, bounds: set[int]) -> Json:
    match entity:
        case {"type": str(), "offset": int(start), "length": int(length)}:
            end = start + length
        case _:
            raise bad_request("can't parse MessageEntity: wrong fields")
    if entity["type"] == "text_link" and not isinstance(entity.get("url"), str):
        raise bad_request("can't parse MessageEntity: Can't find field \"url\"")
    if start not in bounds:
        raise bad_request(
            f"entity begins in a middle of a UTF-16 symbol at UTF-16 offset {start}"
        )
    if end not in bounds:
        where = "after the end of the text" if end > max(bounds) else "in a middle"
        raise bad_request(
            f"entity beginning at UTF-16 offset {start} ends {where}"
            f" at UTF-16 offset {end}"
        )
    return dict(entity)


def _boundaries(text: str) -> set[int]:
    bounds, position = {0}, 0
    for character in text:
        position += 2 if character > "\uffff" else 1
        bounds.add(position)
    return bounds


def _from_html(raw: str) -> tuple[str, list[Json]]:
    try:
        return parse_html(raw)
    except MarkupError as error:
        raise bad_request(f"can't parse entities: {error}") from error


def _trim(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Drop the white space around the text, but none that an entity begins in."""
    lead = utf16(text) - utf16(text.lstrip())
    if entities and entities[0]["offset"] < lead:
        lead = entities[0]["offset"]
    text = text[lead:].rstrip()  # white space is one unit a character
    end = utf16(text)
    cut = []
    for entity in entities:
        offset = entity["offset"] - lead
        length = min(entity["length"], end - offset)
        if length > 0:
            cut.append({**entity, "offset": offset, "length": length})
    return text, cut
