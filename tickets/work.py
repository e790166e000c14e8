"""What one arrival changes, gathered in memory and then written at once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from tickets.corporate.commands import Origin
from tickets.corporate.foreign import KnownOrganisation, KnownSpecialist, Told
from tickets.gate.waiting import Decision, Held
from tickets.model import (
    ArrivalId,
    Attachment,
    Comment,
    CommentId,
    Contact,
    ContactId,
    Delivery,
    Event,
    Json,
    Organisation,
    SentMail,
    Specialist,
    Ticket,
    TicketId,
)
from tickets.storms.storm import Storm
from tickets.words import EventType, Fate, Medium

#: What is sent first when not everything can be: lower goes first.
ANSWER, OPENING, CARD, DIGEST = 0, 1, 2, 3


class Ids(Protocol):
    """Where new ids come from; ``row`` never gives the same number twice."""

    def row(self, table: str) -> int: ...

    def uuid(self) -> str: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class NewContact:
    """A person met for the first time, and the version their stream starts at."""

    contact: Contact
    salt: str
    version: int = 1
    emails: tuple[str, ...] = ()  # further ones


@dataclass(frozen=True, kw_only=True, slots=True)
class NewOrganisation:
    """A partner that was registered, with its mail domains."""

    organisation: Organisation
    domains: tuple[str, ...]
    version: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSpecialist:
    """A member of staff who was registered."""

    specialist: Specialist
    version: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class NewComment:
    """A comment with what only its first writing needs."""

    comment: Comment
    body_hash: str
    salt: str
    quoted: str = ""
    thread: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewParticipant:
    """A contact who joins a ticket, or is no longer ``quiet`` on one they joined.

    ``quiet`` as in tickets.books.Participant.
    """

    ticket_id: TicketId
    contact_id: ContactId
    role: str
    quiet: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Departure:
    """A contact who leaves a ticket."""

    ticket_id: TicketId
    contact_id: ContactId


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatLink:
    """A chat message that shows a comment, or holds what somebody wrote.

    In a private chat any message about a ticket is one; one without a ticket asks
    for a new one.
    """

    chat: int
    message_id: int
    ticket_id: TicketId | None
    comment_id: CommentId | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAddress:
    """A Telegram account that a contact has from now on; nobody else has it then.

    ``versions`` are those that the contacts come to by it.
    """

    contact_id: ContactId
    telegram: int
    versions: tuple[tuple[ContactId, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SpentLink:
    """A link that was used, and will not be again."""

    token: str
    subject: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class NewTopic:
    """A topic that shows a ticket from now on."""

    ticket_id: TicketId
    chat: int
    thread_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MailFate:
    """What a report told of a mail that was sent, and why.

    Of one that failed, the delivery is parked: a person must look.
    """

    sent: SentMail
    fate: Fate
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedContact:
    """A contact as they are from now on; ``emails`` are all, None if they stay."""

    contact: Contact
    version: int
    emails: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A command that changes nothing, and why: ``reason`` for programs to read."""

    origin: Origin
    reason: str
    message: str
    ticket: str | None = None


@dataclass(kw_only=True, slots=True)
class Work:
    """The unit of work: rows to add, tickets to update, deliveries to queue."""

    now: datetime
    ids: Ids
    arrival: ArrivalId | None = None
    cause: str = ""  # the id of the command at hand
    new_organisations: list[NewOrganisation] = field(default_factory=list)
    new_specialists: list[NewSpecialist] = field(default_factory=list)
    contacts: list[NewContact] = field(default_factory=list)
    opened: dict[TicketId, Ticket] = field(default_factory=dict)
    changed: dict[TicketId, Ticket] = field(default_factory=dict)
    before: dict[TicketId, Ticket] = field(default_factory=dict)  # those that changed
    participants: list[NewParticipant] = field(default_factory=list)
    departures: list[Departure] = field(default_factory=list)
    comments: list[NewComment] = field(default_factory=list)
    verdicts: dict[CommentId, str] = field(default_factory=dict)
    taken_back: list[CommentId] = field(default_factory=list)  # notes from now on
    stored: dict[int, Attachment] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    message_id: str | None = None  # of the mail at hand, seen from now on
    refs: dict[str, TicketId] = field(default_factory=dict)
    chat_links: list[ChatLink] = field(default_factory=list)
    topics: list[NewTopic] = field(default_factory=list)
    moved_chats: dict[int, int] = field(default_factory=dict)
    silenced: dict[int, bool] = field(default_factory=dict)  # chats that do not hear us
    addresses: list[NewAddress] = field(default_factory=list)
    spent_links: list[SpentLink] = field(default_factory=list)
    #: When something falls due, by kind and subject; None: it does no more.
    timers: dict[tuple[str, str], datetime | None] = field(default_factory=dict)
    organisations: list[KnownOrganisation] = field(default_factory=list)  # changed
    storms: dict[str, Storm] = field(default_factory=dict)  # by their keys
    people: list[ChangedContact] = field(default_factory=list)
    staff: list[KnownSpecialist] = field(default_factory=list)  # changed
    told: list[Told] = field(default_factory=list)
    #: Who blocked a domain; None: it is heard again.
    blocked_domains: dict[str, str | None] = field(default_factory=dict)
    fates: list[MailFate] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    held: Held | None = None
    decisions: list[Decision] = field(default_factory=list)

    def record(
        self,
        stream: str,
        seq: int,
        type_: EventType,
        *,
        actor: str,
        data: Json,
        content: Json | None = None,
    ) -> Event:
        """Add the ``seq``-th event of a stream."""
        event = Event(
            id=self.ids.uuid(),
            stream=stream,
            seq=seq,
            type=type_,
            actor=actor,
            at=self.now,
            causation=self.arrival,
            data=data,
            content=content or {},
            cause=self.cause,
        )
        self.events.append(event)
        return event

    def change(
        self,
        ticket: Ticket,
        type_: EventType,
        *,
        actor: str,
        data: Json,
        content: Json | None = None,
        **fields: object,
    ) -> Ticket:
        """Return the ticket one version on, with ``fields`` set, and its event."""
        after = replace(ticket, version=ticket.version + 1, **fields)  # type: ignore[arg-type] # the caller names Ticket's fields
        self.record(
            ticket.stream,
            after.version,
            type_,
            actor=actor,
            data=data,
            content=content,
        )
        if ticket.id in self.opened:
            self.opened[ticket.id] = after
        else:
            self.before.setdefault(ticket.id, ticket)
            self.changed[ticket.id] = after
        return after

    def deliver(
        self,
        medium: Medium,
        kind: str,
        *,
        target: str,
        lane: str,
        priority: int,
        facts: Json,
        **more: object,
    ) -> Delivery:
        """Queue something to leave once this work is committed.

        What it ``replaces`` and was queued by the same work goes in its place.
        """
        delivery = Delivery(
            medium=medium,
            kind=kind,
            target=target,
            lane=lane,
            priority=priority,
            facts=facts,
            arrival_id=self.arrival,
            **more,  # type: ignore[arg-type] # the caller names Delivery's fields
        )
        for place, former in enumerate(self.deliveries):
            if former.replaces and former.replaces == delivery.replaces:
                urgency = min(former.priority, priority)
                newest = replace(delivery, priority=urgency)
                self.deliveries[place] = newest
                return newest
        self.deliveries.append(delivery)
        return delivery


def salted(salt: str, text: str) -> str:
    """Return the hash by which the journal knows a text it does not hold."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()
