"""Content-Type and Content-Disposition: a value and its parameters (RFC 2231)."""

from __future__ import annotations

import re
from itertools import islice
from urllib.parse import unquote_to_bytes

from mail.reading import charsets, words

_VALUE = re.compile(r"[^;\s,]*")
_PARAMETER = re.compile(
    r'(?<![^\s=;"])([^\s=;"]++)\s*+=\s*+("(?>(?:[^"\\]|\\.)*)"|[^;]*)'
)
_ESCAPED = re.compile(r'\\(["\\])')
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*?)")
_MOST = 100
_LENGTH = 16 * 1024

type_pattern = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,100}")


def parse(raw: bytes, charset: str = "") -> tuple[str, dict[str, str]]:
    """Return the lower-case value and the decoded parameters by lower-case name."""
    if not raw:
        return "", {}
    text = raw[:_LENGTH].decode("latin-1")
    head = _VALUE.match(text)
    value = head[0] if head else ""
    if len(value) == len(text):
        return value.lower(), {}
    found = [
        (match[1].lower(), _unquoted(match[2]))
        for match in islice(_PARAMETER.finditer(text, len(value)), _MOST)
    ]
    return value.lower(), _joined(found, charset)


def _unquoted(value: str) -> str:
    if value.startswith('"'):
        inner = value[1:-1] if value.endswith('"') and len(value) > 1 else value[1:]
        return _ESCAPED.sub(r"\1", inner) if "\\" in inner else inner
    return value.strip()


def _joined(found: list[tuple[str, str]], charset: str) -> dict[str, str]:
    plain: dict[str, str] = {}
    sections: dict[str, list[tuple[int, bool, str]]] = {}
    for name, value in found:
        match = _SECTION.fullmatch(name) if "*" in name else None
        if match:
            section = (int(match[2] or 0), bool(match[3]), value)
            sections.setdefault(match[1], []).append(section)
        elif name not in plain:
            plain[name] = _decoded(value, charset)
    extended = {name: _assembled(parts, charset) for name, parts in sections.items()}
    return plain | extended


def _assembled(parts: list[tuple[int, bool, str]], charset: str) -> str:
    """Join the sections in their order; only starred ones are percent-encoded."""
    parts.sort(key=lambda part: part[0])
    if not any(starred for _, starred, _ in parts):
        return _decoded("".join(value for _, _, value in parts), charset)
    declared, raw = "", b""
    for number, (_, starred, value) in enumerate(parts):
        if starred and number == 0 and value.count("'") >= 2:
            declared, _, value = value.split("'", 2)  # noqa: PLW2901 - charset'language'value
        raw += unquote_to_bytes(value) if starred else value.encode("latin-1")
    return words.one_line(charsets.decode(raw, declared or charset))


def _decoded(value: str, charset: str) -> str:
    if value.isascii() and "=?" not in value:
        return words.one_line(value)
    return words.one_line(words.decode(value, charset))
