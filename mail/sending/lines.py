"""Header lines written: encoded, folded, and closed to injection.

Every value passes ``one_line`` or a pattern of allowed characters, so no CR, LF
or other control character of a value reaches a header.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterable
from urllib.parse import quote

from mail.reading.words import one_line
from tickets.letter import Mailbox

_WIDTH = 76  # RFC 2047, 2: a line with an encoded word
_LONGEST = 900  # of 998 octets (RFC 5322, 2.1.1), with room for a name
_WORD_BYTES = 45  # 60 characters of base64 in an encoded word of at most 75
_PHRASE = 60
_ADDRESS = 240

_ID = re.compile(r"<[!-;=?-~]{1,898}>")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_ATOM = r"[^\x00-\x20\x7f()<>\[\]:;@\\,.\"]+"
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_NO_DOMAIN = re.compile(r"[^\w.\-\[\]:]")
_SPECIAL = re.compile(r'(["\\])')
_TOKEN = re.compile(r"[^!-~]|[\"(),/:;<=>?@\[\\\]]")
_ATTRIBUTE = "!#$&+-.^_`|~"  # RFC 2231, 7: attribute-char beside letters and digits


def text(name: str, value: str) -> str:
    """Write an unstructured header such as Subject (RFC 5322, 3.6.5)."""
    value = one_line(value)
    if value.isascii() and "=?" not in value:
        if len(name) + len(value) < _WIDTH:
            return f"{name}: {value}\r\n"
        tokens = value.split()
        if max(map(len, tokens), default=0) <= _LONGEST:
            return folded(name, tokens)
    plain, rest = _ascii_start(value)
    room = _WIDTH - len(f"{name}: {plain} ")
    words = encoded(rest, room if room > _WIDTH // 2 else _WIDTH)
    return folded(name, [*plain.split(), *words])


def mailboxes(name: str, boxes: Iterable[Mailbox]) -> str:
    """Write an address list (RFC 5322, 3.6.3); empty text if there is none."""
    tokens: list[str] = []
    for box in boxes:
        if tokens:
            tokens[-1] += ","
        tokens += _mailbox(box)
    return folded(name, tokens) if tokens else ""


def is_id(value: str) -> bool:
    """Say whether that is a Message-ID which a header can carry."""
    return _ID.fullmatch(value) is not None


def ids(name: str, values: Iterable[str]) -> str:
    """Write Message-IDs, all of them; what is none or has no ASCII form is left out."""
    tokens = [value for value in values if is_id(value)]
    return folded(name, tokens) if tokens else ""


def token(name: str, value: str) -> str:
    """Write a header whose value is one plain token."""
    return f"{name}: {_TOKEN.sub('', value)[:_LONGEST]}\r\n"


def parameter(name: str, value: str) -> str:
    """Write a parameter on lines of its own (RFC 2045, 5.1; RFC 2231, 3 and 4)."""
    value = one_line(value)
    if value.isascii() and len(value) <= _PHRASE:
        return f';\r\n {name}="{_SPECIAL.sub(_escape, value)}"'
    escaped = quote(value, safe=_ATTRIBUTE, errors="replace")
    if len(escaped) <= _PHRASE:
        return f";\r\n {name}*=utf-8''{escaped}"
    pieces = re.findall(r"(?:%..|[^%]){1,20}", escaped)
    pieces[0] = f"utf-8''{pieces[0]}"
    return "".join(f";\r\n {name}*{n}*={piece}" for n, piece in enumerate(pieces))


def address(value: str) -> str:
    """Write local@domain; the domain in ASCII unless the local part is not."""
    value = one_line(value)
    if len(value) > _ADDRESS:
        value = value[:_ADDRESS]  # RFC 5321 ends at 256 octets; a header line at 998
    local, at, domain = value.rpartition("@")
    if not at:
        local, domain = domain, ""
    if local.startswith('"') and local.endswith('"') and len(local) > 1:
        local = re.sub(r"\\(.)", r"\1", local[1:-1])
    if not _DOT_ATOM.fullmatch(local):
        local = f'"{_SPECIAL.sub(_escape, local)}"'
    domain = _NO_DOMAIN.sub("", domain)
    if local.isascii() and not domain.isascii():
        domain = ascii_domain(domain)
    return f"{local}@{domain}" if at else local


def ascii_domain(domain: str) -> str:
    """Return the A-labels of an international domain, or itself if it has none."""
    if domain.isascii() or len(domain) > 255:
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def encoded(value: str, room: int = _WIDTH) -> list[str]:
    """Cut a text into encoded words that end between characters (RFC 2047, 5)."""
    raw = value.encode("utf-8", "replace")
    size = min(_WORD_BYTES, max((room - 12) // 4 * 3, 6))
    words = []
    start = 0
    while start < len(raw):
        end = start + size
        while end < len(raw) and raw[end] & 0xC0 == 0x80:
            end -= 1
        chunk = b2a_base64(raw[start:end], newline=False).decode("ascii")
        words.append(f"=?utf-8?B?{chunk}?=")
        start, size = end, _WORD_BYTES
    return words


def folded(name: str, tokens: Iterable[str]) -> str:
    """Join tokens by blanks, in lines of the width where tokens let them."""
    line = f"{name}:"
    lines = []
    for each in tokens:
        if len(line) + len(each) >= _WIDTH + 2 and line != f"{name}:":
            lines.append(line)
            line = ""
        line += f" {each}"
    return "\r\n".join([*lines, line]) + "\r\n"


def _mailbox(box: Mailbox) -> list[str]:
    where = address(box.address)
    name = one_line(box.name)
    if not name:
        return [where]
    return [*_phrase(name), f"<{where}>"]


def _phrase(name: str) -> list[str]:
    if not name.isascii() or "=?" in name or len(name) > _PHRASE:
        return encoded(name, _WIDTH - 10)
    if _ATOMS.fullmatch(name):
        return name.split()
    return [f'"{_SPECIAL.sub(_escape, name)}"']


def _ascii_start(value: str) -> tuple[str, str]:
    """Split off the leading words that need no encoding, such as a ticket's tag."""
    words = value.split(" ")
    count = 0
    while count < len(words) and _stays(words[count]):
        count += 1
    return " ".join(words[:count]), " ".join(words[count:])


def _stays(word: str) -> bool:
    return 0 < len(word) <= _PHRASE and word.isascii() and "=?" not in word


def _escape(match: re.Match[str]) -> str:
    return f"\\{match[1]}"
