"""What the rules may ask about the answers of a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tickets.model import CommentId, SpecialistId, TicketId


@dataclass(frozen=True, kw_only=True, slots=True)
class Rest:
    """What a ticket's other public comments say without a certain one.

    ``is_answered``: the newest of them is a specialist's.
    """

    first_answer_at: datetime | None
    is_answered: bool


class Answers(Protocol):
    """What the rules may ask about the answers of a ticket."""

    def comment_in_message(self, chat: int, message_id: int) -> CommentId | None:
        """Return the comment that a message of a group holds or shows."""
        ...

    def last_answer(
        self, ticket_id: TicketId, author: SpecialistId
    ) -> CommentId | None:
        """Return the newest public comment of a specialist on a ticket."""
        ...

    def has_left(self, comment_id: CommentId) -> bool:
        """Say whether anything that carries a comment was ever begun to be sent.

        What has not cannot leave any more until the transaction ends.
        """
        ...

    def rest(self, ticket_id: TicketId, besides: CommentId) -> Rest: ...
