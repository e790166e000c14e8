"""The closed sets of words that rows, events and JSON are made of."""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class Channel(StrEnum):
    """Where an arrival came from, or a comment was written."""

    SMTP = "smtp"
    LMTP = "lmtp"
    IMAP = "imap"
    TELEGRAM = "telegram"
    BUS = "bus"
    CLI = "cli"
    WEB = "web"


@unique
class ArrivalState(StrEnum):
    """How far an arrival has come; ``held`` waits for a person or a timer."""

    NEW = "new"
    HELD = "held"
    DONE = "done"
    PARKED = "parked"


@unique
class Outcome(StrEnum):
    """What an arrival turned into; every arrival ends as exactly one."""

    TICKET = "ticket"
    COMMENT = "comment"
    REVISION = "revision"
    COMMAND = "command"
    SIGNAL = "signal"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    PARKED = "parked"


@unique
class Medium(StrEnum):
    """What a delivery leaves by."""

    MAIL = "mail"
    TELEGRAM = "telegram"
    BUS = "bus"


@unique
class DeliveryState(StrEnum):
    """How far a delivery has come; the last five are final."""

    NEW = "new"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    PARKED = "parked"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


#: States in which a relay still has work to do.
UNFINISHED = (DeliveryState.NEW, DeliveryState.SENDING, DeliveryState.UNCERTAIN)


@unique
class Fate(StrEnum):
    """What became of a mail after it was sent, as reports tell (RFC 3464, 2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    PASSED = "passed"


@unique
class Visibility(StrEnum):
    """Who may read a comment."""

    PUBLIC = "public"
    INTERNAL = "internal"


@unique
class Trust(StrEnum):
    """How sure we are that the author is who the message says."""

    PROVEN = "proven"
    PLAUSIBLE = "plausible"
    UNPROVEN = "unproven"


@unique
class Priority(StrEnum):
    """How urgent a ticket is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


@unique
class Role(StrEnum):
    """What a member of staff may do."""

    SPECIALIST = "specialist"
    LEAD = "lead"
    MANAGER = "manager"
    ADMIN = "admin"


@unique
class FileState(StrEnum):
    """Where an attachment's bytes are."""

    PENDING = "pending"
    STORED = "stored"
    REMOTE_ONLY = "remote-only"
    INFECTED = "infected"  # locked: it goes nowhere


@unique
class Remark(StrEnum):
    """What specialists are told of a file that is shown to them."""

    DISGUISED = "disguised"  # its name or type says that it is something else
    PROGRAM = "program"
    HOLDS_PROGRAM = "holds-program"
    ENCRYPTED = "encrypted"  # nobody could look into it
    OPAQUE = "opaque"  # an archive that is damaged, or in no known form
    UNSCANNED = "unscanned"  # too large for the scanner


@unique
class EventType(StrEnum):
    """What may happen to a stream; the bus adds ``zayavka.<kind>.`` and ``.v1``."""

    OPENED = "opened"
    COMMENT_ADDED = "comment-added"
    COMMENT_EDITED = "comment-edited"
    COMMENT_TRUSTED = "comment-trusted"
    ATTACHMENT_ADDED = "attachment-added"
    ASSIGNED = "assigned"
    STAGE_CHANGED = "stage-changed"
    DETAILS_CHANGED = "details-changed"
    PARTICIPANT_ADDED = "participant-added"
    PARTICIPANT_REMOVED = "participant-removed"
    ESCALATED = "escalated"
    DELIVERY_FAILED = "delivery-failed"
    REOPENED = "reopened"
    CLOSED = "closed"
    CHANGED = "changed"
    SNAPSHOT = "snapshot"  # of the bus alone, as is the next: no journal holds them
    SKIPPED = "skipped"
