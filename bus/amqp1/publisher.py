"""A node of AMQP 1.0 as a bus: at least once, every event answered for by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from bus.amqp1.node import Door, Refused
from bus.amqp1.replies import FINAL
from bus.amqp1.sender import Sender
from bus.amqp1.wire import said
from bus.manner import Manner
from bus.targets import Out
from tickets.sending import Answer, Later, Never, Sent, Uncertain


class Amqp1:
    """Publishes waves to an address, one after another.

    It goes through the door with the first event, and anew after anything that went
    wrong. ``properties`` are added to each message.
    """

    def __init__(
        self,
        door: Door,
        manner: Manner | None = None,
        *,
        properties: Mapping[str, str] | None = None,
    ) -> None:
        self._door = door
        self._manner = manner or Manner()
        self._properties = properties or {}
        self._sender: Sender | None = None
        self._turn = asyncio.Lock()

    async def publish(self, batch: Sequence[Out]) -> list[Answer]:
        if not batch:
            return []
        async with self._turn:
            answers, is_refused = await self._send(batch)
            if is_refused and len(batch) > 1:
                return await self._apart(batch, answers)
            return answers

    async def close(self) -> None:
        async with self._turn:
            await self._let_go()

    async def _send(self, wave: Sequence[Out]) -> tuple[list[Answer], bool]:
        """Return the answers, and whether the link was ended over them."""
        try:
            sender = await self._open()
        except Refused as error:
            return [Later(str(error))] * len(wave), False
        try:
            answers = await sender.send(wave, self._properties)
        except BaseException:
            await self._let_go()  # interrupted: nobody knows any more what is owed
            raise
        refusal = sender.refusal
        if not sender.is_usable:
            await self._let_go()
        if refusal is not None and refusal.name in FINAL and len(wave) == 1:
            answers = [
                Never(said(refusal)) if isinstance(one, Uncertain) else one
                for one in answers
            ]
        return answers, refusal is not None

    async def _apart(self, wave: Sequence[Out], told: Sequence[Answer]) -> list[Answer]:
        """Try one by one what was left without an answer when the link was ended.

        What stands in the way of one and is not its own fault does so for all.
        """
        limit = asyncio.get_running_loop().time() + self._manner.apart
        answers = list(told)
        for place, out in enumerate(wave):
            if isinstance(answers[place], Sent | Never):
                continue
            (answer,), _ = await self._send([out])
            if not isinstance(answer, Sent | Never):
                break
            answers[place] = answer
            if asyncio.get_running_loop().time() > limit:
                break
        return answers

    async def _open(self) -> Sender:
        if self._sender is not None and not self._sender.is_usable:
            await self._let_go()
        if self._sender is None:
            node = await self._door.enter()
            self._sender = await Sender.open(node, self._manner)
        return self._sender

    async def _let_go(self) -> None:
        sender, self._sender = self._sender, None
        if sender is not None:
            await sender.close()
