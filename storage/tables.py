"""The schema, one SQLModel class a table.

No ``from __future__ import annotations`` here: SQLModel reads the annotations.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    false,
    text,
)
from sqlmodel import Field, SQLModel

from storage.columns import (
    BigId,
    JsonType,
    MaybeJson,
    json_object,
    moment,
    row_id,
    row_ref,
)


def journalled() -> ForeignKeyConstraint:
    """Let a version exist only with its event; checked at commit."""
    return ForeignKeyConstraint(
        ["stream", "version"],
        ["event.stream", "event.seq"],
        deferrable=True,
        initially="DEFERRED",
    )


class Arrival(SQLModel, table=True):
    """Something that came in, as raw as it came."""

    __tablename__ = "arrival"
    __table_args__ = (
        UniqueConstraint("channel", "source_key"),
        Index("arrival_waiting", "lane", "id", sqlite_where=text("state = 'new'"),
              postgresql_where=text("state = 'new'")),
        Index("arrival_parked", "id", sqlite_where=text("state = 'parked'"),
              postgresql_where=text("state = 'parked'")),
        Index("arrival_held", "held_for", "id",
              sqlite_where=text("state = 'held'"),
              postgresql_where=text("state = 'held'")),
        Index("arrival_asked", "id",
              sqlite_where=text("state = 'held' AND asked"),
              postgresql_where=text("state = 'held' AND asked")),
    )  # fmt: skip

    id: int = row_id()
    channel: str
    source_key: str
    copies: int = 1
    lane: str
    received_at: datetime = moment(nullable=False)
    envelope: dict[str, Any] = json_object()
    blob_key: str  # the sha256 of the bytes as they came
    size: int
    state: str = "new"
    outcome: str | None = None
    outcome_id: str | None = None
    ticket_id: int | None = Field(default=None, sa_column=Column(BigId, index=True))
    rule: str | None = None
    error: str | None = None
    attempts: int = 0
    next_at: datetime | None = moment()
    held_for: str | None = None  # the stranger who wrote it; if new, they were let in
    question: dict[str, Any] | None = Field(  # what a person is asked about them
        default=None, sa_column=Column(MaybeJson, nullable=True)
    )
    asked: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class MessageRef(SQLModel, table=True):
    """A Message-ID that was seen on a mail, or only referred to so far."""

    __tablename__ = "message_ref"

    message_id: str = Field(primary_key=True)
    ticket_id: int | None = row_ref("ticket.id", index=True)
    arrival_id: int | None = Field(default=None, sa_column=Column(BigId))
    state: str  # seen, awaited or own


class Lane(SQLModel, table=True):
    """A queue that is worked strictly in order; the row exists while it has work."""

    __tablename__ = "lane"
    __table_args__ = (
        Index("lane_due", "kind", "budget", "priority", "next_at"),
        Index("lane_urgent", "kind", "priority", "next_at"),
    )

    key: str = Field(primary_key=True)
    kind: str
    budget: str = ""
    priority: int
    next_at: datetime = moment(nullable=False)
    owner: str | None = None
    lease_until: datetime | None = moment()
    fence: int = Field(default=0, sa_column=Column(BigId, nullable=False))


class Timer(SQLModel, table=True):
    """Something that falls due."""

    __tablename__ = "timer"
    __table_args__ = (
        Index("timer_due", "due_at"),
        Index("timer_of", "kind", "subject", unique=True),
    )

    id: int = row_id()
    kind: str
    due_at: datetime = moment(nullable=False)
    subject: str


class Site(SQLModel, table=True):
    """A place of support and its counter of ticket numbers."""

    __tablename__ = "site"

    code: str = Field(primary_key=True)
    counter: int = Field(default=0, sa_column=Column(BigId, nullable=False))
    calendar: str | None = None


class Organisation(SQLModel, table=True):
    """A partner."""

    __tablename__ = "organisation"
    __table_args__ = (journalled(),)

    id: int = row_id()
    stream: str
    version: int
    name: str
    site: str | None = None
    blocked: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class Contact(SQLModel, table=True):
    """A person who writes to us."""

    __tablename__ = "contact"
    __table_args__ = (journalled(),)

    id: int = row_id()
    stream: str
    version: int
    organisation_id: int | None = row_ref("organisation.id", index=True)
    name: str
    language: str | None = None
    salt: str
    erased_at: datetime | None = moment()
    blocked: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class Address(SQLModel, table=True):
    """A way to reach a contact: ``value`` is lower case."""

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("kind", "value"),)

    id: int = row_id()
    contact_id: int = row_ref("contact.id", nullable=False, index=True)
    kind: str  # email or telegram
    value: str
    verified: bool = False


class Domain(SQLModel, table=True):
    """A mail domain that belongs to an organisation."""

    __tablename__ = "domain"

    domain: str = Field(primary_key=True)
    organisation_id: int = row_ref("organisation.id", nullable=False, index=True)


class BlockedDomain(SQLModel, table=True):
    """A mail domain from which, or from below which, nobody is heard."""

    __tablename__ = "blocked_domain"

    domain: str = Field(primary_key=True)
    at: datetime = moment(nullable=False)
    actor: str


class Specialist(SQLModel, table=True):
    """A member of staff."""

    __tablename__ = "specialist"
    __table_args__ = (journalled(),)

    id: int = row_id()
    stream: str
    version: int
    name: str
    telegram_id: int = Field(sa_column=Column(BigId, unique=True, nullable=False))
    site: str
    role: str
    skills: dict[str, Any] = json_object()
    capacity: int | None = None
    language: str | None = None
    active: bool = True
    email: str | None = Field(default=None, index=True, unique=True)


class Told(SQLModel, table=True):
    """What another system calls a row of ours, and the version it told of last."""

    __tablename__ = "told"
    __table_args__ = (UniqueConstraint("source", "kind", "row_id"),)

    source: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)  # organisation, contact or specialist
    foreign_id: str = Field(primary_key=True)
    row_id: int = Field(sa_column=Column(BigId, nullable=False))
    version: int = Field(sa_column=Column(BigInteger, nullable=False))


class Absence(SQLModel, table=True):
    """When a specialist is away."""

    __tablename__ = "absence"

    id: int = row_id()
    specialist_id: int = row_ref("specialist.id", nullable=False, index=True)
    starts_at: datetime = moment(nullable=False)
    ends_at: datetime = moment(nullable=False)
    reason: str = ""


class Ticket(SQLModel, table=True):
    """A request; every column is what the journal's events add up to."""

    __tablename__ = "ticket"
    __table_args__ = (
        journalled(),
        Index("ticket_stage", "stage", "id"),
        Index("ticket_about", "subject_key", "opened_at",
              sqlite_where=text("subject_key IS NOT NULL"),
              postgresql_where=text("subject_key IS NOT NULL")),
    )  # fmt: skip

    id: int = row_id()
    number: str = Field(unique=True)
    stream: str
    version: int
    site: str
    organisation_id: int | None = row_ref("organisation.id", index=True)
    requester_id: int = row_ref("contact.id", nullable=False, index=True)
    subject: str
    subject_key: str | None = None  # what answers to it have in common, if it says much
    process: str
    stage: str
    awaiting: str | None = None
    priority: str
    assignee_id: int | None = row_ref("specialist.id", index=True)
    custom: dict[str, Any] = json_object()
    opened_at: datetime = moment(nullable=False)
    first_answer_at: datetime | None = moment()
    resolved_at: datetime | None = moment()
    closed_at: datetime | None = moment()
    answer_due_at: datetime | None = moment()
    resolve_due_at: datetime | None = moment()
    merged_into: int | None = row_ref("ticket.id")


