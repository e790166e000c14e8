"""The nouns of the desk, as the rules see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType

from tickets.words import (
    Channel,
    Fate,
    FileState,
    Medium,
    Priority,
    Remark,
    Role,
    Trust,
    Visibility,
)

ArrivalId = NewType("ArrivalId", int)
TicketId = NewType("TicketId", int)
CommentId = NewType("CommentId", int)
ContactId = NewType("ContactId", int)
SpecialistId = NewType("SpecialistId", int)
DeliveryId = NewType("DeliveryId", int)

Json = dict[str, object]


def key_of(stream: str) -> str:
    """Return a stream's own name on the bus: ``NN-1`` or ``contact-12``."""
    kind, _, name = stream.partition(":")
    return name if kind == "ticket" else f"{kind}-{name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """A place of support: its tickets' numbers begin with ``code``."""

    code: str
    name: str
    timezone: str
    language: str
    addresses: tuple[str, ...] = ()
    chats: tuple[int, ...] = ()  # Telegram ids of its forum groups, first is default


@dataclass(frozen=True, kw_only=True, slots=True)
class Organisation:
    """A partner; nobody of a ``blocked`` one is heard."""

    id: int
    name: str
    site: str | None = None
    blocked: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """A person of a partner, or a stranger, with the addresses we know them by.

    ``telegram`` is their user id, which is also that of their private chat. Who is
    ``blocked`` is not heard.
    """

    id: ContactId
    name: str
    email: str | None
    organisation: Organisation | None = None
    language: str | None = None
    telegram: int | None = None
    blocked: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownContact:
    """A contact with what the journal needs: the salt, and how far the stream is."""

    contact: Contact
    salt: str
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Specialist:
    """A member of staff."""

    id: SpecialistId
    name: str
    telegram_id: int
    site: str
    role: Role = Role.SPECIALIST
    language: str | None = None
    email: str | None = None  # in lower case, by which their mails are known


@dataclass(frozen=True, kw_only=True, slots=True)
class System:
    """A corporate system that speaks for itself, by its name on the bus."""

    name: str


#: Who can say something on a ticket.
Author = Contact | Specialist | System


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    """A request for support; ``version`` is the ``seq`` of its last event."""

    id: TicketId
    number: str
    version: int
    site: str
    organisation: Organisation | None
    requester: Contact
    subject: str
    process: str
    stage: str
    awaiting: str | None
    priority: Priority
    assignee: Specialist | None
    opened_at: datetime
    first_answer_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    merged_into: TicketId | None = None

    @property
    def stream(self) -> str:
        return f"ticket:{self.number}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file of a comment; ``sha256`` is its blob once the bytes are here.

    ``scan`` is a scanner's verdict, or why the file is locked; ``remarks`` are what
    specialists are told with it.
    """

    id: int
    name: str
    media_type: str
    size: int
    sha256: str | None
    state: FileState
    content_id: str | None = None
    remote_id: str | None = None
    scan: str | None = None
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """What one person said once; its text lives in revisions."""

    id: CommentId
    public_id: str
    ticket_id: TicketId
    author: Author
    visibility: Visibility
    trust: Trust
    channel: Channel
    at: datetime
    text: str
    html: str | None = None
    message_id: str | None = None
    attachments: tuple[Attachment, ...] = ()
    verdict: str | None = None  # accepted or rejected, once staff looked


@dataclass(frozen=True, kw_only=True, slots=True)
class SentMail:
    """One of our own mails, and what is known to have become of it since."""

    message_id: str
    delivery_id: DeliveryId
    recipient: str
    ticket_id: TicketId | None = None
    comment_id: CommentId | None = None
    fate: Fate | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A change that happened: the ``seq``-th of its stream.

    ``data`` stands in the journal for ever and holds ids and salted hashes;
    ``content`` holds texts and personal values, for the bus alone.
    """

    id: str
    stream: str
    seq: int
    type: str
    actor: str
    at: datetime
    causation: ArrivalId | None
    data: Json
    content: Json = field(default_factory=dict)
    cause: str = ""  # the id of the command that led to it, if one did


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """Something that must leave: a notice's kind and facts, or a frozen body.

    ``lane`` orders it behind its like; ``budget`` names the rate window it
    spends (a chat), if any; ``replaces`` is a key of which only the newest
    unsent delivery matters.
    """

    medium: Medium
    target: str
    lane: str
    kind: str
    facts: Json
    priority: int
    event_id: str | None = None
    arrival_id: ArrivalId | None = None
    ticket_id: TicketId | None = None
    comment_id: CommentId | None = None
    budget: str = ""
    replaces: str | None = None
    payload: bytes | None = None
    expires_at: datetime | None = None
    hold_until: datetime | None = None
