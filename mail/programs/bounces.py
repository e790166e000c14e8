"""Reports that programs wrote as they pleased, before there was a form for them."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.parser import BytesParser

from flufl.bounce import all_failures

from mail.reading.mime import Part
from mail.reading.words import one_line

#: What is looked at: its patterns and the library's parser take long with long lines.
_SIZE = 64 * 1024
_LINE = 500
_FEW = 8  # characters that no sentence has
#: What servers say of a failure, the surest sign first: each is a whole line or less.
_REASONS = (
    re.compile(r"\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b[^\n]{0,300}"),
    re.compile(
        r"(?:^|<<<|said:|[:;(\"'>])[ \t]{0,9}([45]\d\d[ -][^\n]{3,300})", re.MULTILINE
    ),
    re.compile(r"^[^\n]{0,200}\b[45]\.\d{1,3}\.\d{1,3}\b[^\n]{0,200}$", re.MULTILINE),
    re.compile(
        r"^[^\n]{0,200}(?:user unknown|unknown user|no such user|over ?quota"
        r"|(?:mailbox|account|folder|inbox) (?:is )?(?:full|unavailable|not found"
        r"|disabled|expired|inactive)|exceeds|over the limit|does ?n[o']t exist"
        r"|host (?:unknown|not found)|relaying denied|rejected|timed out|unrouteable"
        r"|too (?:large|big|many hops)|not (?:listed|recognized|a valid)|is blocked"
        r"|не существует|не найден|переполнен|отклон[её]н|недоступен|заблокирован"
        r"|отключ[её]н)[^\n]{0,200}$",
        re.MULTILINE | re.IGNORECASE,
    ),
)
_NOT_WHY = re.compile(
    r"original message|copy of|follows|^on \w{3},|^[A-Z][\w-]{1,30}: |^\S+@\S+$|^\W+$"
    r"|did not receive|following reason|because:?$",
    re.IGNORECASE,
)
_WAITS = re.compile(
    r"delayed|\bdelay\b|still +being +retried|not +yet +been +delivered"
    r"|will +(?:be +|keep +)?re-?tr|warning: +(?:could +not|message)|задерж|отложен"
    r"|(?:ещ[её]|пока) +не +доставлен|попытки +продолж",
    re.IGNORECASE,
)
_HOPES = re.compile(
    r"do not need to re-?send|no action is required|will (?:continue|keep)[^\n]{0,30}tr"
    r"|this is a warning(?: message)? only|will be re-?tried|только предупреждение"
    r"|(?:повторять|продолж\w+)[^\n]{0,30}попытк|попытки[^\n]{0,30}продолж"
    r"|повторно отправлять[^\n]{0,20} не (?:нужно|требуется)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Whom a report names; ``temporary`` says that the server goes on trying."""

    addresses: tuple[str, ...] = ()
    temporary: bool = False


def find(root: Part) -> Found:
    """Return whom flufl.bounce finds in a mail, nobody if it stumbles."""
    logging.getLogger("flufl.bounce").disabled = True  # it tells of each pattern
    lines = root.raw[:_SIZE].split(b"\n")
    raw = b"\n".join(line[:_LINE] for line in lines)
    try:
        temporary, permanent = all_failures(BytesParser().parsebytes(raw))
    except Exception:  # noqa: BLE001 - it raises what it pleases on odd mails, and we have other signs
        return Found()
    found = sorted(permanent or temporary)
    return Found(
        addresses=tuple(one_line(one.decode("utf-8", "replace")) for one in found),
        temporary=bool(temporary) and not permanent,
    )


def is_one(root: Part) -> bool:
    """Say whether a mail has the form of a report that is known."""
    return bool(find(root).addresses)


def reason(text: str, people: Sequence[str] = ()) -> str:
    """Return the line in which a server says why, empty if none is found.

    Where none of them looks like it, it is what follows the address of one of
    ``people``.
    """
    shown = text[:_SIZE]
    for pattern in _REASONS:
        found = pattern.search(shown)
        if found is not None:
            return found[found.lastindex or 0].strip()
    said = (_after(shown, one) for one in people if one)
    return next(filter(None, said), "")


def _after(text: str, address: str) -> str:
    """Return the rest of the line that names an address, or what stands beside it."""
    before, found, rest = text.partition(address)
    if not found:
        return ""
    lines = (_bare(line) for line in rest[:_LINE].split("\n"))
    why = (line for line in lines if len(line) > _FEW and not _NOT_WHY.search(line))
    beside = _bare(before[-_LINE:].rpartition("\n")[2])
    return next(why, beside if len(beside) > _FEW else "")


def _bare(line: str) -> str:
    return line.strip(" \t\r<>:,;.)(\"'-*")


def waits(subject: str, text: str) -> bool:
    """Say whether a report tells of a delay alone."""
    return bool(_WAITS.search(subject) or _HOPES.search(text[:4000]))
