"""Our own mails after they were sent: found by what came back, and marked with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update

from storage.lanes import DELIVERY
from storage.schema import table
from storage.transaction import Transaction
from tickets.model import CommentId, DeliveryId, SentMail, TicketId
from tickets.words import DeliveryState, Fate, Medium
from tickets.work import MailFate

SENT_MAIL = table("sent_mail")
_mail = SENT_MAIL.c
_delivery = DELIVERY.c


def by_message_id(tx: Transaction, message_ids: Sequence[str]) -> dict[str, SentMail]:
    """Lock and return those that are our own."""
    query = select(SENT_MAIL).where(_mail.message_id.in_(message_ids))
    return {one.message_id: one for one in _locked(tx, query)}


def last_to(tx: Transaction, ticket_id: TicketId, recipient: str) -> SentMail | None:
    """Lock and return the newest mail on a ticket to an address."""
    query = select(SENT_MAIL).where(_mail.ticket_id == ticket_id)
    theirs = [one for one in _locked(tx, query) if one.recipient.lower() == recipient]
    return max(theirs, key=lambda one: one.delivery_id, default=None)


def _locked(tx: Transaction, query: Select[Any]) -> list[SentMail]:
    found = tx.run(query.order_by(_mail.message_id).with_for_update())
    return [
        SentMail(
            message_id=row.message_id,
            delivery_id=DeliveryId(row.delivery_id),
            recipient=row.recipient,
            ticket_id=None if row.ticket_id is None else TicketId(row.ticket_id),
            comment_id=None if row.comment_id is None else CommentId(row.comment_id),
            fate=Fate(row.fate) if row.fate else None,
        )
        for row in found
    ]


def notices_since(
    tx: Transaction, ticket_id: TicketId, address: str, *, since: datetime
) -> int:
    """Count the mails queued on a ticket for an address that no person wrote."""
    query = (
        select(func.count())
        .select_from(DELIVERY)
        .where(_delivery.ticket_id == ticket_id, _delivery.channel == Medium.MAIL)
        .where(_delivery.target == address, _delivery.comment_id.is_(None))
        .where(_delivery.created_at >= since)
    )
    return int(tx.run(query).scalar_one())


def note_fates(tx: Transaction, fates: Iterable[MailFate]) -> None:
    """Write down what reports told; what failed is parked, with the reason.

    One that a relay still has in hand it marks itself, as soon as it knows.
    """
    for one in fates:
        tx.run(
            update(SENT_MAIL)
            .where(_mail.message_id == one.sent.message_id)
            .values(fate=one.fate)
        )
        changed = update(DELIVERY).where(_delivery.id == one.sent.delivery_id)
        changed = changed.where(_delivery.state == DeliveryState.SENT)
        if one.fate is Fate.FAILED:
            changed = changed.values(state=DeliveryState.PARKED)
        tx.run(changed.values(last_error=one.reason))


def forget_fate(tx: Transaction, delivery: int) -> None:
    """Let a mail that is sent once more be reported on once more."""
    tx.run(update(SENT_MAIL).where(_mail.delivery_id == delivery).values(fate=None))
