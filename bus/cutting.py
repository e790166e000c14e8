"""Strings and lists are shortened where a body would not fit, and it says which."""

from __future__ import annotations

from tickets.model import Json


def shortened(data: Json, limit: int) -> Json:
    """Return a copy in which no string or list has more than ``limit`` members.

    A string that was longer ends with an ellipsis. ``cut`` holds the JSON
    pointers (RFC 6901) of all that was shortened.
    """
    cut: list[object] = []
    made = {key: _shorten(one, limit, f"/{key}", cut=cut) for key, one in data.items()}
    return {**made, "cut": cut}


def _shorten(value: object, limit: int, path: str, *, cut: list[object]) -> object:
    if isinstance(value, str | list) and len(value) > limit:
        cut.append(path)
    if isinstance(value, str) and len(value) > limit:
        return f"{value[: limit - 1]}…"
    if isinstance(value, list):
        return [
            _shorten(one, limit, f"{path}/{place}", cut=cut)
            for place, one in enumerate(value[:limit])
        ]
    if isinstance(value, dict):
        return {
            key: _shorten(one, limit, f"{path}/{key}", cut=cut)
            for key, one in value.items()
        }
    return value
