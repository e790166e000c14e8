"""The files of a Telegram message, each with a name and a media type."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from typing import Any

from bot.text import cut, one_line
from tickets.talk import RemoteFile

#: What a file is called when Telegram does not say, and its media type.
UNNAMED = {
    "document": ("document", "application/octet-stream"),
    "video": ("video.mp4", "video/mp4"),
    "audio": ("audio.mp3", "audio/mpeg"),
    "voice": ("voice.ogg", "audio/ogg"),
    "video_note": ("video-note.mp4", "video/mp4"),
}
PHOTO = ("photo.jpg", "image/jpeg")
NAME_LENGTH = 120


def files_of(message: Mapping[str, Any]) -> tuple[RemoteFile, ...]:
    """Return the files; one that cannot be read raises KeyError or TypeError."""
    found = [
        _file(message[kind], *default)
        for kind, default in UNNAMED.items()
        if kind in message
    ]
    if message.get("photo"):
        largest = max(message["photo"], key=lambda size: size["width"] * size["height"])
        found.append(_file(largest, *PHOTO))
    return tuple(found)


def _file(said: Mapping[str, Any], name: str, media_type: str) -> RemoteFile:
    size = said.get("file_size", 0)
    given = said.get("file_name")
    return RemoteFile(
        remote_id=_text(said["file_id"]),
        name=_safe(given, said, name) if isinstance(given, str) else name,
        media_type=_media_type(said, media_type),
        size=size if isinstance(size, int) else 0,
    )


def _safe(given: str, said: Mapping[str, Any], default: str) -> str:
    """Return a name for display alone: no path, no line break, not too long."""
    last = one_line(given.replace("\\", "/").rpartition("/")[2])
    if last.strip("."):
        return cut(last, NAME_LENGTH)
    return default + (mimetypes.guess_extension(_media_type(said, "")) or "")


def _media_type(said: Mapping[str, Any], default: str) -> str:
    given = said.get("mime_type")
    return given if isinstance(given, str) and given.isascii() else default


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, not {type(value).__name__}")
    return value
