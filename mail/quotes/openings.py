"""Where in a mail the quoted or forwarded mail begins."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from mail.quotes import dates, said, tongues
from mail.quotes.prose import MARK

_HEADER = re.compile(r"[*_\s]{0,6}([^\W\d_][^:：\d\n*]{0,24}?)[*_\s]{0,6}[:：](?!//)")
_ORIGINAL = re.compile(rf"(?:{tongues.ORIGINAL})\s*[:：]?", re.IGNORECASE)
# Without any of these a line can only be the bare words "Original message".
_HINT = re.compile(rf"[:：>\d{MARK}]|^[-–—_=*#]")
_REPLY_ABOVE = re.compile(rf"(?:{tongues.REPLY_ABOVE})", re.IGNORECASE)
_FORWARDED = re.compile(rf"(?:{tongues.FORWARDED})", re.IGNORECASE)
# Headers that lost the ends of their lines.
_JOINED = re.compile(r"(?<!\S)[*_]{0,2}([^\W\d_]{2,16})[*_]{0,2}\s?[:：]\s")
_UNDERLINES = re.compile(r"_{20,}")
_ADDRESS = re.compile(r"[^\s<>@\[\]]@[\w.-]+\.\w")
_DIGIT = re.compile(r"\d")
_ZONE = re.compile(r"[+-]\d{4}\b|\b(?:GMT|UTC)\b")
_DRAWN = "-–—_=* "
_FENCED = 120
_HEADERS, _GAPS, _WRAPS, _NAMED, _JOINTS = 14, 2, 2, 40, 3
_LEADING = frozenset({tongues.FROM, tongues.DATE, tongues.SUBJECT})
_TRIED = (":", "：", ">", "wrote", "--")
_TRIES = 80  # more beginnings than any letter has


class Kind(Enum):
    """What stands below an opening."""

    QUOTE = "quote"
    FORWARD = "forward"


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """Lines ``start`` to ``end`` (exclusive) say that another mail follows."""

    kind: Kind
    start: int
    end: int
    rule: str


def openings(lines: Sequence[str]) -> list[Opening]:
    """List the openings outside of lines that begin with ``>``, in order."""
    found: list[Opening] = []
    tries, at = 0, 0
    while at < len(lines) and tries < _TRIES:
        line = lines[at]
        if line.startswith(">") or not line.strip(_DRAWN):
            at += 1
            continue
        opening = _opening(lines, at)
        tries += line.endswith(_TRIED) or role_of(line) in _LEADING
        if opening is not None:
            found.append(opening)
        at = opening.end if opening else at + 1
    return found


def _opening(lines: Sequence[str], at: int) -> Opening | None:
    hinted = _HINT.search(lines[at]) or said.wraps(lines, at)
    for rule, kind, find in RULES if hinted else BARE_RULES:
        end = find(lines, at)
        if end is not None:
            start = _start(lines, at)
            return Opening(kind=kind, start=start, end=end, rule=rule)
    return None


def _start(lines: Sequence[str], at: int) -> int:
    """Go up over what Yandex puts above an introduction: "To: …;", "Subject: …;"."""
    while at and lines[at - 1].endswith(";") and role_of(lines[at - 1]):
        at -= 1
    return at


def _mark(lines: Sequence[str], at: int) -> int | None:
    """Find what the page's markup says, unless it is a forwarded mail."""
    if not lines[at].startswith(MARK):
        return None
    below = (i for i in range(at + 1, min(at + 4, len(lines))) if lines[i])
    return None if any(_forward(lines, i) for i in below) else at + 1


def _forward(lines: Sequence[str], at: int) -> int | None:
    line = lines[at]
    words = line.strip(_DRAWN) if len(line) < _FENCED else ""
    if not words or (words == line and (words[-1] not in ":：" or len(words) > 60)):
        return None
    return at + 1 if _FORWARDED.match(words) else None


def _fence(lines: Sequence[str], at: int) -> int | None:
    """Find "Original message" between dashes, or bare above a block of headers."""
    line = lines[at]
    words = line.strip(_DRAWN) if len(line) < _FENCED else ""
    if not 3 < len(words) < 40 or not _ORIGINAL.fullmatch(words):
        return None
    below = next((i for i in range(at + 1, min(at + 4, len(lines))) if lines[i]), at)
    headed = below > at and header_end(lines, below) is not None
    return at + 1 if words != line or headed else None


