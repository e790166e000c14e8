"""Why a command cannot be done, in words for programs and for people."""

from __future__ import annotations

from tickets.model import Ticket


class RefusedError(Exception):
    """A command cannot be done as things are; the message says why."""

    def __init__(
        self, reason: str, message: str, *, ticket: Ticket | None = None
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.ticket = ticket
