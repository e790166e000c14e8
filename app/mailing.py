"""Mail deliveries: scheduler.relay.Outbox and Exit over the store and a relay."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.outbox import LEASE, Records
from app.patience import commit
from app.together import Together
from mail.relay import Relay
from storage import deliveries
from storage.deliveries import Due, Frozen
from storage.errors import StorageError
from storage.notices import mail_notices
from storage.transaction import Transaction
from tickets.answers import Failure, tell_delivered, tell_failed
from tickets.desk import Desk
from tickets.model import DeliveryId
from tickets.outgoing import Mail
from tickets.sending import Answer, Later, Sent
from tickets.words import Medium

#: How often a mail is repeated whose answer was lost; its Message-ID is the same.
DOUBTS = 4
Compose = Callable[[Mail, str], tuple[str, bytes]]


@dataclass(kw_only=True)
class Mailing:
    """``compose`` returns the Message-ID and the bytes of a notice."""

    records: Records
    relay: Relay
    compose: Compose
    sender: str  # the envelope's return path

    def __post_init__(self) -> None:
        self._sent = Together(commit=self._confirm)

    async def claim(self, room: int) -> Sequence[Due]:
        store, owner = self.records.store, self.records.owner
        return await asyncio.wrap_future(
            store.submit(
                lambda tx: deliveries.claim(
                    tx, Medium.MAIL, owner=owner, limit=room, lease=LEASE
                )
            )
        )

    def freeze(self, dues: Sequence[Due]) -> Sequence[Frozen | Answer]:
        try:
            notices = self._notices([due for due in dues if due.payload is None])
        except StorageError as trouble:
            return [Later(str(trouble))] * len(dues)
        return [
            Frozen(due=due, payload=due.payload)  # every retry sends the same bytes
            if due.payload is not None
            else self._compose(due, notices[due.id])
            for due in dues
        ]

    def _notices(self, dues: Sequence[Due]) -> dict[DeliveryId, Mail]:
        if not dues:
            return {}
        rules = self.records.rules
        found = self.records.store.read(lambda tx: mail_notices(tx, dues, rules))
        return {due.id: notice for due, notice in zip(dues, found, strict=True)}

    def _compose(self, due: Due, notice: Mail) -> Frozen:
        message_id, content = self.compose(notice, secrets.token_hex(8))
        return Frozen(due=due, payload=content, message_id=message_id)

    async def begin(self, frozen: Sequence[Frozen]) -> Sequence[Frozen]:
        return await self.records.begin(frozen)

    async def send(self, frozen: Frozen) -> Answer:
        return await self.relay.send(self.sender, frozen.due.target, frozen.payload)

    async def settle(self, due: Due, frozen: Frozen | None, answer: Answer) -> None:
        if isinstance(answer, Sent) and due.comment_id is None:
            await self._sent.add((due, answer.receipt))  # nothing follows from it
            return

        def on_sent(_tx: Transaction, desk: Desk, _sent: Sent) -> None:
            if due.comment_id is not None:
                tell_delivered(desk, due.comment_id)

        def on_parked(_tx: Transaction, desk: Desk, reason: str) -> None:
            if due.ticket_id is None:
                return
            failure = Failure(channel=Medium.MAIL, recipient=due.target, reason=reason)
            ticket = desk.books.ticket(due.ticket_id)
            tell_failed(desk, ticket, due.comment_id, failure=failure)

        await self.records.settle(
            due,
            answer,
            last_doubt=due.attempts >= DOUBTS,
            tried=frozen is not None,
            on_sent=on_sent,
            on_parked=on_parked,
        )

    async def _confirm(self, receipts: Sequence[tuple[Due, str]]) -> None:
        await commit(self.records.store, lambda tx: deliveries.confirm(tx, receipts))
