"""Rich text as Outlook writes it: unpacked (MS-OXRTFCP), and the words it holds."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

from mail.reading import charsets

_HEAD = struct.Struct("<II4sI")
_PACKED, _PLAIN = b"LZFu", b"MELA"
_WINDOW = 4096
_MOST = 1_000_000
_FIRST = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern "
    rb"\fscript \fdecor MS Sans SerifSymbolArialTimes New RomanCourier"
    rb"{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab"
    rb"\tx"
)

_PIECE = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,9})?[ ]?"
    r"|\\'(?P<octet>[0-9a-fA-F]{2})|\\(?P<mark>[^a-zA-Z'])|(?P<brace>[{}])"
    r"|(?P<text>[^\\{}\r\n]+)"
)
_UNSEEN = frozenset(
    {"colortbl", "fonttbl", "footer", "header", "info", "listtable", "pict",
     "revtbl", "stylesheet", "themedata", "xmlnstbl"}
)  # fmt: skip
_MEANT = {
    "par": "\n", "line": "\n", "row": "\n", "page": "\n", "sect": "\n",
    "tab": "\t", "cell": "\t", "emdash": "—", "endash": "–", "bullet": "•",
    "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
}  # fmt: skip
_MARKS = {"~": "\xa0", "_": "-", "{": "{", "}": "}", "\\": "\\", "\n": "\n", "\r": "\n"}
_DEEPEST = 500


def decompress(raw: bytes) -> bytes:
    """Unpack rich text, a million octets of it; empty if it is packed otherwise."""
    if len(raw) < _HEAD.size:
        return b""
    _, size, form, _ = _HEAD.unpack_from(raw)
    if form == _PLAIN:
        return raw[_HEAD.size :][: min(size, _MOST)]
    return _unpacked(raw, min(size, _MOST)) if form == _PACKED else b""


def _unpacked(raw: bytes, size: int) -> bytes:
    """Undo LZFu: octets as they are, or pointers to what was written before."""
    window = _Window()
    out = bytearray()
    at = _HEAD.size
    while len(out) < size and at < len(raw):
        control = raw[at]
        at += 1
        for bit in range(8):
            width = 2 if control >> bit & 1 else 1
            piece, at = raw[at : at + width], at + width
            if width > 1:
                pair = int.from_bytes(piece, "big")
                if pair >> 4 == window.put:
                    return bytes(out)
                piece = window.copy(pair >> 4, (pair & 0xF) + 2)
            window.write(piece)
            out += piece
    return bytes(out[:size])


class _Window:
    """The last octets written, in a ring that begins with what most texts hold."""

    __slots__ = ("_ring", "put")

    def __init__(self) -> None:
        self._ring = bytearray(_FIRST) + bytearray(_WINDOW - len(_FIRST))
        self.put = len(_FIRST)

    def write(self, piece: bytes) -> None:
        for octet in piece:
            self._ring[self.put] = octet
            self.put = (self.put + 1) % _WINDOW

    def copy(self, start: int, length: int) -> bytes:
        """Copy octets, which may reach into what is being copied."""
        distance = (self.put - start) % _WINDOW
        known = [
            self._ring[(start + n) % _WINDOW] for n in range(min(length, distance))
        ]
        return bytes(known[n % distance] for n in range(length))


def text(raw: bytes) -> str:
    """Return the words of rich text: lines and tabs stay, all else of form goes."""
    reader = _Reader()
    for match in _PIECE.finditer(raw[:_MOST].decode("latin-1")):
        reader.take(match)
    return reader.whole()


@dataclass(slots=True)
class _Reader:
    """What is being read: the text so far, and whether the group at hand is seen."""

    out: list[str] = field(default_factory=list)
    octets: bytearray = field(default_factory=bytearray)
    unseen: list[bool] = field(default_factory=lambda: [False])
    charset: str = "cp1252"
    fallback: int = 0  # octets left that stand for a letter already taken

    def take(self, match: re.Match[str]) -> None:
        if match["brace"]:
            self._nest(match["brace"])
        elif match["word"]:
            self._obey(match["word"], match["number"] or "")
        elif match["mark"] == "*":
            self.unseen[-1] = True
        elif not self.unseen[-1]:
            self._write(match)

    def whole(self) -> str:
        self._flush()
        halves = "".join(self.out).encode("utf-16", "surrogatepass")
        return charsets.storable(halves.decode("utf-16", "replace")).strip("\n")

    def _nest(self, brace: str) -> None:
        if brace == "{" and len(self.unseen) < _DEEPEST:
            self.unseen.append(self.unseen[-1])
        elif brace == "}" and len(self.unseen) > 1:
            self.unseen.pop()

    def _obey(self, word: str, number: str) -> None:
        if word in _UNSEEN:
            self.unseen[-1] = True
        elif word == "ansicpg":
            self.charset = f"cp{number}"
        elif self.unseen[-1]:
            return
        elif word == "u" and number:
            self._say(chr(int(number) % 0x10000))
            self.fallback = 1
        elif word in _MEANT:
            self._say(_MEANT[word])

    def _write(self, match: re.Match[str]) -> None:
        skipped, self.fallback = self.fallback, 0
        if match["octet"]:
            if not skipped:
                self.octets.append(int(match["octet"], 16))
        elif match["mark"]:
            self._say(_MARKS.get(match["mark"], ""))
        else:
            self._say(match["text"][skipped:])

    def _say(self, words: str) -> None:
        self._flush()
        self.out.append(words)

    def _flush(self) -> None:
        if self.octets:
            self.out.append(charsets.decode(bytes(self.octets), self.charset))
            self.octets.clear()
