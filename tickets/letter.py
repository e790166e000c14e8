"""A mail as the core sees it: read, decoded, and free of MIME."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, unique
from functools import cached_property

from tickets.files.examined import NOTHING, Examined
from tickets.words import Fate


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailbox:
    """One address of a From, To, Cc or Reply-To header (RFC 5322, 3.4).

    ``address`` is ``local@domain`` as written; ``name`` is the decoded display
    name, empty if there is none.
    """

    address: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class File:
    """A file that came with a message or goes out with one.

    ``name`` is for display and never a path; ``content_id`` has no angle
    brackets; ``inline`` says that the HTML shows it by that id. ``examined`` is what
    its bytes told, of one that came.
    """

    name: str
    media_type: str
    content: bytes
    content_id: str | None = None
    inline: bool = False
    examined: Examined = NOTHING

    @cached_property
    def sha256(self) -> str:
        """Return the hash of the content, in hex."""
        return hashlib.sha256(self.content).hexdigest()


@unique
class Excess(StrEnum):
    """Why a file, or a part, of a mail is not shown; the raw mail still has it."""

    SIZE = "size"
    COUNT = "count"
    TOTAL = "total"
    PARTS = "parts"


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """A file that is beyond a limit; ``size`` in bytes. Parts have no name."""

    name: str
    size: int
    excess: Excess


@unique
class Robot(StrEnum):
    """What kind of program wrote a mail: it answers, says what became of one, or asks.

    A ``reply`` comes by itself whenever something is sent there, such as from who is
    out of office; a ``receipt`` tells that a mail was opened (RFC 8098); a ``machine``
    writes of its own accord, such as a monitoring system.
    """

    REPLY = "reply"
    RECEIPT = "receipt"
    MACHINE = "machine"


@unique
class Sealed(StrEnum):
    """How a mail, or a part of it, is encrypted: the desk holds no key to it."""

    SMIME = "smime"
    PGP = "pgp"


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What a mail system tells of a mail that it could not simply deliver.

    ``recipients`` are those who did not get it, as far as the report names them.
    ``message_ids`` may be that mail's, the likeliest first; ``reply_to`` are the
    addresses that answers to it would have gone to. ``status`` is the enhanced code
    (RFC 3463), empty if there is none; ``words`` are the server's.
    """

    fate: Fate = Fate.FAILED
    recipients: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    status: str = ""
    words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A mail that was read.

    Message-IDs keep their angle brackets. ``references`` is the whole chain,
    oldest first (RFC 5322, 3.6.4). No string holds a NUL, a lone surrogate or,
    in headers, a line break. ``automatic`` says a program wrote it (RFC 3834), and
    ``robot`` of what kind; ``report`` is there if it is one on a delivery (RFC 3464).
    ``text`` is what the author wrote, ``quoted`` what it was set apart from: quotes
    and signatures, in order.
    ``forwarded_from`` wrote the mail that this one forwards, which is in ``text``;
    ``forward`` is that part of it, if anything stands above.
    ``sealed`` is there if something in it is encrypted; what is stays among ``files``.
    ``vouched`` is what our border server says of the author: theirs (True), forged
    (False), or nothing.
    ``defects`` says in words what was wrong with the bytes.
    """

    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    author: Mailbox | None = None
    reply_to: tuple[Mailbox, ...] = ()
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    subject: str = ""
    date: datetime | None = None
    text: str = ""
    quoted: str = ""
    forwarded_from: Mailbox | None = None
    forward: str = ""
    html: str | None = None
    files: tuple[File, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    automatic: bool = False
    robot: Robot | None = None
    report: Report | None = None
    sealed: Sealed | None = None
    vouched: bool | None = None
    own_ticket: str | None = None  # X-Zayavka-Ticket: one of our own mails came back
    defects: tuple[str, ...] = field(default=())

    @property
    def bounce(self) -> bool:
        """Say whether it reports on a delivery."""
        return self.report is not None

    @property
    def answers(self) -> bool:
        """Say whether it names a mail that it answers."""
        return bool(self.in_reply_to or self.references)

    @property
    def whole(self) -> str:
        """All that the mail says, whoever wrote it."""
        return f"{self.text}\n\n{self.quoted}" if self.quoted else self.text
