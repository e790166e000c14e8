"""Why a mail did not arrive, as the status codes of servers tell (RFC 3463)."""

from __future__ import annotations

import re
from types import MappingProxyType

_CODE = re.compile(r"(?<![\d.])0?[45]\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
_PHASE = re.compile(r"^(?:MAIL|RCPT|DATA|after the final dot): ")

#: By subject and detail; a subject alone is for whatever else it may say.
_MEANINGS = MappingProxyType(
    {
        "1.1": "no-mailbox",
        "1.2": "no-domain",
        "1.3": "no-mailbox",
        "1.6": "no-mailbox",  # it moved, and nobody says where to
        "1.7": "our-address",
        "1.8": "our-address",
        "1.10": "no-domain",  # its domain takes no mail (RFC 7505)
        "1": "address",
        "2.1": "mailbox-closed",
        "2.2": "mailbox-full",
        "2.3": "too-large",
        "2": "mailbox",
        "3.4": "too-large",
        "3": "server",
        "4": "way",
        "5": "server",
        "6": "content",
        "7": "policy",
    }
)
MEANINGS = frozenset(_MEANINGS.values())


def meaning(reason: str) -> str | None:
    """Return the name of what a server's words mean, None if they have no code."""
    found = _CODE.search(reason)
    if found is None:
        return None
    subject, detail = (str(int(one)) for one in found.groups())
    return _MEANINGS.get(f"{subject}.{detail}", _MEANINGS.get(subject))


def words(reason: str) -> str:
    """Return what the server itself said, without the command that it answered."""
    return _PHASE.sub("", reason)
