"""Signatures that a page's markup names, found again at the end of what was written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mail.quotes import prose

_BEGINS = re.compile(r'<([a-z]+)\b[^<>]{0,500}?\bclass="signature-begins"')
_LINKS = re.compile(r"<[^<>\s]*>|\(https?:[^()\s]*\)|https?:\S+")
_DRAWN = "-–—_=* "
_MANY, _TALL, _LONG, _SHORT, _LETTERS = 3, 24, 40_000, 3, 2_000


def listed(cleaned: str) -> list[str]:
    """Return the bare letters of each signature in a page that was cleaned."""
    found = (prose.read(source) for source in _sources(cleaned))
    letters = [_letters(text) for text in found if text.count("\n") < _TALL]
    return [one for one in letters if _SHORT <= len(one) <= _LETTERS]


def taken_off(
    lines: Sequence[str], runs: Sequence[tuple[int, int]], known: Sequence[str]
) -> Sequence[tuple[int, int]]:
    """Return runs of lines without the known signatures at their ends."""
    if not known:
        return runs
    cut = [(run[0], _end_of_words(lines, run, known)) for run in runs]
    return [run for run in cut if any(lines[slice(*run)])] or runs


def _end_of_words(
    lines: Sequence[str], run: tuple[int, int], known: Sequence[str]
) -> int:
    """Return the line below the words of a run; a signature may have lost its end."""
    start, end = run
    longest = max(map(len, known))
    letters = ""
    for at in range(end - 1, start - 1, -1):
        letters = _letters(lines[at]) + letters
        if len(letters) > longest:
            break
        if len(letters) >= _SHORT and any(one.startswith(letters) for one in known):
            end = at
    while start < end < run[1] and not lines[end - 1].strip(_DRAWN):
        end -= 1
    return end


def _sources(cleaned: str) -> Iterator[str]:
    """Yield the elements of a page that are signatures, the first few."""
    at = 0
    for _ in range(_MANY):
        begin = _BEGINS.search(cleaned, at)
        if begin is None:
            return
        at = _closed(cleaned, begin)
        if at - begin.start() <= _LONG:
            yield cleaned[begin.start() : at]


def _closed(cleaned: str, begin: re.Match[str]) -> int:
    depth = 1
    for tag in re.finditer(rf"<(/?){begin[1]}\b", cleaned[begin.end() :]):
        depth += -1 if tag[1] else 1
        if not depth:
            return begin.end() + tag.start()
    return len(cleaned)


def _letters(text: str) -> str:
    """Take from a text what programs never change: its letters and digits."""
    return "".join(filter(str.isalnum, _LINKS.sub("", text))).casefold()
