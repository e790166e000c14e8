"""One mail between 354 and the dot, counted against the limits."""

from __future__ import annotations

import asyncio

from mail.door.content import Content
from mail.door.refusals import Refusal
from mail.door.room import Guest, Room


class Intake:
    """Takes the bytes of one mail as they come and decides whether they may stay.

    ``refusal`` is the reply once they may not: what follows is read and thrown
    away, so that the client hears the reason. ``release`` must follow in the
    end; what ``hand_over`` gave away is no longer counted here.
    """

    def __init__(self, room: Room, guest: Guest) -> None:
        self._room = room
        self._guest = guest
        self._loop = asyncio.get_running_loop()
        self._content = Content(wary=not guest.trusted)
        self._held = 0
        self._last = self._loop.time()
        self._due = self._last + room.limits.rate_grace_seconds
        self.ended: asyncio.Future[None] = self._loop.create_future()
        self.refusal: Refusal | None = None

    def feed(self, chunk: bytes) -> bytes | None:
        """Take ``chunk``; at the end of the mail return the bytes that follow it."""
        self._earn(len(chunk))
        rest = self._content.feed(chunk)
        self._count(len(chunk) - len(rest or b""))
        if rest is not None and not self.ended.done():
            self.ended.set_result(None)
        return rest

    def _count(self, size: int) -> None:
        if self.refusal is not None:
            return
        if self._content.received > self._room.limits.max_size + len(b".\r\n"):
            self._refuse(Refusal.TOO_BIG)
        elif self._content.has_false_end:
            self._refuse(Refusal.FALSE_END)
        elif self._guest.take(size):
            self._held += size
        else:
            self._refuse(Refusal.IN_FLIGHT)

    def _earn(self, size: int) -> None:
        """Give time for what came; not more than a pause may take."""
        self._last = self._loop.time()
        earned = self._due + size / self._room.limits.min_bytes_per_second
        self._due = min(earned, self._last + self._room.patience.command_seconds)

    def _refuse(self, reply: Refusal) -> None:
        self.refusal = reply
        self._content.discard()
        self.release()

    @property
    def hopeless(self) -> bool:
        """Whether waiting for the end of a refused mail costs too much."""
        return self._content.received > 2 * self._room.limits.max_size + 65536

    @property
    def due(self) -> float:
        """When, in the loop's time, the client has been too slow."""
        return min(self._due, self._last + self._room.patience.command_seconds)

    def hand_over(self) -> tuple[bytes, int]:
        """Return the mail and how many bytes of the room go with it."""
        held, self._held = self._held, 0
        return self._content.take(), held

    def release(self) -> None:
        self._guest.give_back(self._held)
        self._held = 0
