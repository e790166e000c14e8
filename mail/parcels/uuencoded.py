"""Files that stand in a text as uuencode: begin, lines, end (POSIX, uuencode)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from mail.reading import names, transfer

_BEGIN = re.compile(r"^begin [0-7]{3,4} ([^\n]{1,200})\n", re.MULTILINE)
_END = re.compile(r"^end[ \t]{0,80}(?:\n|\Z)", re.MULTILINE)
_ALPHABET = bytes(range(0x20, 0x61)) + b"\t\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Enclosed:
    """One file out of a text."""

    name: str
    content: bytes


def take_out(text: str, most: int) -> tuple[str, list[Enclosed]]:
    """Part a text from the files in it, ``most`` of them; what is broken stays.

    Takes linear time however many begin and do not end: none reaches over another.
    """
    begins = list(islice(_BEGIN.finditer(text), most + 1)) if "begin " in text else []
    found: list[Enclosed] = []
    rest: list[str] = []
    at = 0
    for place, begin in enumerate(begins[:most]):
        after = begins[place + 1].start() if place + 1 < len(begins) else len(text)
        end = _END.search(text, begin.end(), after)
        content = _content(text[begin.end() : end.start()]) if end else None
        if end and content is not None:
            name = names.safe(begin[1]) or f"file-{len(found) + 1}.bin"
            found.append(Enclosed(name=name, content=content))
            rest.append(text[at : begin.start()])
            at = end.end()
    return "".join([*rest, text[at:]]) if found else text, found


def _content(lines: str) -> bytes | None:
    """Decode the lines between; None if they are no such code."""
    octets = lines.encode()
    if octets.translate(None, _ALPHABET):
        return None
    content, damaged = transfer.uuencoded(octets)
    return None if damaged else content
