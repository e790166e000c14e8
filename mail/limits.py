"""How much of one mail is read before the rest is only noted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What ``mail.parse.read`` takes from one mail; beyond it a defect is noted.

    ``headers`` and ``header_bytes`` are per part and per header; ``parts`` counts
    leaves and containers of the whole mail. A text over ``text`` characters is cut
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
    text: int = 500_000
    html: int = 1_000_000


DEFAULT = Limits()