class TicketLink(SQLModel, table=True):
    """Two tickets that have to do with each other."""

    __tablename__ = "ticket_link"
    __table_args__ = (UniqueConstraint("ticket_id", "other_id", "kind"),)

    id: int = row_id()
    ticket_id: int = row_ref("ticket.id", nullable=False)
    other_id: int = row_ref("ticket.id", nullable=False)
    kind: str


class Participant(SQLModel, table=True):
    """A contact who gets the answers of a ticket."""

    __tablename__ = "participant"
    __table_args__ = (UniqueConstraint("ticket_id", "contact_id"),)

    id: int = row_id()
    ticket_id: int = row_ref("ticket.id", nullable=False)
    contact_id: int = row_ref("contact.id", nullable=False, index=True)
    role: str
    quiet: bool = Field(  # gets none of the desk's own notices
        default=False, sa_column_kwargs={"server_default": false()}
    )
    left_at: datetime | None = moment()  # gets nothing any more


class Storm(SQLModel, table=True):
    """What a rule for storms has seen of late from one sender."""

    __tablename__ = "storm"

    key: str = Field(primary_key=True)
    recent: dict[str, Any] = json_object()  # the tickets that were opened, and when
    parent_id: int | None = row_ref("ticket.id")
    last_at: datetime | None = moment()
    untold: int = 0


