"""Lines in which a reply stands together with what begins the quote below it."""

from __future__ import annotations

import re

from mail.quotes import tongues

_F = re.IGNORECASE
_SHARED = re.compile(
    rf"(?i)(?<=\w)[\s-]+(?=On (?:{tongues.WEEKDAYS})[a-z]*, .{{1,160}}wrote:\Z)"
    r"|(?<=[\w.!?)])\s+(?=(?:пн|вт|ср|чт|пт|сб|вс|нд), \d{1,2} .{1,160}@.{1,80}:\Z)"
)
_FENCED = re.compile(rf"(?<=\S)\s+(-{{3,}}\s*(?:{tongues.ORIGINAL})\s*-{{3,}})", _F)
_LONG = 400


def parted(line: str) -> list[str]:
    """Part a reply from such words that stand in the same line."""
    fenced = _FENCED.search(line[:_LONG]) if " ---" in line[:_LONG] else None
    if fenced:
        return [line[: fenced.start()], fenced[1], line[fenced.end() :].lstrip()]
    sure = line.endswith(":") and ("@" in line or line.endswith("wrote:"))
    if len(line) > _LONG or not sure:
        return [line]
    match = _SHARED.search(line)
    return [line[: match.start()], line[match.start() :]] if match else [line]
