"""Telegram's HTML, read as strictly as the real server reads it.

Error texts and byte offsets follow tdlib's parse_html; offsets and lengths of
entities are in UTF-16 units.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.model import Json

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(
    r"&(?:#x([0-9a-f]{1,8})(?![0-9a-f])|#([0-9]{1,8})(?![0-9])|([a-z]+));?",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z0-9.-]*")
_SPACE = " \t\r\n\v"
_SCHEME = re.compile(r"(?:https?|tg|mailto):", re.IGNORECASE)
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:[/?#:]|$)")


class MarkupError(Exception):
    """The text is not Telegram's HTML."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    begin: int


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Turn HTML into plain text and entities.

    Raises MarkupError with the server's words, which name byte offsets.
    """
    return _Parser(source).parse()


class _Parser:
    """One pass over the source; ``at`` is where it stands."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.parts: list[str] = []
        self.length = 0
        self.open: list[_Open] = []
        self.entities: list[Json] = []

    def parse(self) -> tuple[str, list[Json]]:
        while self.at < len(self.source):
            if self._char() != "<":
                self._write(self._take_character())
            elif self.source.startswith("</", self.at):
                self._end_tag()
            else:
                self._start_tag()
        if self.open:
            tag = self.open[-1].tag
            raise MarkupError(f'Can\'t find end tag corresponding to start tag "{tag}"')
        self.entities.sort(key=lambda found: (found["offset"], -found["length"]))
        return "".join(self.parts), self.entities

    def _char(self) -> str:
        """Return the character at hand; the empty string is the end."""
        return self.source[self.at : self.at + 1]

    def _byte(self, position: int) -> int:
        return len(self.source[:position].encode(errors="surrogatepass"))

    def _write(self, character: str) -> None:
        self.parts.append(character)
        self.length += 2 if character > "\uffff" else 1

    def _take_character(self) -> str:
        found = _REFERENCE.match(self.source, self.at)
        decoded = _decode(found) if found else ""
        if found and decoded:
            self.at = found.end()
            return decoded
        self.at += 1
        return self.source[self.at - 1]

    def _skip_space(self) -> None:
        while self._char() and self._char() in _SPACE:
            self.at += 1

    def _skip_to(self, stops: str) -> str:
        begin = self.at
        while self._char() and self._char() not in stops:
            self.at += 1
        return self.source[begin : self.at]

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        tag = _lower(self._skip_to(_SPACE + ">"))
        where = f"at byte offset {self._byte(begin)}"
        if not self._char():
            raise MarkupError(f"Unclosed start tag {where}")
        if tag not in _TYPES:
            raise MarkupError(f'Unsupported start tag "{tag}" {where}')
        argument = self._attributes(tag, where)
        if tag == "span" and argument != "tg-spoiler":
            raise MarkupError(f'Tag "span" must have class "tg-spoiler" {where}')
        self.open.append(
            _Open(tag=tag, argument=argument, offset=self.length, begin=len(self.parts))
        )

    def _attributes(self, tag: str, where: str) -> str:
        """Read up to the closing bracket; return the one attribute that matters."""
        argument = ""
        while True:
            self._skip_space()
            if self._char() == ">":
                self.at += 1
                return argument
            name = _lower(self._skip_to(_SPACE + "=>"))
            if not self._char():
                raise MarkupError(f'Unclosed start tag "{tag}" {where}')
            if not name:
                raise MarkupError(f'Empty attribute name in the tag "{tag}" {where}')
            argument = _argument(tag, name, self._value(tag, where)) or argument

    def _value(self, tag: str, where: str) -> str:
        self._skip_space()
        if self._char() != "=":
            return ""
        self.at += 1
        self._skip_space()
        if not self._char():
            raise MarkupError(f'Unclosed start tag "{tag}" {where}')
        quote = self._char()
        value = self._quoted(quote) if quote in "'\"" else self._name_token()
        if not self._char():
            raise MarkupError(f"Unclosed start tag {where}")
        return value

    def _quoted(self, quote: str) -> str:
        self.at += 1
        value: list[str] = []
        while self._char() and self._char() != quote:
            value.append(self._take_character())
        self.at += 1
        return "".join(value)

    def _name_token(self) -> str:
        begin = self.at
        found = _NAME.match(self.source, begin)
        self.at = found.end() if found else begin
        if not self._char() or self._char() not in _SPACE + ">":
            where = self._byte(begin)
            raise MarkupError(f"Unexpected end of name token at byte offset {where}")
        return _lower(self.source[begin : self.at])

    def _end_tag(self) -> None:
        where = f"at byte offset {self._byte(self.at)}"
        if not self.open:
            raise MarkupError(f"Unexpected end tag {where}")
        self.at += 2
        name = self._skip_to(_SPACE + ">")
        self._skip_space()
        if self._char() != ">":
            raise MarkupError(f"Unclosed end tag {where}")
        self.at += 1
        opened = self.open.pop()
        if name and name != opened.tag:
            raise MarkupError(
                f'Unmatched end tag {where}, expected "</{opened.tag}>",'
                f' found "</{name}>"'
            )
        self._close(opened)

    def _close(self, opened: _Open) -> None:
        length = self.length - opened.offset
        inner = "".join(self.parts[opened.begin :])
        extra = _extra(opened, inner)
        if length == 0 or extra is None:
            return
        kind = _TYPES[opened.tag]
        if opened.tag == "blockquote" and opened.argument:
            kind = "expandable_blockquote"
        entity = {"type": kind, "offset": opened.offset, "length": length, **extra}
        last = self.entities[-1] if self.entities else {}
        span = (opened.offset, length)
        pair = {kind, last.get("type")}
        if pair == {"pre", "code"} and (last["offset"], last["length"]) == span:
            language = _language(opened) or last.pop("language", "")
            if language:
                last.update(type="pre", language=language)
                return
        self.entities.append(entity)


def _lower(text: str) -> str:
    """Lower the ASCII letters only, as the server does."""
    return re.sub("[A-Z]+", lambda found: found.group().lower(), text)


def _decode(found: re.Match[str]) -> str:
    hexadecimal, decimal, name = found.groups()
    if name:
        return _NAMED.get(name, "")
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if code == 0 or code >= 0x10FFFF or 0xD800 <= code < 0xE000:
        return ""
    return chr(code)


def _argument(tag: str, name: str, value: str) -> str:
    match tag, name:
        case ("a", "href") | ("tg-emoji", "emoji-id") | ("span", "class"):
            return value
        case ("code", "class") if value.startswith("language-"):
            return value
        case ("blockquote", "expandable"):
            return "1"
        case _:
            return ""


def _language(opened: _Open) -> str:
    return opened.argument.removeprefix("language-") if opened.tag == "code" else ""


def _extra(opened: _Open, inner: str) -> Json | None:
    """Return the entity's own fields; None if there is no entity after all."""
    match opened.tag:
        case "a":
            url = opened.argument or inner
            if not _SCHEME.match(url):
                url = f"http://{url}" if _DOMAIN.match(url) else ""
            return {"url": url} if url else None
        case "tg-emoji":
            known = opened.argument.isdecimal()
            return {"custom_emoji_id": opened.argument} if known else None
        case "code" if _language(opened):
            return {"language": _language(opened)}
        case _:
            return {}
