"""Files in messages: by upload or by the id of a file that is already there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from sandbox.errors import ApiError, bad_request
from sandbox.model import Json, StoredFile
from sandbox.params import Params, Upload
from sandbox.picture import picture_size
from sandbox.telegram import Telegram

MB = 1_000_000
MAX_UPLOAD = 50 * MB
MAX_PHOTO = 10 * (1 << 20)
MAX_SIDES = 10_000
MAX_RATIO = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of media: where getFile shows it and what it tells of itself."""

    name: str
    folder: str
    facts: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.name.capitalize()


DOCUMENT = Kind(name="document", folder="documents")
PHOTO = Kind(name="photo", folder="photos")
VIDEO = Kind(name="video", folder="videos", facts=("width", "height", "duration"))
AUDIO = Kind(name="audio", folder="music", facts=("duration",))
VOICE = Kind(name="voice", folder="voice", facts=("duration",))
KINDS = {kind.name: kind for kind in (DOCUMENT, PHOTO, VIDEO, AUDIO, VOICE)}


def take_media(tg: Telegram, params: Params, kind: Kind, *, name: str) -> Json:
    """Return the message's media field from parameter ``name``.

    ``name`` holds a file id or ``attach://part``, or is the uploaded part itself.
    """
    given = params.text(name)
    upload = params.uploads.get(given.removeprefix("attach://") or name)
    if upload is not None:
        return media_field(keep_upload(tg, upload, kind, params=params), kind)
    if not given:
        raise bad_request(f"there is no {kind.name} in the request")
    stored = tg.world.files.get(given)
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if stored.kind != kind.name:
        was = KINDS[stored.kind].title
        raise bad_request(f"can't use file of type {was} as {kind.title}")
    return media_field(stored, kind)


def keep_upload(
    tg: Telegram, upload: Upload, kind: Kind, *, params: Params | None = None
) -> StoredFile:
    """Check an upload as the server does, and keep it."""
    size = len(upload.content)
    if size == 0:
        raise bad_request("file must be non-empty")
    if kind is PHOTO:
        extra = _check_photo(upload)
    elif size > MAX_UPLOAD and params is not None:
        raise ApiError(413, "Request Entity Too Large")
    else:
        extra = {name: (params or Params()).integer(name) or 0 for name in kind.facts}
    path = f"{kind.folder}/file_{{number}}{_suffix(upload.name)}"
    return tg.store(upload, kind.name, path=path, extra=extra)


def media_field(stored: StoredFile, kind: Kind) -> Json:
    """Return ``{"document": {...}}`` and its like for a stored file."""
    shown: Json = {
        "file_id": stored.id,
        "file_unique_id": f"u{stored.number}",
        "file_size": stored.size,
        **stored.extra,
    }
    if kind is PHOTO:
        return {"photo": [shown]}
    shown["mime_type"] = stored.media_type
    if kind is not VOICE:
        shown["file_name"] = stored.name
    return {kind.name: shown}


def _check_photo(upload: Upload) -> Json:
    size = len(upload.content)
    if size > MAX_PHOTO:
        raise bad_request(f"file of size {size} bytes is too big for a photo")
    sides = picture_size(upload.content)
    if sides is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = sides
    ratio = max(sides) / max(min(sides), 1)
    if width + height > MAX_SIDES or ratio > MAX_RATIO:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return {"width": width, "height": height}


def _suffix(name: str) -> str:
    suffix = PurePath(name).suffix
    return suffix if re.fullmatch(r"\.[A-Za-z0-9]{1,8}", suffix) else ""
