"""What a relay is handed to put into words: a notice with all it may mention."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tickets.digests import Format
from tickets.figures import Figures
from tickets.letter import File, Mailbox
from tickets.model import (
    Attachment,
    Comment,
    Contact,
    DeliveryId,
    Json,
    Specialist,
    Ticket,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class MailNotice:
    """A mail to one recipient about a ticket.

    ``kind`` is ``answer``, or a notice of the process (tickets.process.TOLD) that
    names ``who`` did it, if anybody, and the ``stage`` that the ticket came to.
    ``sealed`` says that it answers a mail that the desk could not read. ``to``
    and ``cc`` are the people shown in the headers, whoever the envelope's
    ``recipient`` is. ``references`` is the whole
    chain, oldest first, its last entry the mail that is answered.
    """

    delivery: DeliveryId
    kind: str
    recipient: str
    recipient_name: str
    language: str
    ticket: Ticket
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    references: tuple[str, ...]
    in_reply_to: str | None
    comment: Comment | None = None
    reader: Contact | None = None  # whose address the recipient's is, if anybody's
    files: tuple[File, ...] = ()
    linked: tuple[Attachment, ...] = ()  # to be fetched from us
    left_out: tuple[str, ...] = ()  # names of those that no mail of ours can carry
    unsent: tuple[str, ...] = ()  # names of files that were too big to fetch
    earlier: tuple[Comment, ...] = ()  # what was said before, the newest first
    chat_link: str | None = None  # binds the recipient's Telegram account
    may_leave: bool = False  # others named them, so they are offered to leave
    leave_link: str | None = None  # by which they do
    who: Contact | Specialist | None = None
    stage: str = ""
    sealed: bool = False
    refused: tuple[str, ...] = ()  # names of the reader's files that are locked
    too_large: tuple[str, ...] = ()  # and of those beyond a limit


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """How a target of the bus agreed with the journal, when last compared."""

    name: str
    at: datetime
    checked: int
    missing: int
    extra: int
    disordered: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestNotice:
    """A mail to one manager about a period.

    ``subjects`` are those of the tickets that the figures name. ``late`` is when the
    figures were made, if that was long after the period.
    """

    delivery: DeliveryId
    report: str
    recipient: str
    language: str
    format: Format
    figures: Figures
    subjects: Mapping[str, str]
    late: datetime | None = None
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusalNotice:
    """A mail to a stranger that the desk does not serve them.

    ``subject`` and ``in_reply_to`` are those of theirs.
    """

    delivery: DeliveryId
    recipient: str
    language: str
    subject: str
    in_reply_to: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusNotice:
    """A mail to who asked how tickets stand; ``tickets`` are as they stood then.

    ``asked`` is the number they named, if any; ``ticket`` is that one if it is theirs.
    """

    delivery: DeliveryId
    kind: str
    recipient: str
    language: str
    asked: str
    tickets: tuple[Json, ...]
    ticket: Ticket | None
    in_reply_to: str | None
    references: tuple[str, ...]


Mail = MailNotice | DigestNotice | StatusNotice | RefusalNotice


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatNotice:
    """Something to do in a chat about a ticket.

    ``kind`` is one of: topic (create it), card (send or edit it), comment,
    full-text (the comment as a text file), file, notice (``facts["notice"]``
    names the sentence), reaction, toast, fetch; and in private chats accepted
    (the ticket's number) and answer. The first is never queued: a
    relay makes the topic, and then the card, when something needs them. Those without a
    ticket are alarm, and question and decision, which are about a stranger.
    ``thread_id`` is None while the ticket has no topic, ``card_message_id`` while
    it has no card. ``repeat`` marks a message that may have been sent before.
    """

    delivery: DeliveryId
    kind: str
    chat: int
    language: str
    facts: Json = field(default_factory=dict)
    ticket: Ticket | None = None
    comment: Comment | None = None
    file: File | None = None
    thread_id: int | None = None
    card_message_id: int | None = None
    repeat: bool = False

    @property
    def is_private(self) -> bool:
        """Say whether it goes to a person's chat, whose id is theirs: above zero."""
        return self.chat > 0
