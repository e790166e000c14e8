"""Text and entities written as HTML that is safe to show."""

from __future__ import annotations

import html
import re
from typing import Any

from sandbox.model import Json

_WRITTEN = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
}


_SAFE = re.compile(r"(?:https?|tg|mailto):", re.IGNORECASE)


def write_html(text: str, entities: list[Any]) -> str:
    """Write text and entities as Telegram's HTML; it parses back."""
    units = text.encode("utf-16-le", "surrogatepass")
    ordered = sorted(entities, key=lambda found: (found["offset"], -found["length"]))
    return _write(units, ordered, (0, len(units) // 2))


def _write(units: bytes, entities: list[Json], span: tuple[int, int]) -> str:
    """Write a span whose entities are sorted; an overlap is cut at its parent's end."""
    at, end = span
    written: list[str] = []
    rest = list(entities)
    while rest:
        entity = rest.pop(0)
        begin = max(entity["offset"], at)
        stop = min(entity["offset"] + entity["length"], end)
        if begin >= stop:
            continue
        inside = [other for other in rest if other["offset"] < stop]
        rest = [other for other in rest if other["offset"] >= stop]
        written.append(_plain(units, at, begin))
        written.append(_tagged(entity, _write(units, inside, (begin, stop))))
        at = stop
    return "".join([*written, _plain(units, at, end)])


def _plain(units: bytes, begin: int, end: int) -> str:
    return html.escape(units[2 * begin : 2 * end].decode("utf-16-le", "replace"))


def _tagged(entity: Json, inner: str) -> str:
    kind = entity["type"]
    if kind == "text_link" and _SAFE.match(str(entity.get("url", ""))):
        return f'<a href="{html.escape(str(entity["url"]))}">{inner}</a>'
    if kind == "pre" and entity.get("language"):
        language = html.escape(entity["language"])
        return f'<pre><code class="language-{language}">{inner}</code></pre>'
    tag = _WRITTEN.get(kind)
    return f"<{tag}>{inner}</{tag}>" if tag else inner