def _desk(lines: Sequence[str], at: int) -> int | None:
    """Find the line above which a desk asks to write."""
    line = lines[at]
    drawn = line[0] in f"{_DRAWN}#" and len(line) < _FENCED
    return at + 1 if drawn and _REPLY_ABOVE.search(line) else None


def _headers(lines: Sequence[str], at: int) -> int | None:
    """Find a block of headers, unless the line above introduces it as content."""
    if role_of(lines[at]) not in _LEADING:
        return None
    above = next((lines[i] for i in range(at - 1, max(at - 3, -1), -1) if lines[i]), "")
    if above.endswith((":", "：")) and role_of(above) is None:
        return None
    alone = _is_joined(lines[at]) or _is_underlined(lines, at)
    return header_end(lines, at) or (at + 1 if alone else None)


def _is_joined(line: str) -> bool:
    """Say whether a whole block of headers stands in one line."""
    named = {tongues.HEADERS.get(name.lower()) for name in _JOINED.findall(line)}
    roles = named - {None}
    if tongues.FROM not in roles or len(roles) < _JOINTS:
        return False
    return bool(_ADDRESS.search(line) and dates.TIME.search(line))


def _is_underlined(lines: Sequence[str], at: int) -> bool:
    """Say whether the author's name stands below the line that Outlook draws."""
    above = at > 0 and _UNDERLINES.fullmatch(lines[at - 1])
    return bool(above) and role_of(lines[at]) == tongues.FROM


def header_end(lines: Sequence[str], at: int) -> int | None:
    """Return the line below a block of headers that begins at a line; None if none."""
    values, end = _block(lines, at)
    roles = values.keys()
    date = values.get(tongues.DATE, "")
    addressed = bool(_ADDRESS.search(" ".join(values.values())))
    if tongues.FROM in roles and roles & {tongues.DATE, tongues.SUBJECT}:
        sure = addressed or _DIGIT.search(date) or any(map(_is_sent, lines[at:end]))
        return end if sure else None
    sent = tongues.TO in roles and addressed and _ZONE.search(date)
    return end if sent else None


def _is_sent(line: str) -> bool:
    """Say whether a header tells when a mail was sent, in the word that says so."""
    return line.lstrip("*_ ").partition(":")[0].strip("*_ ").lower() in tongues.SENT


def _block(lines: Sequence[str], at: int) -> tuple[dict[str, str], int]:
    """Gather the headers by role; values may wrap, and blank lines stand between."""
    values: dict[str, str] = {}
    end, gap, wraps, role = at, 0, 0, None
    for place in range(at, min(at + _HEADERS, len(lines))):
        line = lines[place]
        found = role_of(line)
        if found and not (found in values and found is not role):
            role, gap, wraps = found, 0, 0
            values[found] = line.partition(":" if ":" in line else "：")[2]
            end = place + 1
        elif found or (line and (gap or role is None)) or gap >= _GAPS:
            break
        elif not line:
            gap += 1
        else:
            wraps += 1
            if wraps > _WRAPS:
                break
            values[role or ""] += f" {line}"
    return values, end


def role_of(line: str) -> str | None:
    """Say which header of a quoted mail a line is; None if it is none."""
    head = line[:_NAMED]
    if ":" not in head and "：" not in head:
        return None
    match = _HEADER.match(head)
    if not match:
        return None
    return tongues.HEADERS.get(match[1].strip().lower())


def _said(lines: Sequence[str], at: int) -> int | None:
    return said.end(lines, at)


Find = Callable[[Sequence[str], int], int | None]
RULES: tuple[tuple[str, Kind, Find], ...] = (
    ("the page's markup", Kind.QUOTE, _mark),
    ("forwarded message", Kind.FORWARD, _forward),
    ("original message", Kind.QUOTE, _fence),
    ("write above this line", Kind.QUOTE, _desk),
    ("headers", Kind.QUOTE, _headers),
    ("somebody wrote", Kind.QUOTE, _said),
)
BARE_RULES = tuple(rule for rule in RULES if rule[2] is _fence)
