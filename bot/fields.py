"""The fields of a Telegram message, checked as they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.text import between, clean, units

Json = Mapping[str, Any]

#: What people can say that no mail can: it is heard, so that they are told.
NOT_CARRIED = frozenset(
    {"sticker", "location", "venue", "contact", "poll", "dice", "game", "story"}
)


def text_of(message: Json) -> str:
    """Return text or caption, with the addresses that hide behind words shown."""
    text = message.get("text") or message.get("caption") or ""
    entities = message.get("entities") or message.get("caption_entities") or []
    parts, at = [], 0
    for entity in entities:
        if entity["type"] == "text_link":
            end = entity["offset"] + entity["length"]
            parts += [between(text, at, end), f" ({entity['url']})"]
            at = end
    return clean("".join([*parts, between(text, at, units(text))]))


def number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"expected a whole number, not {type(value).__name__}")
    return value
