"""A chat message in the making: plain text whose first line may stand out.

Foreign text is never markup: what is bold is said by offsets.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.text import cut, units
from tickets.model import Json

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
TOAST_LIMIT = 200
TOPIC_NAME_LIMIT = 128


@dataclass(frozen=True, kw_only=True, slots=True)
class Button:
    """A button under a message; ``data`` is ``action:subject``, at most 64 bytes."""

    label: str
    data: str


def message_params(text: str, *, above: str = "", bold: str = "") -> Json:
    """Return text and entities: a mark ``above``, a ``bold`` line, then the text.

    The whole is cut to Telegram's limit.
    """
    before = f"{above}\n" if above else ""
    head = f"{bold}\n" if bold else ""
    params: Json = {
        "text": cut(f"{before}{head}{text}".strip(), TEXT_LIMIT),
        "link_preview_options": {"is_disabled": True},
    }
    if bold:
        params["entities"] = [
            {"type": "bold", "offset": units(before), "length": units(bold)}
        ]
    return params


def mention(text: str, name: str, *, user: int) -> Json:
    """Return what makes the name in a text call its user; nothing if it is not there.

    By their id: not everybody has a @name (Bot API, MessageEntity).
    """
    before, found, _ = text.partition(name)
    if not found:
        return {}
    entity = {
        "type": "text_mention",
        "offset": units(before),
        "length": units(name),
        "user": {"id": user},
    }
    return {"entities": [entity]}


def keyboard(*buttons: Button) -> Json:
    """Return the buttons in one row; no parameter at all if there are none."""
    if not buttons:
        return {}
    row = [{"text": one.label, "callback_data": one.data} for one in buttons]
    return {"reply_markup": {"inline_keyboard": [row]}}
