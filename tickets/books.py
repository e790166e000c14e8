"""What the rules may ask of the storage inside one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tickets.answering import Answers
from tickets.corporate.foreign import Directory
from tickets.gate.waiting import Waiting
from tickets.model import (
    ArrivalId,
    Attachment,
    Comment,
    CommentId,
    Contact,
    ContactId,
    KnownContact,
    Organisation,
    SentMail,
    Specialist,
    Ticket,
    TicketId,
)
from tickets.post.ladder import Ref
from tickets.storms.storm import Storm
from tickets.words import Trust


@dataclass(frozen=True, kw_only=True, slots=True)
class Participant:
    """A contact of a ticket and the part they play: requester or cc.

    ``quiet`` ones get the answers of people and none of the desk's own notices: the
    mail that brought them in was written by a program, or was one of too many, and
    they have written nothing else on the ticket.
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
class Standing:
    """How a ticket stands: since when, what was last answered, when it is due."""

    since: datetime
    answer: str = ""
    answered_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How the deliveries of one comment stand."""

    waiting: int
    sent: int
    failed: int


class Books(Directory, Answers, Protocol):
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

    def contact_in_chat(self, telegram: int) -> KnownContact | None:
        """Lock and return the contact who has this Telegram account."""
        ...

    def contact(self, contact_id: ContactId) -> KnownContact | None:
        """Lock and return a contact who has not been erased."""
        ...

    def is_spent(self, link: str) -> bool:
        """Say whether the token of a link has been used."""
        ...

    def organisations(self, domains: Sequence[str]) -> dict[str, Organisation]: ...

    def blocked_domains(self, domains: Sequence[str]) -> set[str]:
        """Return those of these domains that are blocked."""
        ...

    def is_waiting(self, who: str) -> bool:
        """Say whether something of a stranger waits for a decision."""
        ...

    def waiting(self, arrival: ArrivalId) -> Waiting | None:
        """Lock and return the stranger whose arrival waits for a decision."""
        ...

    def specialist(self, telegram_id: int) -> Specialist | None: ...

    def ticket(self, ticket_id: TicketId) -> Ticket: ...

    def ticket_by_number(self, number: str) -> Ticket | None: ...

    def ticket_in_topic(self, chat: int, thread_id: int) -> Ticket | None: ...

    def ticket_of_message(self, chat: int, message_id: int) -> TicketId | None:
        """Return the ticket that a message of a chat is about."""
        ...

    def ticket_in_talk(self, chat: int) -> TicketId | None:
        """Return the ticket that a private chat was last about.

        None if it was about none yet, or if its person has asked for a new one and
        said nothing since.
        """
        ...

    def tickets_of(self, contact_id: ContactId, *, most: int) -> list[TicketId]:
        """Return the newest tickets in which a contact takes part."""
        ...

    def is_answered_in_chat(self, ticket_id: TicketId, contact: Contact) -> bool:
        """Say whether what a contact last said on a ticket came by their chat.

        Never if they have blocked us there.
        """
        ...

    def participants(self, ticket_id: TicketId) -> tuple[Participant, ...]: ...

    def departed(self, ticket_id: TicketId) -> frozenset[ContactId]:
        """Return who was a participant and left."""
        ...

    def tickets_about(
        self,
        key: str,
        people: Sequence[ContactId],
        *,
        heard_since: datetime,
        opened_since: datetime,
    ) -> list[Ticket]:
        """Return tickets by their subject's key on which any of these people is.

        Not those that are closed, older, or without a public word since then. Nobody
        else files a mail with this key until the transaction ends.
        """
        ...

    def storm(self, key: str) -> Storm:
        """Lock and return what a rule has seen, which may be nothing yet."""
        ...

    def standing(self, ticket_ids: Sequence[TicketId]) -> dict[TicketId, Standing]:
        """Return how tickets stand, for those who ask."""
        ...

    def told_since(self, address: str, since: datetime) -> int:
        """Count what was queued for an address that only a mail of theirs asked for."""
        ...

    def specialist_by_email(self, email: str) -> Specialist | None:
        """Return whose address it is, if they work here."""
        ...

    def comment(self, comment_id: CommentId) -> Comment | None: ...

    def attachment(self, attachment_id: int) -> tuple[Attachment, CommentId] | None: ...

    def progress(self, comment_id: CommentId) -> Progress:
        """Count what carries a comment to the partner: mails and chat messages."""
        ...

    def chat_message_of(self, comment_id: CommentId) -> tuple[int, int] | None:
        """Return the group and message in which a comment was written or shown."""
        ...

    def next_number(self, site: str) -> str:
        """Take the site's next ticket number; it is never given again."""
        ...

    def sent_mails(self, message_ids: Sequence[str]) -> dict[str, SentMail]:
        """Lock and return those of these Message-IDs that are of our own mails."""
        ...

    def last_mail_to(self, ticket_id: TicketId, recipient: str) -> SentMail | None:
        """Lock and return the newest of our mails on a ticket to an address."""
        ...

    def notices_since(
        self, ticket_id: TicketId, address: str, *, since: datetime
    ) -> int:
        """Count the mails queued for an address that a program wrote."""
        ...

    def acknowledged_since(self, address: str, since: datetime) -> int:
        """Count the acknowledgements queued for an address."""
        ...
