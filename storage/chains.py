"""The Message-IDs of a conversation, as one of its recipients may know them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from storage.deliveries import SENT_MAIL, Due
from storage.lanes import DELIVERY
from storage.prepared import Prepared, Sql
from storage.rows import COMMENT
from storage.transaction import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Chains:
    """The mails of tickets by ticket: those that came, and those of ours that went."""

    came: Mapping[int, Sequence[Any]]
    went: Mapping[int, Sequence[Any]]

    @classmethod
    def read(cls, tx: Transaction, dues: Sequence[Due]) -> Chains:
        tickets = sorted({one.ticket_id for one in dues if one.ticket_id is not None})
        came, went = (
            _by_ticket(tx.run(query, {"tickets": tickets})) for query in (_came, _went)
        )
        return cls(came=came, went=went)

    def of(self, due: Due) -> list[str]:
        """Return the conversation's Message-IDs as this recipient may know them.

        The first mail's own References, then every mail of the ticket and every one
        of ours to this recipient, in the order they came (RFC 5322, 3.6.4).
        """
        came = self.came.get(due.ticket_id or 0, ())
        went = self.went.get(due.ticket_id or 0, ())
        mails = [
            (row.at, 0, row.message_id) for row in came if row.at <= due.created_at
        ]
        before = came[0].thread.split() if mails else []
        mails.extend(
            (row.created_at, 1, row.message_id)
            for row in went
            if row.recipient == due.target and row.delivery_id < due.id
        )
        chain = dict.fromkeys(before)
        chain.update(dict.fromkeys(one for _, _, one in sorted(mails)))
        return list(chain)


def _by_ticket(found: Sequence[Any]) -> dict[int, list[Any]]:
    tickets: dict[int, list[Any]] = {}
    for row in found:
        tickets.setdefault(row.ticket_id, []).append(row)
    return tickets


@Prepared
def _came(sql: Sql) -> Any:
    comment = COMMENT.c
    return (
        select(comment.ticket_id, comment.message_id, comment.thread, comment.at)
        .where(sql.among(comment.ticket_id, "tickets"))
        .where(comment.message_id.is_not(None))
        .order_by(comment.at, comment.id)
    )


@Prepared
def _went(sql: Sql) -> Any:
    sent = SENT_MAIL.c
    return (
        select(
            sent.ticket_id,
            sent.message_id,
            sent.recipient,
            sent.delivery_id,
            DELIVERY.c.created_at,
        )
        .select_from(SENT_MAIL.join(DELIVERY, sent.delivery_id == DELIVERY.c.id))
        .where(sql.among(sent.ticket_id, "tickets"))
    )
