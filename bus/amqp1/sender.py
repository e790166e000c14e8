"""A sender on a connection of its own, each of whose events is answered for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Self

from proton import Condition, Delivery, Link, Session

from bus.amqp1 import rabbit
from bus.amqp1.attaching import Attachment, attaching
from bus.amqp1.messages import message_of
from bus.amqp1.node import Node, Refused
from bus.amqp1.replies import meaning
from bus.amqp1.wire import Wire
from bus.manner import Manner
from bus.targets import Out
from tickets.sending import Answer, Later, Never, Sent, Uncertain

STALLED = "the bus takes nothing: events that were sent before wait for its answer"
NO_CREDIT = "the bus gives no credit: a queue may be full"
#: So many waves' time a connection that lives may owe us an answer.
PATIENCE = 10
_BURST = 8


class Sender:
    """Carries waves until something fails.

    What was sent and not answered in time stays in hand: a repeat of it waits for
    the same answer and is not sent twice, and nothing new is sent past it.
    """

    def __init__(self, wire: Wire, node: Node, manner: Manner) -> None:
        self._wire = wire
        self._node = node
        self._manner = manner
        session: Session = wire.connection.session()
        self._link = session.sender("zayavka")
        self._link.source.address = "zayavka"
        self._link.target.address = node.address
        self._link.snd_settle_mode = Link.SND_UNSETTLED
        self._attachment = Attachment(wire, node, self._link)
        self._waiting: dict[str, Delivery] = {}
        self._stalled_since: float | None = None
        self._vouches = rabbit.needs_vouching(wire.connection)

    @classmethod
    async def open(cls, node: Node, manner: Manner) -> Self:
        """Connect, log in and attach to the address; raise ``Refused``."""
        async with attaching(node, manner) as wire:
            sender = cls(wire, node, manner)
            await sender._attachment.attach()
            await sender._vouch()
        return sender

    async def _vouch(self) -> None:
        if self._vouches:
            await rabbit.find_queue(self._wire, self._node)

    @property
    def trouble(self) -> str:
        """Return why nothing can be sent any more; empty while it can."""
        return self._attachment.trouble

    @property
    def refusal(self) -> Condition | None:
        """Return the reason that the other side gave for ending the link."""
        return self._attachment.refusal

    @property
    def is_usable(self) -> bool:
        since, now = self._stalled_since, asyncio.get_running_loop().time()
        if since is not None and now - since > PATIENCE * self._manner.confirm:
            return False
        return not self.trouble

    async def send(
        self, wave: Sequence[Out], properties: Mapping[str, str]
    ) -> list[Answer]:
        """Send all and wait for all; whatever happens, return an answer for each."""
        answers: dict[str, Answer] = {}
        try:
            async with asyncio.timeout(self._manner.confirm):
                await self._transfer(wave, properties, answers)
                await self._wire.until(
                    lambda: bool(self.trouble) or all(map(self._is_answered, wave))
                )
        except TimeoutError:
            pass  # each answer tells how far it came
        told = [answers.get(out.event_id) or self._answer(out) for out in wave]
        self._note_stall()
        return await self._vouched(told)

    async def _transfer(
        self,
        wave: Sequence[Out],
        properties: Mapping[str, str],
        answers: dict[str, Answer],
    ) -> None:
        """Send what may be sent; say for what may never."""
        if self._stalled_since is not None:
            await self._wire.until(lambda: bool(self.trouble) or not self._owes())
        for place, out in enumerate(wave, start=1):
            if self.trouble:
                return
            if out.event_id in self._waiting:
                continue
            try:
                message = message_of(out, properties)
            except ValueError:
                answers[out.event_id] = Never("the event's id is no UUID")
                continue
            if place % _BURST == 0:  # others use this loop, too
                self._wire.flush()
                await asyncio.sleep(0)
            await self._await_credit()
            self._waiting[out.event_id] = message.send(self._link)
        self._wire.flush()

    async def _await_credit(self) -> None:
        if self._link.credit <= 0:
            self._wire.flush()
            await self._wire.until(lambda: bool(self.trouble) or self._link.credit > 0)

    def _is_answered(self, out: Out) -> bool:
        delivery = self._waiting.get(out.event_id)
        return delivery is None or bool(delivery.remote_state)

    def _answer(self, out: Out) -> Answer:
        delivery = self._waiting.get(out.event_id)
        if delivery is None:
            stalled = self._stalled_since is not None
            return Later(self.trouble or (STALLED if stalled else NO_CREDIT))
        if delivery.remote_state:
            del self._waiting[out.event_id]
            answer = meaning(delivery, receipt=f"accepted, {self._node.address}")
            delivery.settle()
            return answer
        silence = f"no answer within {self._manner.confirm:g} seconds"
        return Uncertain(self.trouble or silence)

    def _owes(self) -> bool:
        return not all(delivery.remote_state for delivery in self._waiting.values())

    def _note_stall(self) -> None:
        if not self._owes():
            self._stalled_since = None
        elif self._stalled_since is None:
            self._stalled_since = asyncio.get_running_loop().time()

    async def _vouched(self, answers: list[Answer]) -> list[Answer]:
        """Believe that events were accepted only if there is a queue that has them."""
        if not any(isinstance(one, Sent) for one in answers):
            return answers
        try:
            async with asyncio.timeout(self._manner.confirm):
                await self._vouch()
        except (Refused, TimeoutError) as error:
            why = str(error) or "no answer in time"
            doubt = Uncertain(f"accepted, and then: {why}")
            return [doubt if isinstance(one, Sent) else one for one in answers]
        return answers

    async def close(self) -> None:
        await self._wire.close()
