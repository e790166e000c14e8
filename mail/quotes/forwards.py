"""Who wrote the mail that somebody forwards."""

from __future__ import annotations

import re

from mail.quotes import openings, tongues
from mail.reading import addresses
from tickets.letter import Mailbox

_SUBJECT = re.compile(
    rf"\s*(?:\[[^\[\]]{{1,80}}\]\s*)?(?:{tongues.PASSED_ON})(?:\[\d+\])?\s*[:：]",
    re.IGNORECASE,
)
_MAILTO = re.compile(r"[\[<(]mailto:([^\s\[\]<>()]+)[\])>]+", re.IGNORECASE)
_NAMED = re.compile(r"(\"[^\"]*\"|[^\W\d_][^,:;<>\"]*)\s*(<[^<>\s]+@[^<>\s]+>)")
_HEAD, _WIDTH = 25, 500


def is_forward(subject: str) -> bool:
    """Say whether a subject begins as those of forwarded mails do."""
    return bool(_SUBJECT.match(subject))


def sender(forward: str) -> Mailbox | None:
    """Return whom the headers above a forwarded mail name as its author."""
    lines = [line[:_WIDTH].lstrip("> *") for line in forward.split("\n", _HEAD)[:_HEAD]]
    for at, line in enumerate(lines):
        if openings.role_of(line) == tongues.FROM:
            value = re.split("[:：]", line, maxsplit=1)[1]
            return _mailbox(value) or _mailbox(
                f"{value} {' '.join(lines[at + 1 : at + 2])}"
            )
    named = _NAMED.search(" ".join(lines[:4]))
    return _mailbox(f"{named[1]} {named[2]}") if named else None


def _mailbox(value: str) -> Mailbox | None:
    value = _MAILTO.sub(r"<\1>", value.replace("*", " "))
    found = addresses.parse(value.encode(), most=1)
    return found[0] if found and "@" in found[0].address else None
