"""An address of AMQP 1.0 as a queue of messages, each settled by itself."""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass

from proton import Condition, Delivery

from bus.amqp1.bodies import body_of
from bus.amqp1.node import Door, Refused
from bus.amqp1.receiver import Receiver
from bus.door import LostError
from bus.manner import Manner
from bus.wording import one_line

#: Why a message is rejected; the words beside it say more.
NO_COMMAND = "amqp:decode-error"
#: So many rejected messages are known again.
REMEMBERED = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """bus.door.Delivery of one message."""

    body: bytes
    receiver: Receiver
    delivery: Delivery
    rejected: deque[bytes]

    async def ack(self) -> None:
        self._settle(Delivery.ACCEPTED)

    async def dead(self, reason: str) -> None:
        """Reject it, but accept it if it was rejected and came again."""
        digest = hashlib.sha256(self.body).digest()
        if digest in self.rejected:
            self._settle(Delivery.ACCEPTED)
            return
        self._settle(Delivery.REJECTED, Condition(NO_COMMAND, one_line(reason)))
        self.rejected.append(digest)

    def _settle(self, outcome: int, condition: Condition | None = None) -> None:
        try:
            self.receiver.settle(self.delivery, outcome, condition)
        except Refused as error:
            raise LostError(f"a message was not answered for: {error}") from error


class Amqp1Queue:
    """bus.door.Consumer that goes through the door anew for each connection.

    Some buses, 1C:ESB it seems among them, send what is rejected again, for ever.
    As whoever reads it has kept it, it is rejected once.
    """

    def __init__(self, door: Door, manner: Manner | None = None) -> None:
        self._door = door
        self._manner = manner or Manner()
        self._receiver: Receiver | None = None
        self._rejected: deque[bytes] = deque(maxlen=REMEMBERED)

    async def open(self) -> None:
        try:
            node = await self._door.enter()
            self._receiver = await Receiver.open(node, self._manner)
        except Refused as error:
            raise LostError(str(error)) from error

    async def next(self) -> Message:
        if self._receiver is None:
            raise LostError("it is not open")
        try:
            delivery, encoded = await self._receiver.next()
        except Refused as error:
            raise LostError(str(error)) from error
        return Message(
            body=body_of(encoded),
            receiver=self._receiver,
            delivery=delivery,
            rejected=self._rejected,
        )

    async def close(self) -> None:
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            await receiver.close()
