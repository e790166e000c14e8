"""Mail deliveries: scheduler.relay.Outbox and Exit over the store and a relay."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from app.crowds import Crowds
from app.outbox import LEASE, Records
from app.patience import commit
from app.together import Together
from mail.sending.answers import TooLarge
from mail.sending.relay import Relay
from storage import deliveries
from storage.deliveries import Due, Frozen
from storage.errors import StorageError
from storage.lanes import Besides
from storage.notices import ENDLESS, mail_notices
from storage.transaction import Transaction
from tickets.answers import Failure, tell_delivered, tell_failed, tell_lacking
from tickets.desk import Desk
from tickets.files.attaching import Room
from tickets.model import DeliveryId
from tickets.outgoing import Mail, MailNotice
from tickets.sending import Answer, Later, Never, Sent
from tickets.words import Medium

#: How often a mail is repeated whose answer was lost; its Message-ID is the same.
DOUBTS = 4
#: How many mails to one domain are in hand at once.
CROWD = 32
Compose = Callable[[Mail, str], tuple[str, bytes]]


@dataclass(kw_only=True)
class Mailing:
    """``compose`` returns the Message-ID and the bytes of a notice.

    ``room`` is what a mail may carry; a server that takes less says so.
    """

    records: Records
    relay: Relay
    compose: Compose
    sender: str  # the envelope's return path
    room: Room = ENDLESS
    crowds: Crowds = field(default_factory=lambda: Crowds(most=CROWD))
    wake: Callable[[], None] = lambda: None  # look again: there is room of a kind

    def __post_init__(self) -> None:
        self._limit = 0  # of a whole mail, as the server said it last
        self._sent = Together(commit=self._confirm)

    async def claim(self, room: int) -> Sequence[Due]:
        """Lease the heads of due lanes, of each domain as many as it may have."""
        dues = await asyncio.wrap_future(
            self.records.store.submit(lambda tx: self._claim(tx, room))
        )
        self.crowds.enter(dues)
        return dues

    def _claim(self, tx: Transaction, room: int) -> list[Due]:
        full = self.crowds.full()
        dues = deliveries.claim(
            tx,
            Medium.MAIL,
            owner=self.records.owner,
            limit=room,
            lease=LEASE,
            budget=Besides(full) if full else None,
        )
        fit, over = self.crowds.part(dues)
        if over:
            deliveries.release(tx, over)
        return fit

    def freeze(self, dues: Sequence[Due]) -> Sequence[Frozen | Answer]:
        fresh = [due for due in dues if due.payload is None]
        try:
            notices = self._notices(fresh, self._room)
            made = {due.id: self._fitting(due, notices[due.id]) for due in fresh}
        except StorageError as trouble:
            return [Later(str(trouble))] * len(dues)
        return [
            Frozen(due=due, payload=due.payload)  # every retry sends the same bytes
            if due.payload is not None
            else made[due.id]
            for due in dues
        ]

    @property
    def _room(self) -> Room:
        return self.room.within(self._limit) if self._limit else self.room

    def _notices(self, dues: Sequence[Due], room: Room) -> dict[DeliveryId, Mail]:
        if not dues:
            return {}
        rules = self.records.rules
        found = self.records.store.read(
            lambda tx: mail_notices(tx, dues, rules, room=room)
        )
        return {due.id: notice for due, notice in zip(dues, found, strict=True)}

    def _fitting(self, due: Due, notice: Mail) -> Frozen | Answer:
        """Put a mail into words, without its files if it is too large with them."""
        frozen = self._compose(due, notice)
        if self._fits(frozen):
            return frozen
        bare = self._notices([due], replace(self.room, most=0))[due.id]
        frozen = self._compose(due, bare)
        if self._fits(frozen):
            return frozen
        return Never(f"552 5.3.4 the relay takes no mail over {self._limit} bytes")

    def _fits(self, frozen: Frozen) -> bool:
        return not self._limit or len(frozen.payload) <= self._limit

    def _compose(self, due: Due, notice: Mail) -> Frozen:
        message_id, content = self.compose(notice, secrets.token_hex(8))
        left_out = notice.left_out if isinstance(notice, MailNotice) else ()
        return Frozen(
            due=due, payload=content, message_id=message_id, left_out=left_out
        )

    async def begin(self, frozen: Sequence[Frozen]) -> Sequence[Frozen]:
        lacking = any(one.left_out for one in frozen)
        then = self._tell_lacking if lacking else None
        begun: Sequence[Frozen] = ()
        try:
            begun = await self.records.begin(frozen, then)
        finally:
            ours = {one.due.id for one in begun}
            self._leave([one.due for one in frozen if one.due.id not in ours])
        return begun

    def _leave(self, dues: Sequence[Due]) -> None:
        if self.crowds.leave(dues):
            self.wake()

    def _tell_lacking(self, tx: Transaction, begun: Sequence[Frozen]) -> None:
        """Tell the specialists which of their files a mail goes without."""
        for one in begun:
            if one.left_out and one.due.ticket_id and one.due.comment_id:
                desk = self.records.desk(tx, one.due)
                names = ", ".join(one.left_out)
                recipient = one.due.target
                tell_lacking(desk, one.due.comment_id, recipient, names=names)
                self.records.write(tx, [desk.work])

    async def send(self, frozen: Frozen) -> Answer | TooLarge:
        return await self.relay.send(self.sender, frozen.due.target, frozen.payload)

    async def settle(
        self, due: Due, frozen: Frozen | None, answer: Answer | TooLarge
    ) -> None:
        try:
            await self._settle(due, frozen, answer)
        finally:
            self._leave([due])

    async def _settle(
        self, due: Due, frozen: Frozen | None, answer: Answer | TooLarge
    ) -> None:
        if isinstance(answer, TooLarge):
            self._limit = answer.limit
            await commit(self.records.store, lambda tx: deliveries.begin_anew(tx, due))
            return
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
