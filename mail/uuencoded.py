"""Files that stand in a text as uuencode: begin, lines, end (POSIX, uuencode)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mail import names, transfer

_BEGIN = "begin "
_BLOCK = re.compile(
    r"^begin[ ][0-7]{3,4}[ ](?P<name>[^\r\n]{1,200})\r?\n"
    r"(?P<lines>(?>(?:[!-`][\x20-\x60]{0,90}[^\S\n]*\n)*)"
    r"(?:[`\x20]?[^\S\n]*\n)?)end[^\S\n]*$\n?",
    re.MULTILINE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Enclosed:
    """One file out of a text."""

    name: str
    content: bytes


def take_out(text: str, most: int) -> tuple[str, list[Enclosed]]:
    """Part a text from the files in it, ``most`` of them; what is broken stays.

    Takes linear time however many begin and do not end: none reaches over another.
    """
    if _BEGIN not in text or "\nend" not in text:
        return text, []
    found: list[Enclosed] = []

    def take(match: re.Match[str]) -> str:
        content, damaged = transfer.undo("uuencode", match[0].encode())
        if damaged:
            return match[0]
        name = names.safe(match["name"]) or f"file-{len(found) + 1}.bin"
        found.append(Enclosed(name=name, content=content))
        return ""

    return _BLOCK.sub(take, text, count=most), found
