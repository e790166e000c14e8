"""Text as Telegram counts and takes it: UTF-16 units, no NUL, no lone surrogates."""

from __future__ import annotations

ELLIPSIS = "…"


def clean(text: str) -> str:
    """Return the text without what a database or an HTTP form refuses."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "")


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def units(text: str) -> int:
    """Return the length in UTF-16 units, in which offsets and limits are counted."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> str:
    """Return the text in at most ``limit`` units, an ellipsis where it was cut."""
    if units(text) <= limit:
        return text
    room = max(limit - len(ELLIPSIS), 0)
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * room]
    return kept.decode("utf-16-le", "ignore").rstrip() + ELLIPSIS[:limit]


def between(text: str, begin: int, end: int) -> str:
    """Return the part from one UTF-16 offset to another."""
    raw = text.encode("utf-16-le", "surrogatepass")[2 * begin : 2 * end]
    return raw.decode("utf-16-le", "replace")
