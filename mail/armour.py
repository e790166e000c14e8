"""PGP's armour inside a text (RFC 9580, 6.2 and 7), and the text without it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BLOCK = re.compile(
    r"^-----BEGIN[ ]PGP[ ](?P<label>MESSAGE|PUBLIC[ ]KEY[ ]BLOCK)-----[ \t\r]*\n"
    r"(?>(?:(?!-----)[^\n]*\n)*)-----END[ ]PGP[ ](?P=label)-----[^\n]*$"
    r"|^-----BEGIN[ ]PGP[ ]SIGNED[ ]MESSAGE-----[ \t\r]*\n"
    r"(?>(?:[A-Za-z-]{1,40}:[^\n]*\n)*)[ \t\r]*\n"
    r"(?P<signed>(?>(?:(?!-----BEGIN[ ]PGP[ ])[^\n]*\n)*))"
    r"(?P<signature>-----BEGIN[ ]PGP[ ]SIGNATURE-----[ \t\r]*\n"
    r"(?>(?:(?!-----)[^\n]*\n)*)-----END[ ]PGP[ ]SIGNATURE-----[^\n]*$)",
    re.MULTILINE,
)
_BEGIN = "-----BEGIN PGP "
_ESCAPED = re.compile(r"^- ", re.MULTILINE)
_BLOCKS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Bared:
    """A text without its armour, and what stood in that."""

    text: str
    messages: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()


def bare(text: str) -> Bared:
    """Take the armour off a text; quoted, cut or beyond a count it stays."""
    if _BEGIN not in text:
        return Bared(text=text)
    found: dict[str, list[str]] = {"MESSAGE": [], "PUBLIC KEY BLOCK": [], "": []}

    def take(match: re.Match[str]) -> str:
        if match["label"]:
            found[match["label"]].append(match[0])
            return ""
        found[""].append(match["signature"])
        return _ESCAPED.sub("", match["signed"])

    rest = _BLOCK.sub(take, text, count=_BLOCKS)
    return Bared(
        text=rest,
        messages=tuple(found["MESSAGE"]),
        keys=tuple(found["PUBLIC KEY BLOCK"]),
        signatures=tuple(found[""]),
    )
