"""What stands behind the door: who keeps the mail, the rules, and the counts."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog

from mail.door.bounds import Limits
from mail.door.certificate import Certificate
from mail.door.refusals import Refusal
from mail.door.room import Guest, Room

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """A mail as it came over SMTP or LMTP.

    ``mail_from`` is empty for the null return path; ``content`` is free of
    transparency dots and otherwise untouched; ``peer`` is ``ip:port``.
    """

    mail_from: str
    rcpt_tos: tuple[str, ...]
    content: bytes
    peer: str
    helo: str
    received_at: datetime


class Keeper(Protocol):
    """Who takes the mail from the door."""

    async def keep(self, accepted: Accepted) -> None:
        """Return once the bytes are committed and fsynced; raise ``Full`` or fail."""


class Full(Exception):  # noqa: N818 # a condition that ends by itself, not an error
    """There is no space to keep a mail."""


def _always() -> bool:
    return True


@dataclass(kw_only=True, eq=False)
class Reception:
    """What all conversations at one door share.

    ``accepts`` says whether a recipient is ours, ``has_room`` whether the disk
    can take more, ``clock`` gives the time of arrival. ``kept`` counts commits
    and ``accepted_250`` the 250s written to a client still there; they differ
    by the clients that left before the answer. Doors of one house share the room
    of the first: the others are ``beside`` it.
    """

    keeper: Keeper
    accepts: Callable[[str], bool]
    clock: Callable[[], datetime]
    hostname: str
    limits: Limits = field(default_factory=Limits)
    has_room: Callable[[], bool] = _always
    tls: Certificate | None = None
    lmtp: bool = False
    beside: Reception | None = None
    kept: int = field(default=0, init=False)
    accepted_250: int = field(default=0, init=False)
    refused: Counter[Refusal] = field(default_factory=Counter, init=False)
    room: Room = field(init=False)
    keeping: set[asyncio.Task[str]] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self.room = self.beside.room if self.beside else Room(self.limits)

    def keep(self, accepted: Accepted, guest: Guest, held: int) -> asyncio.Task[str]:
        """Start keeping a mail; the result is the reply.

        Its ``guest`` holds ``held`` bytes of the room until it is kept or not.

        The task belongs to the reception and not to the client: who leaves
        after the final dot does not undo a commit.
        """
        task = asyncio.get_running_loop().create_task(self._keep(accepted, guest, held))
        self.keeping.add(task)
        task.add_done_callback(self.keeping.discard)
        return task

    async def _keep(self, accepted: Accepted, guest: Guest, held: int) -> str:
        try:
            await self.keeper.keep(accepted)
        except Full:
            log.exception("smtp.full", peer=accepted.peer)
            return Refusal.DISK_FULL
        except Exception:  # whatever it is, the client must hear 451 and no details
            log.exception("smtp.not_kept", peer=accepted.peer)
            return Refusal.NOT_KEPT
        finally:
            guest.give_back(held)
        self.kept += 1
        return "250 2.0.0 Kept"
