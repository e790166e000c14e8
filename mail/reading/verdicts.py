"""What our border server says of a mail's author, in Authentication-Results (RFC 8601).

Only headers under configured names count (RFC 8601, 5). The border strips those that
others wrote under its name; if it does not, ours still stands above theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

#: More headers than a border and its filters write, and more than anybody else adds.
#: Those below are not looked at.
OURS, ALL = 10, 50
#: In bytes; one that is longer was not written by a border in its right mind.
LONGEST = 16 * 1024
#: A server's name stands among so many first characters.
NAME_WITHIN = 1000
_DMARC, _DKIM = "dmarc", "dkim"
# Outside and inside of comments, where quotes are but letters (RFC 5322, 3.2.2).
_OUTSIDE = re.compile(r'"(?:[^"\\]|\\.)*"|\\.|[^"\\();]+|.', re.DOTALL)
_INSIDE = re.compile(r"[^\\()]+|\\.|.", re.DOTALL)
_OPAQUE = re.compile(r"[^A-Za-z0-9.@_-]")
_DOMAIN = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){1,30}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One method's result, with its properties such as ``header.d``."""

    method: str
    result: str
    properties: dict[str, str]


def vouch(headers: Sequence[bytes], author: str, border: frozenset[str]) -> bool | None:
    """Return what the border says of an author's address: theirs, forged, or nothing.

    ``headers`` are the values of Authentication-Results from the top down, ``border``
    the names in lower case under which ours are. DMARC's failure outweighs all else;
    SPF says nothing of the author (RFC 7208, 11.2).
    """
    domain = plain_domain(author.rpartition("@")[2])
    findings = list(_trusted(headers, border)) if border else []
    dmarc = [one for one in findings if one.method == _DMARC]
    if any(one.result == "fail" for one in dmarc):
        return False
    passed = [one for one in findings if one.result == "pass"]
    return any(_speaks_for(one, domain) for one in passed) or None


def _trusted(headers: Sequence[bytes], border: frozenset[str]) -> Iterator[Finding]:
    """Yield the border's findings, for each method those of its topmost header."""
    known: set[str] = set()
    ours = (value for value in headers[:ALL] if _server_of(value) in border)
    for value in islice(ours, OURS):
        if len(value) > LONGEST:
            yield Finding(method=_DMARC, result="fail", properties={})
            return
        results = map(_finding, _split(_text(value))[1:])
        found = [one for one in results if one and one.method not in known]
        known.update(one.method for one in found)
        yield from found


def _speaks_for(finding: Finding, domain: str) -> bool:
    told = finding.properties
    match finding.method:
        case "dmarc":
            return aligned(domain, told.get("header.from", ""))
        case "dkim":
            signer = told.get("header.d") or told.get("header.i", "")
            return aligned(domain, signer)
        case _:
            return False


def aligned(domain: str, other: str) -> bool:
    """Say whether two domains are one, or one is part of the other.

    Two branches of one organisation are not: that takes a list of public suffixes.
    """
    theirs = plain_domain(other.rpartition("@")[2])
    if not domain or not theirs:
        return False
    return (
        domain == theirs
        or domain.endswith(f".{theirs}")
        or theirs.endswith(f".{domain}")
    )


def plain_domain(domain: str) -> str:
    """Return a domain in lower case and ASCII, empty if it is none of two parts."""
    plain = domain.strip().rstrip(".").lower()
    if not plain.isascii():
        try:
            plain = plain.encode("idna").decode()
        except UnicodeError:
            return ""
    return plain if _DOMAIN.fullmatch(plain) else ""


def _server_of(value: bytes) -> str:
    """Return the authserv-id in lower case; a version may follow it."""
    words = _split(_text(value[:NAME_WITHIN]))[0].split(maxsplit=1)
    return words[0].lower() if words else ""


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _split(text: str) -> list[str]:
    """Part a value at its semicolons, its comments gone and its quotes made one word.

    What is quoted may be a stranger's, so nothing in it can be taken for syntax.
    """
    parts: list[list[str]] = [[]]
    depth = at = 0
    while found := (_INSIDE if depth else _OUTSIDE).match(text, at):
        piece, at = found[0], found.end()
        if piece in {"(", ")"}:
            depth = max(depth + (1 if piece == "(" else -1), 0)
            parts[-1].append(" ")
        elif depth:
            continue
        elif piece == ";":
            parts.append([])
        elif len(piece) > 1 and piece[0] in {'"', "\\"}:
            parts[-1].append(_OPAQUE.sub("_", piece.strip('"')))
        else:
            parts[-1].append(piece)
    return ["".join(part) for part in parts]


def _finding(part: str) -> Finding | None:
    """Read ``method/version = result`` and its properties; None if it is none."""
    plain = " ".join(part.lower().split())
    for sign in ("=", "/", "."):
        plain = plain.replace(f" {sign}", sign).replace(f"{sign} ", sign)
    pairs = [word.partition("=") for word in plain.split(" ")]
    method, equals, result = pairs[0]
    if not equals:
        return None
    told: dict[str, str] = {}
    for name, _, value in pairs[1:]:
        told.setdefault(name, value)
    return Finding(method=method.partition("/")[0], result=result, properties=told)
