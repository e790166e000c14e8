"""How much of one mail is read before the rest is only noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tickets.letter import Excess, File, LeftOut


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What ``parse.read`` takes from one mail; beyond it a defect is noted.

    ``headers`` and ``header_bytes`` are per part and per header; ``parts`` counts
    leaves and containers of the whole mail, ``file_bytes`` one file, ``files_bytes``
    all of them. A text over ``text`` characters is cut
    in the letter and kept whole as a file.
    """

    headers: int = 1000
    header_bytes: int = 64 * 1024
    subject: int = 1000
    addresses: int = 500
    references: int = 100
    parts: int = 1000
    depth: int = 30
    files: int = 500
    file_bytes: int = 50 * 1024 * 1024
    files_bytes: int = 100 * 1024 * 1024
    text: int = 500_000
    html: int = 1_000_000


DEFAULT = Limits()
#: What the splitter says when it stops.
TOO_MANY_PARTS = "more parts than are read"
TOO_DEEP = "parts are nested deeper than is read"


def excess_of(files: Sequence[File], content: bytes, limits: Limits) -> Excess | None:
    """Return the limit that one more file would go beyond, None if there is room."""
    if len(content) > limits.file_bytes:
        return Excess.SIZE
    if len(files) >= limits.files:
        return Excess.COUNT
    together = sum(len(file.content) for file in files) + len(content)
    return Excess.TOTAL if together > limits.files_bytes else None


def unread_parts(defects: Sequence[str]) -> tuple[LeftOut, ...]:
    """Return what stands for the parts at which the splitter stopped, if it did."""
    if {TOO_MANY_PARTS, TOO_DEEP}.isdisjoint(defects):
        return ()
    return (LeftOut(name="", size=0, excess=Excess.PARTS),)
