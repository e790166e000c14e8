"""What a server's replies and its silence mean for a mail."""

from __future__ import annotations

from dataclasses import dataclass

import aiosmtplib

from tickets.sending import Answer, Later, Never, Sent

FINAL = "after the final dot"
_LONGEST = 300
# Our credentials or our TLS are wrong, not the mail: RFC 4954, 6.
_OUR_TROUBLE = frozenset({530, 534, 535, 538})


@dataclass(frozen=True, kw_only=True, slots=True)
class TooLarge:
    """The server said in its greeting that it takes no mail as large (RFC 1870).

    Nothing was sent; ``limit`` is in bytes.
    """

    limit: int


def meaning(phase: str, response: aiosmtplib.SMTPResponse) -> Answer:
    words = _one_line(str(response))
    if phase == FINAL and 200 <= response.code < 300:
        return Sent(words)
    if 500 <= response.code < 600 and response.code not in _OUR_TROUBLE:
        return Never(f"{phase}: {words}")
    return Later(f"{phase}: {words}")


def words_of(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _one_line(f"{error.code} {error.message}")
    return _one_line(str(error)) or type(error).__name__


def _one_line(text: str) -> str:
    words = " ".join(text.split())
    printable = "".join(c if c.isprintable() else "?" for c in words)
    return printable[:_LONGEST]
