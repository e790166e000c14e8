"""Address headers read as people write them (RFC 5322, 3.4, and worse)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mail.reading import words
from tickets.letter import Mailbox

_WORD = r'=\?[^?\s]{1,60}\?[bBqQ]\?[^?]{0,500}\?=|(?:[^\s",;:<>()]++)'
_TOKEN = re.compile(
    r'(?P<quoted>"(?>(?:[^"\\]|\\.)*)(?:"(?P<local>@[^\s",;:<>()]++)?|\\?\Z))'
    r"|(?P<angle><[^<>]*+>?)|(?P<mark>[,;:()>])|(?P<escaped>\\[()])"
    rf"|(?P<word>{_WORD})",
    re.DOTALL,
)
_UNQUOTED = re.compile(
    r"(?P<quoted>(?P<local>\Z.))?(?P<escaped>\Z.)?(?:(?P<angle><[^<>]*+>?)"
    rf"|(?P<mark>[,;:()>])|(?P<word>{_WORD}|\"))"
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_COMMENT = re.compile(r"\([^()]*\)")
_COMMENTS = 20
_SPACE = re.compile(r"\s+")
_LONGEST = 320  # RFC 5321, 4.5.3.1: 64 + @ + 255
_NAME = 200


@dataclass(slots=True)
class _Entry:
    """What has been read of one list entry: its words, comments and address."""

    words: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    angle: str | None = None


def parse(raw: bytes, charset: str = "", most: int = 500) -> tuple[Mailbox, ...]:
    """Read an address list; groups are opened, what has no address is left out."""
    text = raw.decode("latin-1")
    found = _read(text, charset, most)
    if not found and "=?" in text:
        whole = words.header_text(raw, charset)
        found = _read(whole.encode().decode("latin-1"), charset, most)
    return tuple(found)


def _read(text: str, charset: str, most: int) -> list[Mailbox]:
    found: list[Mailbox] = []
    for entry in _entries(text):
        mailbox = _mailbox(entry, charset)
        if mailbox:
            found.append(mailbox)
        if len(found) >= most:
            break
    return found


def _entries(text: str) -> Iterator[_Entry]:
    entry = _Entry()
    for kind, value in _tokens(text):
        if kind == "comment":
            entry.comments.append(value)
        elif kind == "angle":
            entry.angle = entry.angle or value
        elif kind == "word":
            entry.words.append(value)
        elif _ends(value, entry):
            yield entry
            entry = _Entry()
    yield entry


def _ends(mark: str, entry: _Entry) -> bool:
    if mark == ":" and not any("@" in word for word in entry.words):
        entry.words.clear()  # a group's name, or mailto:
        entry.comments.clear()
    return mark in ",;"


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    escaped = text.count("\\(") - text.count("\\)")
    balanced = text.count("(") - text.count(")") == escaped
    depth, comment_from = 0, 0
    for match in _matches(text):
        mark = match["mark"]
        if balanced and mark == "(":
            comment_from = comment_from if depth else match.end()
            depth += 1
        elif balanced and mark == ")" and depth:
            depth -= 1
            if not depth:
                yield "comment", _comment(text[comment_from : match.start()])
        elif not depth and not match["escaped"]:
            yield from _token(match)


def _matches(text: str) -> Iterator[re.Match[str]]:
    """Tokenise; after a quote that never closes, quotes mean nothing."""
    for match in _TOKEN.finditer(text):
        quoted = match["quoted"]
        if quoted and (len(quoted) == 1 or not (match["local"] or quoted[-1] == '"')):
            yield from _UNQUOTED.finditer(text, match.start() + 1)
            return
        yield match


def _token(match: re.Match[str]) -> Iterator[tuple[str, str]]:
    if match["angle"]:
        for comment in _COMMENT.findall(match["angle"])[:_COMMENTS]:
            yield "comment", _comment(comment[1:-1])
        yield "angle", _COMMENT.sub("", match["angle"].strip("<>"))
    elif match["mark"]:
        yield "mark", match["mark"]
    elif match["word"]:
        yield "word", match["word"]
    elif match["local"]:
        yield "word", match["quoted"]
    else:
        yield "word", _ESCAPED.sub(r"\1", match["quoted"][1:-1])


def _comment(text: str) -> str:
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def _mailbox(entry: _Entry, charset: str) -> Mailbox | None:
    if entry.angle is None:
        address, rest = _bare(entry.words)
    else:
        address, rest = entry.angle, entry.words
    address = _address(address, charset)
    if not address:
        return None
    name, comments = " ".join(rest), " ".join(entry.comments)
    if name and comments:
        name = f"{name} ({comments})"
    return Mailbox(address=address, name=_name(name or comments, charset))


def _bare(parts: list[str]) -> tuple[str, list[str]]:
    """Find the address among words without angle brackets."""
    joined = "".join(parts)
    if joined.count("@") == 1 and len(parts) <= 3 and "@" in (parts[-1][0], *parts):
        return joined, []  # written as "local @ domain"
    for number in range(len(parts) - 1, -1, -1):
        if "@" in parts[number]:
            end = number + 1
            while end < len(parts) and (
                parts[end][0] == "." or parts[end - 1][-1] == "."
            ):
                end += 1  # RFC 5322, 4.4: blanks around dots, obsolete
            return "".join(parts[number:end]), parts[:number] + parts[end:]
    alone = len(parts) == 1 and "=?" not in parts[0]
    return (parts[0], []) if alone else ("", parts)


def _address(text: str, charset: str) -> str:
    if text.startswith("@"):
        text = text.rpartition(":")[2]  # a source route, obsolete
    text = text if text.isascii() and "=?" not in text else words.decode(text, charset)
    text = words.one_line(text).removeprefix("mailto:")
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    if not text.startswith('"'):
        text = _SPACE.sub("", text)
    return text if 0 < len(text) <= _LONGEST else ""


def _name(text: str, charset: str) -> str:
    if not text.isascii() or "=?" in text:
        text = words.decode(text, charset)
    text = _SPACE.sub(" ", words.one_line(text[: _NAME * 8])).strip(" '\"")
    return text[:_NAME]
