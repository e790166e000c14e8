"""One mail between 354 and the dot, counted against the limits."""

from __future__ import annotations

import asyncio

from mail.content import Content
from mail.room import Limits, Room


class Intake:
    """Takes the bytes of one mail as they come and decides whether they may stay.

    ``refusal`` is the reply once they may not: what follows is read and thrown
    away, so that the client hears the reason. ``release`` must follow in the
    end; what ``hand_over`` gave away is no longer counted here.
    """

    def __init__(self, room: Room, limits: Limits) -> None:
        self._room = room
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._content = Content()
        self._held = 0
        self._began = self._last = self._loop.time()
        self.ended: asyncio.Future[None] = self._loop.create_future()
        self.refusal: str | None = None

    def feed(self, chunk: bytes) -> bytes | None:
        """Take ``chunk``; at the end of the mail return the bytes that follow it."""
        self._last = self._loop.time()
        rest = self._content.feed(chunk)
        self._count(len(chunk) - len(rest or b""))
        if rest is not None and not self.ended.done():
            self.ended.set_result(None)
        return rest

    def _count(self, size: int) -> None:
        if self.refusal is not None:
            return
        if self._content.received > self._limits.max_size + len(b".\r\n"):
            self._refuse("552 5.3.4 The mail is too big")
        elif self._room.take(size):
            self._held += size
        else:
            self._refuse("452 4.3.1 Too much mail at once, try again later")

    def _refuse(self, reply: str) -> None:
        self.refusal = reply
        self._content.discard()
        self.release()

    @property
    def hopeless(self) -> bool:
        """Whether waiting for the end of a refused mail costs too much."""
        return self._content.received > 2 * self._limits.max_size + 65536

    @property
    def due(self) -> float:
        """When, in the loop's time, the client has been too slow."""
        allowed = self._content.received / self._limits.min_bytes_per_second
        return min(
            self._last + self._limits.command_seconds,
            self._began + self._limits.rate_grace_seconds + allowed,
        )

    def hand_over(self) -> tuple[bytes, int]:
        """Return the mail and how many bytes of the room go with it."""
        held, self._held = self._held, 0
        return self._content.take(), held

    def release(self) -> None:
        self._room.give_back(self._held)
        self._held = 0
