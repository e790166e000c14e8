"""The conversation before an answer, in brief: what is quoted below it."""

from __future__ import annotations

from collections.abc import Sequence

from tickets.model import Comment, Json, System

#: How many comments an answer quotes, and how much of them.
MOST = 3
_LINES, _CHARACTERS, _TOGETHER = 8, 600, 1500
_CUT = "…"


def quote(comments: Sequence[Comment]) -> list[Json]:
    """Return author, time and the first lines of each; the newest come first.

    What says nothing, files alone, is left out.
    """
    said: list[Json] = []
    left = _TOGETHER
    for one in comments:
        lines = brief(one.text, min(left, _CHARACTERS))
        if lines:
            left -= sum(map(len, lines))
            said.append({"author": name_of(one), "at": one.at, "lines": lines})
    return said


def name_of(comment: Comment) -> str:
    author = comment.author
    if isinstance(author, System):
        return author.name
    # Whoever has no name but their address is not shown to the others by it.
    return author.name.partition("@")[0]


def brief(text: str, most: int) -> list[str]:
    """Return the first lines, of ``most`` characters at most; the end says if cut."""
    lines: list[str] = []
    for line in (one.rstrip() for one in text.strip().splitlines()):
        if not line and (not lines or not lines[-1]):
            continue
        if len(lines) == _LINES or len(line) > most:
            return [*lines, *_last(line, most if len(lines) < _LINES else 0)]
        lines.append(line)
        most -= len(line)
    return lines


def _last(line: str, most: int) -> list[str]:
    """Return what fits of a line, between words where it can be, and the sign of it."""
    if most < 20:
        return [_CUT]
    cut = line[: most - 1]
    words = cut.rpartition(" ")[0]
    return [f"{words if len(words) > most // 2 else cut}{_CUT}"]
