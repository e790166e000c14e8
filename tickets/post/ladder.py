"""Which ticket a message belongs to: an ordered ladder, the first rung decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tickets.model import ArrivalId, TicketId

_TAG = re.compile(r"\[([A-Z]{1,8}-[0-9]{1,12})\]", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ref:
    """What we know of a Message-ID; ``own`` says that we sent it."""

    message_id: str
    ticket_id: TicketId | None = None
    arrival_id: ArrivalId | None = None
    seen: bool = False
    own: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Clues:
    """What a message says about where it belongs.

    ``parents`` are the ids it refers to, nearest first; ``self_ref`` is its own,
    known already if an earlier arrival referred to it; ``tagged`` is the ticket
    of the subject's tag if the author may use it.
    """

    signed: TicketId | None = None
    parents: tuple[Ref, ...] = ()
    self_ref: Ref | None = None
    tagged: TicketId | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The ticket a message belongs to, and the rung that said so."""

    ticket_id: TicketId
    rule: str


def by_signed_address(clues: Clues) -> TicketId | None:
    return clues.signed


def by_own_message_id(clues: Clues) -> TicketId | None:
    return _first(ref for ref in clues.parents if ref.own)


def by_known_message_id(clues: Clues) -> TicketId | None:
    known = [ref for ref in clues.parents if ref.ticket_id is not None]
    if clues.self_ref is not None:
        known.append(clues.self_ref)
    return _first(known)


def by_subject_tag(clues: Clues) -> TicketId | None:
    return clues.tagged


SIGNED = "signed-address"
OWN_ID = "own-message-id"
KNOWN_ID = "known-message-id"
TAG = "subject-tag"
SAME_SUBJECT = "same-subject"  # tickets.alike: looked for where no rung here knows
NEW = "new"

LADDER: tuple[tuple[str, Callable[[Clues], TicketId | None]], ...] = (
    (SIGNED, by_signed_address),
    (OWN_ID, by_own_message_id),
    (KNOWN_ID, by_known_message_id),
    (TAG, by_subject_tag),
)


def climb(clues: Clues) -> Placed | None:
    """Return where the message belongs, None if it opens a new ticket."""
    for rule, rung in LADDER:
        ticket_id = rung(clues)
        if ticket_id is not None:
            return Placed(ticket_id, rule)
    return None


def tag_of(subject: str) -> str | None:
    """Return the ticket number in a subject such as ``Re: [NN-7] Printer``."""
    found = _TAG.search(subject)
    return found[1].upper() if found else None


def _first(refs: Iterable[Ref]) -> TicketId | None:
    return next((ref.ticket_id for ref in refs if ref.ticket_id is not None), None)
