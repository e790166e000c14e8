"""PGP's armour inside a text (RFC 9580, 6.2 and 7), and the text without it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

_BEGIN = "-----BEGIN PGP "
_MARK = re.compile(
    r"^-----((?:BEGIN|END) PGP [A-Z ]{3,30})-----[ \t]{0,80}$", re.MULTILINE
)
_MARKS = 100
_MESSAGE = ("BEGIN PGP MESSAGE", "END PGP MESSAGE")
_KEY = ("BEGIN PGP PUBLIC KEY BLOCK", "END PGP PUBLIC KEY BLOCK")
_SIGNED = ("BEGIN PGP SIGNED MESSAGE", "BEGIN PGP SIGNATURE", "END PGP SIGNATURE")
_HEADERS = re.compile(r"\n(?:[A-Za-z-]{1,40}:[^\n]{0,200}\n){0,20}[ \t]{0,80}\n")
_ESCAPED = re.compile(r"^- ", re.MULTILINE)
_ESCAPES = 10_000


@dataclass(slots=True)
class Bared:
    """A text without its armour, and what stood in that."""

    text: str
    messages: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)


def bare(text: str) -> Bared:
    """Take the armour off a text; quoted, cut or beyond a count it stays."""
    if _BEGIN not in text:
        return Bared(text=text)
    bared = Bared(text="")
    rest: list[str] = []
    at = 0
    for marks in _armoured(text):
        start, end = marks[0].start(), marks[-1].end()
        rest.append(text[at:start])
        if len(marks) == len(_SIGNED):
            rest.append(_signed(text[marks[0].end() : marks[1].start()]))
            bared.signatures.append(text[marks[1].start() : end])
        elif marks[0][1] == _KEY[0]:
            bared.keys.append(text[start:end])
        else:
            bared.messages.append(text[start:end])
        at = end
    bared.text = "".join([*rest, text[at:]])
    return bared


def _armoured(text: str) -> Iterator[list[re.Match[str]]]:
    """Yield the marks that stand together, of one piece each."""
    marks = list(islice(_MARK.finditer(text), _MARKS))
    at = 0
    while at < len(marks):
        found = 1
        for form in (_MESSAGE, _KEY, _SIGNED):
            together = marks[at : at + len(form)]
            if tuple(mark[1] for mark in together) == form:
                found = len(form)
                yield together
        at += found


def _signed(lines: str) -> str:
    """Return what was signed: without the hash's name and the escapes of dashes."""
    headers = _HEADERS.match(lines)
    return _ESCAPED.sub("", lines[headers.end() if headers else 0 :], count=_ESCAPES)
