"""A mailbox as the operator describes it, and how far it was read."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, unique
from typing import Any, Protocol, Self

MEBIBYTE = 1024 * 1024


@unique
class Safety(Enum):
    """How the connection is made safe."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What is done with a mail that is kept: nothing, ``seen``, or ``move`` it."""

    seen: bool = False
    move: str | None = None  # to this folder

    @property
    def changes(self) -> bool:
        return self.seen or self.move is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailbox:
    """Where the mailbox is, who reads it, and what becomes of its mails.

    ``secret`` returns the password, or a token if ``is_token``; it may block and is
    asked at each login. ``max_size`` is of one mail, in bytes.
    """

    name: str
    host: str
    port: int
    user: str
    secret: Callable[[], str] = field(repr=False)
    is_token: bool = False
    safety: Safety = Safety.TLS
    context: ssl.SSLContext | None = None
    folder: str = "INBOX"
    done: Done = field(default_factory=Done)
    max_size: int = 25 * MEBIBYTE

    @property
    def place(self) -> str:
        """Return what tells this mailbox from others that had the name before."""
        return f"{self.user}@{self.host}/{self.folder}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """How far a mailbox was read: all mails up to ``uid`` are kept.

    Those up to ``done`` are marked, too, if they are to be, but for the ``left``
    after it, which stay as they are. UIDs are of one ``uidvalidity`` (RFC 3501,
    2.3.1.1) of one ``place``; an ``era`` begins when it comes back to a former one.
    """

    place: str
    uidvalidity: int
    uid: int = 0
    done: int = 0
    left: tuple[int, ...] = ()
    era: int = 0

    @classmethod
    def of(cls, value: dict[str, Any]) -> Self:
        known = {key: value[key] for key in cls.__slots__ if key in value}
        return cls(**{**known, "left": tuple(known.get("left", ()))})

    @property
    def numbering(self) -> str:
        """Return what a UID is unique under, together with the mailbox's name."""
        return f"{self.uidvalidity}.{self.era}" if self.era else str(self.uidvalidity)

    def kept(self, uid: int, left: Sequence[int]) -> Self:
        return replace(self, uid=uid, left=(*self.left, *left))

    def marked(self) -> Self:
        return replace(self, done=self.uid, left=())


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """A mail of the mailbox; if it stays there unread, its headers and the reason."""

    uid: int
    raw: bytes
    problem: str = ""


class Keeper(Protocol):
    """Where the mails are kept; it is called from the mailbox's own thread."""

    def position(self) -> Position | None:
        """Return how far the mailbox was read, None if it never was."""
        ...

    def keep(self, mails: Sequence[Fetched], position: Position) -> None:
        """Return once mails and position are committed, or neither is and it raises."""
        ...

    def is_behind(self) -> bool:
        """Say whether so much waits to be worked that more would only fill a disk."""
        ...

    def settle(self, position: Position) -> None:
        """Return once the position is committed."""
        ...
