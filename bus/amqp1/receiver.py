"""A receiver on a connection of its own, with one message in hand."""

from __future__ import annotations

from typing import Self

from proton import Condition, Delivery, Link, Session

from bus.amqp1 import rabbit
from bus.amqp1.attaching import Attachment, attaching
from bus.amqp1.node import Node, Refused
from bus.amqp1.wire import Wire
from bus.manner import Manner


class Receiver:
    """Asks for a message, and for the next when that was answered for."""

    def __init__(self, wire: Wire, node: Node) -> None:
        self._wire = wire
        self._place = node.place
        session: Session = wire.connection.session()
        self._link = session.receiver("zayavka-commands")
        self._link.source.address = node.address
        self._link.target.address = "zayavka"
        self._link.snd_settle_mode = Link.SND_UNSETTLED
        self._link.rcv_settle_mode = Link.RCV_FIRST
        self._attachment = Attachment(wire, node, self._link)

    @classmethod
    async def open(cls, node: Node, manner: Manner) -> Self:
        """Connect, log in and attach to the address; raise ``Refused``."""
        async with attaching(node, manner) as wire:
            rabbit.check_source(wire.connection, node)
            receiver = cls(wire, node)
            await receiver._attachment.attach()
        return receiver

    async def next(self) -> tuple[Delivery, bytes]:
        """Wait for a message; return it as it came, encoded. ``Refused``."""
        while True:
            self._ask()
            await self._wire.until(lambda: bool(self._trouble) or self._is_whole())
            delivery = self._link.current
            if delivery is None or delivery.partial:
                raise Refused(f"{self._place}: {self._trouble}")
            encoded = self._link.recv(delivery.pending) or b""
            self._link.advance()
            if not delivery.aborted:
                return delivery, encoded
            delivery.settle()

    def _ask(self) -> None:
        if not (self._link.credit or self._link.current):
            self._link.flow(1)
            self._wire.flush()

    def _is_whole(self) -> bool:
        delivery = self._link.current
        return delivery is not None and not delivery.partial

    def settle(
        self, delivery: Delivery, outcome: int, condition: Condition | None = None
    ) -> None:
        """Answer for a message; ``Refused`` if nobody hears it any more."""
        if self._trouble:
            raise Refused(f"{self._place}: {self._trouble}")
        if condition is not None:
            delivery.local.condition = condition
        delivery.update(outcome)
        delivery.settle()
        self._wire.flush()

    @property
    def _trouble(self) -> str:
        return self._attachment.trouble

    async def close(self) -> None:
        await self._wire.close()
