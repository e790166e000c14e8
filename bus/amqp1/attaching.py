"""A link on a connection of its own, and why it ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from proton import Condition, Endpoint, Link

from bus.amqp1.node import Node, Refused
from bus.amqp1.wire import Wire, line_of, said
from bus.manner import Manner

#: What a condition means of an address, where it is not plain.
_MEANINGS = {
    "amqp:not-found": "there is no such address",
    "amqp:resource-deleted": "the address was deleted",
    "amqp:unauthorized-access": "we have no right to it, or the log-in is over",
}


@asynccontextmanager
async def attaching(node: Node, manner: Manner) -> AsyncIterator[Wire]:
    """Give a connection to attach to in time; close it if that fails: ``Refused``."""
    wire = await Wire.open(node, manner)
    try:
        async with asyncio.timeout(manner.open):
            yield wire
    except TimeoutError:
        await wire.close()
        raise Refused(
            f"{node.place}: no answer to the attach to {node.address!r} within "
            f"{manner.open:g} seconds: perhaps it does not exist"
        ) from None
    except BaseException:
        await wire.close()
        raise


class Attachment:
    """A sender or a receiver in a session of its own."""

    def __init__(self, wire: Wire, node: Node, link: Link) -> None:
        self._wire = wire
        self._node = node
        self._link = link
        self._session = link.session

    async def attach(self) -> None:
        """Open the link, all of whose terms are set; raise ``Refused``."""
        self._session.open()
        self._link.open()
        self._wire.flush()
        await self._wire.until(lambda: bool(self.trouble) or self._is_attached())
        if self.trouble:
            raise Refused(f"{self._node.place}: {self._node.address!r}: {self.trouble}")

    def _is_attached(self) -> bool:
        # A refusal begins like an acceptance, but without the node's end.
        link = self._link
        end = link.remote_target if link.is_sender else link.remote_source
        active = bool(link.state & Endpoint.REMOTE_ACTIVE)
        return active and end.address is not None

    @property
    def trouble(self) -> str:
        """Return why nothing goes through any more; empty while it does."""
        if condition := self._link.remote_condition or self._session.remote_condition:
            meaning = _MEANINGS.get(condition.name)
            return f"{meaning} ({line_of(condition)})" if meaning else said(condition)
        ended = (self._session.state | self._link.state) & Endpoint.REMOTE_CLOSED
        return self._wire.trouble or ("it was detached" if ended else "")

    @property
    def refusal(self) -> Condition | None:
        """Return the reason that the other side gave for ending the link."""
        condition: Condition | None = (
            self._link.remote_condition
            or self._session.remote_condition
            or self._wire.refusal
        )
        return condition