class Comment(SQLModel, table=True):
    """What one person said once."""

    __tablename__ = "comment"

    id: int = row_id()
    public_id: str = Field(unique=True)
    ticket_id: int = row_ref("ticket.id", nullable=False, index=True)
    arrival_id: int | None = row_ref("arrival.id", index=True)
    contact_id: int | None = row_ref("contact.id")
    specialist_id: int | None = row_ref("specialist.id")
    system: str | None = None  # the corporate system that said it for itself
    visibility: str
    channel: str
    trust: str
    verdict: str | None = None  # accepted or rejected, once staff looked
    message_id: str | None = None
    thread: str = ""  # the References of the mail, as one line
    body_hash: str
    at: datetime = moment(nullable=False)


class Revision(SQLModel, table=True):
    """A text of a comment; an edit adds one."""

    __tablename__ = "revision"

    id: int = row_id()
    comment_id: int = row_ref("comment.id", nullable=False, index=True)
    at: datetime = moment(nullable=False)
    text: str
    html: str | None = None
    quoted: str = ""
    salt: str


class Blob(SQLModel, table=True):
    """Bytes by their sha256; ``content`` is null where a file holds them."""

    __tablename__ = "blob"

    sha256: str = Field(primary_key=True)
    size: int
    content: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class Attachment(SQLModel, table=True):
    """A file of a comment."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index(
            "attachment_locked",
            "sha256",
            sqlite_where=text("state = 'infected'"),
            postgresql_where=text("state = 'infected'"),
        ),
    )

    id: int = row_id()
    comment_id: int = row_ref("comment.id", nullable=False, index=True)
    name: str
    media_type: str
    size: int
    sha256: str | None = None
    content_id: str | None = None
    remote_id: str | None = None
    state: str
    scan: str | None = None
    remarks: list[str] | None = Field(default=None, sa_column=Column(JsonType))


class Event(SQLModel, table=True):
    """A change that happened; rows are never updated or deleted."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("stream", "seq"),)

    id: str = Field(primary_key=True)
    stream: str
    seq: int
    type: str
    actor: str
    at: datetime = moment(nullable=False)
    causation: int | None = Field(default=None, sa_column=Column(BigId))
    data: dict[str, Any] = json_object()


