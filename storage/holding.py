"""Answers that are held: which they are, and that they are taken back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, exists, func, or_, select, text, update

from storage import lanes
from storage.lanes import DELIVERY, LANE, Filling
from storage.rows import COMMENT
from storage.schema import table
from storage.transaction import Transaction
from tickets.answering import Rest
from tickets.model import CommentId, SpecialistId, TicketId
from tickets.words import DeliveryState, Trust, Visibility

CHAT = table("chat")
_CHAT_MESSAGE = table("chat_message")
_comment, _delivery = COMMENT.c, DELIVERY.c
#: Nobody has tried to send it: no bytes were committed, no attempt was made.
_UNTOUCHED = and_(
    _delivery.state == DeliveryState.NEW,
    _delivery.attempts == 0,
    _delivery.payload.is_(None),
)


def has_begun(comment: Any) -> Any:
    """Return the condition that somebody was sent a comment, or that it was tried."""
    return exists().where(
        _delivery.comment_id == comment,
        ~_UNTOUCHED,
        _delivery.state != DeliveryState.CANCELLED,
    )


class Answers:
    """tickets.holding.Answers over SQL."""

    _tx: Transaction

    def comment_in_message(self, chat: int, message_id: int) -> CommentId | None:
        query = (
            select(_CHAT_MESSAGE.c.comment_id)
            .join(CHAT, _CHAT_MESSAGE.c.chat_id == CHAT.c.id)
            .where(or_(CHAT.c.telegram_id == chat, CHAT.c.former_id == chat))
            .where(_CHAT_MESSAGE.c.message_id == message_id)
        )
        found: CommentId | None = self._tx.run(query).scalar()
        return found

    def last_answer(
        self, ticket_id: TicketId, author: SpecialistId
    ) -> CommentId | None:
        query = (
            select(func.max(_comment.id))
            .where(_comment.ticket_id == ticket_id, _is_public())
            .where(_comment.specialist_id == author)
        )
        found: CommentId | None = self._tx.run(query).scalar()
        return found

    def has_left(self, comment_id: CommentId) -> bool:
        ours = select(_delivery.lane).where(_delivery.comment_id == comment_id)
        self._tx.run(
            select(LANE.c.key)
            .where(LANE.c.key.in_(ours))
            .order_by(LANE.c.key)
            .with_for_update()
        ).all()
        return bool(self._tx.run(select(has_begun(comment_id))).scalar())

    def rest(self, ticket_id: TicketId, besides: CommentId) -> Rest:
        others = and_(
            _comment.ticket_id == ticket_id, _comment.id != besides, _is_public()
        )
        first = (
            select(_comment.at)
            .where(others, _comment.specialist_id.is_not(None))
            .order_by(_comment.id)
            .limit(1)
        )
        last = (
            select(_comment.specialist_id)
            .where(others, _comment.trust != Trust.UNPROVEN)
            .order_by(_comment.id.desc())
            .limit(1)
        )
        return Rest(
            first_answer_at=self._tx.run(first).scalar(),
            is_answered=self._tx.run(last).scalar() is not None,
        )


def _is_public() -> Any:
    return _comment.visibility == Visibility.PUBLIC


def take_back(tx: Transaction, comments: Iterable[CommentId]) -> None:
    """Let comments be seen inside alone, and end what would have carried them out.

    Their lanes are locked (``has_left``), so no relay begins with it any more.
    """
    for comment_id in comments:
        tx.run(
            update(COMMENT)
            .where(_comment.id == comment_id)
            .values(visibility=Visibility.INTERNAL)
        )
        ended = tx.run(
            update(DELIVERY)
            .where(_delivery.comment_id == comment_id, text("state = 'new'"))
            .values(state=DeliveryState.CANCELLED)
            .returning(*DELIVERY.c)
        ).all()
        # What stood behind it is looked at now; a lane left empty goes.
        lanes.fill(tx, [_filling(tx, row) for row in ended])


def _filling(tx: Transaction, row: Any) -> Filling:
    return Filling(
        lane=row.lane,
        kind=row.channel,
        priority=row.priority,
        next_at=tx.now,
        budget=row.budget,
    )
