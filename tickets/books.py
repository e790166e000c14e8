"""What the rules may ask of the storage inside one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tickets.ladder import Ref
from tickets.model import (
    ArrivalId,
    Attachment,
    Comment,
    CommentId,
    Contact,
    Organisation,
    Specialist,
    Ticket,
    TicketId,
)
from tickets.words import Trust


@dataclass(frozen=True, kw_only=True, slots=True)
class Participant:
    """A contact of a ticket and the part they play: requester or cc.

    ``quiet`` ones get the answers of people and none of the desk's own notices: the
    mail that brought them in was written by a program, or was one of too many.
    """

    contact: Contact
    role: str
    quiet: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a ticket is shown: the forum group and, once made, its topic."""

    chat: int
    thread_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How the deliveries of one comment stand."""

    waiting: int
    sent: int
    failed: int


class Books(Protocol):
    """The desk's records, read under the transaction that will change them.

    A ticket that is returned is locked until the transaction ends.
    """

    def refs(self, message_ids: Sequence[str]) -> dict[str, Ref]:
        """Lock and return the ids, taking down the unknown ones as awaited."""
        ...

    def trust_of(self, arrival: ArrivalId) -> Trust | None:
        """Return how far the comment that an arrival became is believed."""
        ...

    def same_comment(self, ref: Ref, body_hash: str) -> Comment | None:
        """Return the comment that came as this Message-ID and says the same."""
        ...

    def contacts(self, emails: Sequence[str]) -> dict[str, Contact]:
        """Return the known ones, by lower-case address."""
        ...

    def organisations(self, domains: Sequence[str]) -> dict[str, Organisation]: ...

    def specialist(self, telegram_id: int) -> Specialist | None: ...

    def ticket(self, ticket_id: TicketId) -> Ticket: ...

    def ticket_by_number(self, number: str) -> Ticket | None: ...

    def ticket_in_topic(self, chat: int, thread_id: int) -> Ticket | None: ...

    def participants(self, ticket_id: TicketId) -> tuple[Participant, ...]: ...

    def comment(self, comment_id: CommentId) -> Comment | None: ...

    def attachment(self, attachment_id: int) -> tuple[Attachment, CommentId] | None: ...

    def progress(self, comment_id: CommentId) -> Progress:
        """Count the mails that carry a comment to the partner."""
        ...

    def chat_message_of(self, comment_id: CommentId) -> tuple[int, int] | None:
        """Return the chat and message in which a comment was written."""
        ...

    def next_number(self, site: str) -> str:
        """Take the site's next ticket number; it is never given again."""
        ...

    def acknowledged_since(self, address: str, since: datetime) -> int:
        """Count the acknowledgements queued for an address."""
        ...
