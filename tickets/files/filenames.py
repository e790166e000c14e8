"""Names of files, fit to be shown and saved whatever the sender wrote."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_PATH = re.compile(r"[/\\]")
#: Read as a blank by people, some of them as a letter by programs. One ideographic
#: space (U+3000) is how Chinese and Japanese names are written.
_BLANKS = re.compile("[\\s\u115f\u1160\u2800\u3164\uffa0]+")
#: No file system of Windows takes these.
_FORBIDDEN = re.compile(r'[<>:"|?*]')
#: Devices there, whatever the extension.
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)",
    re.IGNORECASE,
)
#: Controls, formats such as the one that turns a name around, halves, line ends.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_LENGTH = 180
_BYTES = 240  # most file systems take 255, and a number may follow
_EXTENSION = 12
_READ = 4 * _LENGTH


def safe(name: str) -> str:
    """Return the last path element without tricks, bounded; empty if none is left.

    The real end stays in sight: blanks are one each, and a long name is cut before
    its extension.
    """
    last = _PATH.split(name)[-1]
    if len(last) > _READ:  # its end says what it is
        last = last[: _READ // 2] + last[-_READ // 2 :]
    seen = "".join(filter(_is_seen, _BLANKS.sub(_one_blank, last)))
    seen = _BLANKS.sub(_one_blank, seen)  # those that only the unseen held apart
    fit = unicodedata.normalize("NFC", _FORBIDDEN.sub("_", seen))
    fit = fit.strip(" ").rstrip(" .")
    if not fit.strip("."):
        return ""
    return _bounded(f"_{fit}" if _DEVICE.match(fit) else fit)


def _one_blank(blanks: re.Match[str]) -> str:
    return blanks[0] if blanks[0] == "\u3000" else " "


def _is_seen(character: str) -> bool:
    if character.isascii():
        return character.isprintable()
    is_character = ord(character) & 0xFFFE != 0xFFFE
    return is_character and unicodedata.category(character) not in _UNSEEN


def extension(name: str) -> str:
    """Return what a name ends with after its last dot, in lower case."""
    return name.rpartition(".")[2].strip().lower() if "." in name else ""


def unique(names: Iterable[str]) -> list[str]:
    """Tell files of one name apart: ``image001.png``, ``image001 (2).png``."""
    given: list[str] = []
    taken: set[str] = set()
    counts: dict[str, int] = {}
    for name in names:
        free, key = name, name.casefold()
        while free.casefold() in taken:
            counts[key] = counts.get(key, 1) + 1
            free = _numbered(name, counts[key])
        taken.add(free.casefold())
        given.append(free)
    return given


def _numbered(name: str, number: int) -> str:
    stem, dot, ending = _split(name)
    return f"{stem} ({number}){dot}{ending}"


def _split(name: str) -> tuple[str, str, str]:
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > _EXTENSION:
        return name, "", ""
    return stem, dot, ending


def _bounded(name: str) -> str:
    if len(name) <= _LENGTH and len(name.encode()) <= _BYTES:
        return name
    stem, dot, ending = _split(name)
    room = _BYTES - len((dot + ending).encode())
    cut = stem[: _LENGTH - len(ending) - 1].encode()[:room].decode(errors="ignore")
    return cut.rstrip(" .") + dot + ending
