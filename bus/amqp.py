"""RabbitMQ as a bus: every event confirmed, and answered for by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bus.broker import Broker
from bus.link import Link, LinkError
from bus.manner import Manner
from bus.replies import Closed, meaning
from bus.targets import Out
from tickets.sending import Answer, Later

BLOCKED = "the broker has blocked who publishes: it is short of memory or disk"


class Amqp:
    """Publishes waves to an exchange, one after another.

    It connects with the first event, and anew after anything that went wrong.
    """

    def __init__(self, broker: Broker, manner: Manner | None = None) -> None:
        self._broker = broker
        self._manner = manner or Manner()
        self._link: Link | None = None
        self._turn = asyncio.Lock()

    async def publish(self, batch: Sequence[Out]) -> list[Answer]:
        if not batch:
            return []
        async with self._turn:
            try:
                told = await self._send(batch)
            except LinkError as error:
                return [Later(str(error))] * len(batch)
            return await self._settle(batch, told)

    async def close(self) -> None:
        async with self._turn:
            await self._let_go()

    async def _send(self, wave: Sequence[Out]) -> list[Answer | Closed]:
        link = await self._open()
        ended = await link.send(wave)
        silence = f"no confirm within {self._manner.confirm:g} seconds"
        if not link.is_usable:
            await self._let_go()
        elif await link.is_blocked():
            silence = BLOCKED
        return [
            meaning(one, receipt=self._receipt(out), silence=silence)
            for out, one in zip(wave, ended, strict=True)
        ]

    def _receipt(self, out: Out) -> str:
        exchange = self._broker.exchange or "default exchange"
        return f"confirmed, {exchange}, {self._broker.key_of(out.type)}"

    async def _settle(
        self, wave: Sequence[Out], told: Sequence[Answer | Closed]
    ) -> list[Answer]:
        """Try apart what a closed channel left without an answer of its own.

        What is refused for now is so for all events of its routing key: no exchange,
        no permission, no broker.
        """
        if len(wave) == 1:
            return [_alone(told[0])]
        limit = asyncio.get_running_loop().time() + self._manner.apart
        refused: dict[str, Answer] = {}
        answers: list[Answer] = []
        for out, one in zip(wave, told, strict=True):
            answer = one
            if isinstance(answer, Closed):
                key = self._broker.key_of(out.type)
                answer = refused.get(key) or await self._apart(out, limit)
                if isinstance(answer, Later):
                    refused[key] = answer
            answers.append(answer)
        return answers

    async def _apart(self, out: Out, limit: float) -> Answer:
        if asyncio.get_running_loop().time() > limit:
            return Later("no time was left to try it apart from its neighbours")
        try:
            (told,) = await self._send([out])
        except LinkError as error:
            return Later(str(error))
        return _alone(told)

    async def _open(self) -> Link:
        """Return a link that takes events, a new one if need be."""
        if self._link is not None and not self._link.is_usable:
            await self._let_go()
        if self._link is None:
            self._link = await Link.open(self._broker, self._manner)
        if await self._link.is_blocked():
            # Another connection would be blocked too, and what this one holds would
            # be read in any order with what we send there.
            raise LinkError(BLOCKED)
        return self._link

    async def _let_go(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            await link.close()


def _alone(told: Answer | Closed) -> Answer:
    return told.alone if isinstance(told, Closed) else told