class Delivery(SQLModel, table=True):
    """Something that must leave."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("delivery_waiting", "lane", "id",
              sqlite_where=text("state IN ('new', 'sending', 'uncertain')"),
              postgresql_where=text("state IN ('new', 'sending', 'uncertain')")),
        Index("delivery_comment", "comment_id", "channel"),
        Index("delivery_acknowledged", "target", "created_at",
              sqlite_where=text("kind IN ('accepted', 'not-served')"),
              postgresql_where=text("kind IN ('accepted', 'not-served')")),
        Index("delivery_told", "target", "created_at",
              sqlite_where=text("kind IN ('status', 'left')"),
              postgresql_where=text("kind IN ('status', 'left')")),
        Index("delivery_question", "arrival_id",
              sqlite_where=text("kind = 'question'"),
              postgresql_where=text("kind = 'question'")),
        Index("delivery_published", "target",
              sqlite_where=text("channel = 'bus' AND state = 'sent'"),
              postgresql_where=text("channel = 'bus' AND state = 'sent'")),
        Index("delivery_parked", "channel", "id",
              sqlite_where=text("state = 'parked'"),
              postgresql_where=text("state = 'parked'")),
    )  # fmt: skip

    id: int = row_id()
    event_id: str | None = None
    arrival_id: int | None = Field(default=None, sa_column=Column(BigId))
    ticket_id: int | None = row_ref("ticket.id", index=True)
    comment_id: int | None = row_ref("comment.id")
    channel: str
    target: str
    lane: str
    budget: str = ""
    priority: int
    replaces: str | None = None
    kind: str
    facts: dict[str, Any] = json_object()
    payload: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    state: str = "new"
    attempts: int = 0
    created_at: datetime = moment(nullable=False)
    next_at: datetime = moment(nullable=False)
    expires_at: datetime | None = moment()
    sent_at: datetime | None = moment()
    receipt: str | None = None
    last_error: str | None = None


class SentMail(SQLModel, table=True):
    """One of our own mails, by the Message-ID it went out with."""

    __tablename__ = "sent_mail"

    message_id: str = Field(primary_key=True)
    delivery_id: int = row_ref("delivery.id", nullable=False, index=True)
    ticket_id: int | None = row_ref("ticket.id", index=True)
    comment_id: int | None = row_ref("comment.id")
    recipient: str
    fate: str | None = None  # failed or delayed, as a report told


class Chat(SQLModel, table=True):
    """A Telegram chat by our own id, which survives a migration."""

    __tablename__ = "chat"

    id: int = row_id()
    telegram_id: int = Field(sa_column=Column(BigId, unique=True, nullable=False))
    former_id: int | None = Field(default=None, sa_column=Column(BigId, unique=True))
    kind: str  # forum or private
    status: str = "active"  # or blocked


class ChatMessage(SQLModel, table=True):
    """Which chat message shows which comment."""

    __tablename__ = "chat_message"
    __table_args__ = (UniqueConstraint("chat_id", "message_id"),)

    id: int = row_id()
    chat_id: int = row_ref("chat.id", nullable=False)
    message_id: int = Field(sa_column=Column(BigId, nullable=False))
    comment_id: int | None = row_ref("comment.id", index=True)
    ticket_id: int | None = row_ref("ticket.id")


class Topic(SQLModel, table=True):
    """Where a ticket is shown; the newest open row is the current one."""

    __tablename__ = "topic"
    __table_args__ = (UniqueConstraint("chat_id", "thread_id"),)

    id: int = row_id()
    ticket_id: int = row_ref("ticket.id", nullable=False, index=True)
    chat_id: int = row_ref("chat.id", nullable=False)
    thread_id: int = Field(sa_column=Column(BigId, nullable=False))
    card_message_id: int | None = Field(default=None, sa_column=Column(BigId))
    state: str = "open"  # open, closed or gone


class LinkToken(SQLModel, table=True):
    """A signed link or a code that was given out."""

    __tablename__ = "link_token"

    token: str = Field(primary_key=True)
    kind: str
    subject: str
    expires_at: datetime | None = moment()
    used_at: datetime | None = moment()


class Cursor(SQLModel, table=True):
    """How far a door has come, and its own count of what it took."""

    __tablename__ = "cursor"

    name: str = Field(primary_key=True)
    value: dict[str, Any] = json_object()


class DigestRun(SQLModel, table=True):
    """A digest that was made for one recipient."""

    __tablename__ = "digest_run"
    __table_args__ = (UniqueConstraint("report", "period", "recipient"),)

    id: int = row_id()
    report: str
    period: str
    recipient: str
    figures: dict[str, Any] = json_object()
    made_at: datetime = moment(nullable=False)


class DayFigures(SQLModel, table=True):
    """What happened on one day, for one site, organisation and specialist."""

    __tablename__ = "day_figures"
    __table_args__ = (
        UniqueConstraint("day", "site", "organisation_id", "specialist_id", "priority"),
    )

    id: int = row_id()
    day: str
    site: str
    organisation_id: int | None = row_ref("organisation.id")
    specialist_id: int | None = row_ref("specialist.id")
    priority: str
    opened: int = 0
    closed: int = 0
    reopened: int = 0
    answer_seconds: int = Field(default=0, sa_column=Column(BigId, nullable=False))
    resolution_seconds: int = Field(default=0, sa_column=Column(BigId, nullable=False))
