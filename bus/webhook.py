"""HTTP as a bus: every event posted and signed, and answered for by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import cast

import httpx

from bus.client import UNREACHABLE, client_for, trouble
from bus.manner import Posting
from bus.receiver import Receiver
from bus.signing import signed
from bus.statuses import Reply, meaning
from bus.targets import Out
from tickets.sending import Answer, Later, Uncertain

#: How much of an answer's body is read, in bytes.
ENOUGH = 4096


@dataclass(kw_only=True, slots=True)
class _Wave:
    """When a wave must have been answered, and why it goes no further."""

    ends: float
    hindrance: Later | None = None


class Webhook:
    """Posts the events of a wave at the same time, over connections that stay open.

    A receiver that cannot be reached is not tried for the rest of the wave. One
    that names a time is left alone until then.
    """

    def __init__(
        self,
        receiver: Receiver,
        posting: Posting | None = None,
        *,
        keys: Sequence[bytes] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._receiver = receiver
        self._posting = posting or Posting()
        self._keys = tuple(keys)
        self._clock = clock
        self._room = asyncio.Semaphore(self._posting.connections)
        self._client: httpx.AsyncClient | None = None
        self._still: Later | None = None
        self._still_until = 0.0

    async def publish(self, batch: Sequence[Out]) -> list[Answer]:
        wave = _Wave(ends=_ticks() + self._posting.wave)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._in_turn(out, wave)) for out in batch]
        return [task.result() for task in tasks]

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(TimeoutError):  # what is left ends with its connection
                async with asyncio.timeout(self._posting.close):
                    await client.aclose()

    async def _in_turn(self, out: Out, wave: _Wave) -> Answer:
        async with self._room:
            hindrance = self._hindrance(wave)
            if hindrance is not None:
                return hindrance
            answer = await self._post(out, wave)
        if isinstance(answer, Later) and answer.after is not None:
            self._keep_still(answer, answer.after)
        return answer

    def _keep_still(self, answer: Later, after: timedelta) -> None:
        until = _ticks() + after.total_seconds()
        if until > self._still_until:
            self._still, self._still_until = answer, until

    def _hindrance(self, wave: _Wave) -> Later | None:
        """Return why nothing should be sent now."""
        now = _ticks()
        if self._still is not None and now < self._still_until:
            left = timedelta(seconds=self._still_until - now)
            return replace(self._still, after=left)
        if now >= wave.ends:
            return Later("no time was left for it: the receiver is slow")
        return wave.hindrance

    async def _post(self, out: Out, wave: _Wave) -> Answer:
        try:
            response = await self._send(self._open(), out, ends=wave.ends)
        except TimeoutError:
            return Uncertain("no answer in time")
        except (*UNREACHABLE, OSError) as error:
            wave.hindrance = Later(f"{self._receiver.address}: {trouble(error)}")
            return wave.hindrance
        except httpx.TransportError as error:
            return Uncertain(f"no answer: {trouble(error)}")
        return meaning(await self._read(response), now=self._clock())

    def _open(self) -> httpx.AsyncClient:
        """Return a client; OSError if the certificates to trust cannot be read."""
        if self._client is None:
            self._client = client_for(self._receiver, self._posting)
        return self._client

    async def _send(
        self, client: httpx.AsyncClient, out: Out, *, ends: float
    ) -> httpx.Response:
        """Post an event; return with the head of the answer."""
        headers = signed(out.event_id, out.body, at=int(self._clock()), keys=self._keys)
        request = client.build_request(
            "POST", self._receiver.url, content=out.body, headers=headers
        )
        async with asyncio.timeout_at(min(_ticks() + self._posting.answer, ends)):
            return await client.send(request, stream=True)

    async def _read(self, response: httpx.Response) -> Reply:
        """Read as much of an answer as is there soon; its status is what counts."""
        body = bytearray()
        try:
            with suppress(TimeoutError, httpx.TransportError):
                async with (
                    asyncio.timeout(self._posting.words),
                    aclosing(_pieces(response)) as pieces,
                ):
                    async for piece in pieces:
                        body += piece
                        if len(body) >= ENOUGH:
                            break
        finally:
            await response.aclose()
        return Reply(
            status=response.status_code,
            headers=response.headers,
            body=bytes(body[:ENOUGH]),
        )


def _pieces(response: httpx.Response) -> AsyncGenerator[bytes]:
    return cast("AsyncGenerator[bytes]", response.aiter_raw())


def _ticks() -> float:
    return asyncio.get_running_loop().time()
