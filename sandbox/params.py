"""The parameters of one call, whichever of the four ways they were sent."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from sandbox.errors import ApiError, bad_request

_QUOTED = re.compile(rb'(name|filename)="([^"]*)"')
_TYPE = re.compile(rb"^content-type:\s*(\S.*?)\s*$", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Params:
    """Named values; from a form they are strings, which may hold JSON."""

    values: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a string, empty if absent."""
        value = self.values.get(name)
        return value if isinstance(value, str) else _dumped(value)

    def integer(self, name: str) -> int | None:
        value = self.values.get(name)
        if value is None or value == "":
            return None
        try:
            return int(value)
        except (TypeError, ValueError) as error:
            raise bad_request(f"can't parse {name} as an integer") from error

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in {"true", "yes", "1"}

    def json(self, name: str) -> Any:
        """Return a decoded value; None if it is absent or empty."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return _loads(value)
        except (ValueError, RecursionError) as error:
            raise bad_request(f"can't parse {name} JSON object") from error

    def listed(self, name: str) -> list[Any]:
        value = self.json(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise bad_request(f"expected an Array in {name}")
        return value

    def mapped(self, name: str) -> dict[str, Any] | None:
        value = self.json(name)
        if value is not None and not isinstance(value, dict):
            raise bad_request(f"object expected as {name}")
        return value

    def with_values(self, values: dict[str, Any]) -> Params:
        """Return the same uploads under other values: one part of an album."""
        return Params(values=values, uploads=self.uploads)

    def shown(self) -> dict[str, Any]:
        """Return what the log keeps: decoded values, and files by name and size."""
        values = {name: _decoded(value) for name, value in self.values.items()}
        files = {
            name: {"file": upload.name, "size": len(upload.content)}
            for name, upload in self.uploads.items()
        }
        return values | files


def read_params(query: str, media_type: str, body: bytes) -> Params:
    """Join the query string with a JSON, form or multipart body."""
    values: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    if media_type.startswith("application/json"):
        return Params(values=values | _read_json(body))
    if media_type.startswith("multipart/form-data"):
        return read_multipart(media_type, body, values)
    form = body.decode(errors="replace")
    return Params(values=values | dict(parse_qsl(form, keep_blank_values=True)))


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        decoded = _loads(body.decode() or "{}")
    except (ValueError, RecursionError) as error:
        raise bad_request("can't parse JSON object") from error
    if not isinstance(decoded, dict):
        raise bad_request("expected a JSON object")
    return decoded


def read_multipart(media_type: str, body: bytes, values: dict[str, Any]) -> Params:
    """Read RFC 7578 parts; those with a file name are uploads."""
    found = _BOUNDARY.search(media_type)
    if found is None:
        raise bad_request("boundary not found in the multipart content type")
    values, uploads = dict(values), {}
    marker = b"\r\n--" + found[1].encode()
    for part in (b"\r\n" + body).split(marker)[1:]:
        if part.startswith(b"--"):
            break
        headers, _, content = part.partition(b"\r\n\r\n")
        named = {key: value.decode() for key, value in _QUOTED.findall(headers)}
        name = named.get(b"name", "")
        if b"filename" in named:
            kind = _TYPE.search(headers)
            uploads[name] = Upload(
                name=named[b"filename"].replace("%22", '"'),
                media_type=kind[1].decode() if kind else "application/octet-stream",
                content=content,
            )
        else:
            values[name] = content.decode(errors="replace")
    return Params(values=values, uploads=uploads)


def _dumped(value: Any) -> str:
    return "" if value is None else json.dumps(value)


def _decoded(value: Any) -> Any:
    if not isinstance(value, str) or value[:1] not in '{["-0123456789tfn':
        return value
    try:
        return _loads(value)
    except (ValueError, RecursionError, ApiError):
        return value


def _loads(text: str) -> Any:
    """Decode JSON; lone surrogates, which could not be written again, are refused."""
    value = json.loads(text)
    if "\\ud" in text.lower():
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise bad_request("strings must be encoded in UTF-8") from error
    return value
