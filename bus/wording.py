"""What others say, fit to stand on one line of ours."""

from __future__ import annotations

#: How many characters of it are kept.
LONGEST = 300


def one_line(said: str) -> str:
    """Return it shortened, with ? for what controls a terminal or cannot be seen."""
    words = " ".join(said.split())
    return "".join(one if one.isprintable() else "?" for one in words)[:LONGEST]
