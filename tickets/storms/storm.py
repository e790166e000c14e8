"""What a storm is: the rules that the operator wrote, and what they have seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from tickets.letter import Letter, Mailbox, Robot
from tickets.model import TicketId

#: So much of a subject is held against a pattern.
_SUBJECT = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class StormRule:
    """Of whose mails more than ``after`` within ``window`` are one matter.

    ``sender`` is an address or, with an @ before it, a domain; ``subject`` a pattern
    with * and ?; ``robot`` the kind of program. What is empty limits nothing.
    """

    name: str
    window: timedelta
    after: int
    sender: str = ""
    subject: str = ""
    robot: Robot | None = None

    def key(self, letter: Letter, author: Mailbox) -> str | None:
        """Return under what its mails are counted, None for a mail it is not about."""
        address = author.address.lower()
        if not self._names(address) or self.robot not in {None, letter.robot}:
            return None
        said = letter.subject[:_SUBJECT].casefold()
        if self.subject and not fnmatchcase(said, self.subject.casefold()):
            return None
        return f"{self.name}/{self.sender.lower() or address}"

    def _names(self, address: str) -> bool:
        wanted = self.sender.lower()
        if wanted.startswith("@"):
            return address.endswith(wanted)
        return wanted in {"", address}


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """A ticket that a mail of a rule's opened, and when."""

    at: datetime
    ticket_id: TicketId


@dataclass(frozen=True, kw_only=True, slots=True)
class Storm:
    """What a rule has seen of late from one sender.

    ``recent`` are at most as many as the rule lets pass, oldest first. ``parent`` is
    where the storm goes that rages; ``untold`` counts those in it of which the
    specialists have not heard.
    """

    key: str
    recent: tuple[Opening, ...] = ()
    parent: TicketId | None = None
    last_at: datetime | None = None
    untold: int = 0

    def rages(self, now: datetime, window: timedelta) -> bool:
        """Say whether it began and has not paused for a whole window since."""
        if self.parent is None or self.last_at is None:
            return False
        return now - self.last_at < window
