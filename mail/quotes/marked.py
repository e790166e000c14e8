"""The runs of lines that are marked as quoted, each line with ``>``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mail.quotes.openings import Kind, Opening, openings

_WRAPPED = 60  # a quoted line as long as this may have lost its end to the next
_TALL = 16  # lines in which a quote says whose words it is


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """Lines ``start`` to ``end`` (exclusive), their introduction included."""

    start: int
    end: int
    introduced: bool


def runs(lines: Sequence[str], below: int, found: Sequence[Opening]) -> list[Quote]:
    """List the runs of lines that begin with ``>``, with what introduces them."""
    leads = {one.start: one.end for one in found}
    quotes: list[Quote] = []
    at = 0
    lead: int | None = None
    while at < below:
        if at in leads:
            lead, at = at, leads[at]
            continue
        end = at + 1
        if lines[at].startswith(">"):
            end = _quote_end(lines, at, below)
            start = at if lead is None else lead
            told = lead is not None or (not quotes and _tells_itself(lines[at:end]))
            quotes.append(Quote(start=start, end=end, introduced=told))
        lead = None if lines[at] else lead
        at = end
    return quotes


def _tells_itself(quote: Sequence[str]) -> bool:
    """Say whether the introduction of a quote is marked as quoted, too."""
    inner = [line.removeprefix(">").strip() for line in quote[:_TALL]]
    top = next((at for at, line in enumerate(inner) if line), 0)
    found = openings(inner)
    return bool(found) and found[0].start == top and found[0].kind is Kind.QUOTE


def _quote_end(lines: Sequence[str], at: int, below: int) -> int:
    """Return the line below a quote; blank and wrapped lines inside belong to it."""
    end = at + 1
    while end < below:
        if lines[end].startswith(">") or _is_wrapped(lines, end, below):
            end += 1
            continue
        nearby = [i for i in range(end, min(end + 4, below)) if lines[i]]
        if lines[end] or not nearby or not lines[nearby[0]].startswith(">"):
            break
        end = nearby[0]
    return end


def _is_wrapped(lines: Sequence[str], at: int, below: int) -> bool:
    """Say whether a line is the end of the quoted line above it."""
    line, above = lines[at], lines[at - 1]
    if not line or at + 1 >= below or not lines[at + 1].startswith(">"):
        return False
    if line.startswith(("(http", "<http", "http")) or "://" in above.rpartition(" ")[2]:
        return True
    return len(above) > _WRAPPED and above[-1] not in ".!?:;" and above != ">"
