"""All that the events of a ticket add up to, as it is told in one piece."""

from __future__ import annotations

from dataclasses import dataclass

from tickets.books import Participant
from tickets.model import Comment, Ticket


@dataclass(frozen=True, kw_only=True, slots=True)
class Spoken:
    """A comment, with the salted hash by which the journal knows its text."""

    comment: Comment
    text_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketLink:
    """Another ticket, and what it has to do with this one."""

    kind: str
    number: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """A ticket with all that belongs to it; ``last_event`` is its newest one's id."""

    ticket: Ticket
    last_event: str
    merged_into: str | None
    participants: tuple[Participant, ...]
    comments: tuple[Spoken, ...]
    links: tuple[TicketLink, ...]
