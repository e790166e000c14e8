"""The ways to read back what a bus holds, chosen by its URL and its keys."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx

from bus.broker import read_broker
from bus.holdings import Held, Holdings, HoldingsError, held_of

#: How many lines of a file are read before others get their turn.
LINES = 1000
ANSWER_LIMIT = 64 * 1024 * 1024
SECONDS = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class FileHoldings:
    """A file of events, one a line; the last may be under way."""

    path: Path

    async def read(self, since: datetime | None) -> AsyncIterator[Held]:  # noqa: ARG002 # a file has no index of times
        try:
            with self.path.open("rb") as file:
                end = file.seek(0, 2)
                file.seek(0)
                while file.tell() < end:
                    lines = file.readlines(64 * 1024)
                    for line in lines:
                        held = held_of(line) if line.endswith(b"\n") else None
                        if held is not None:
                            yield held
                    await asyncio.sleep(0)
        except FileNotFoundError:
            return
        except OSError as error:
            raise HoldingsError(f"{self.path}: {error.strerror}") from error


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpPositions:
    """A receiver that answers a GET with ``{"NN-1": 7, "contact-12": 2}``."""

    url: str

    async def ask(self) -> Mapping[str, int]:
        try:
            async with (
                asyncio.timeout(SECONDS),
                httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client,
                client.stream("GET", self.url) as answer,
            ):
                if not answer.is_success:
                    raise HoldingsError(f"{self._shown}: answered {answer.status_code}")
                content = await _whole(answer)
        except (httpx.HTTPError, TimeoutError) as error:
            words = str(error) or type(error).__name__
            raise HoldingsError(f"{self._shown}: {words}") from error
        return _positions(content, self._shown)

    @property
    def _shown(self) -> str:
        url = httpx.URL(self.url)
        return str(url.copy_with(username=None, password=None, query=None))


async def _whole(answer: httpx.Response) -> bytes:
    content = bytearray()
    async for piece in answer.aiter_bytes():
        content += piece
        if len(content) > ANSWER_LIMIT:
            raise HoldingsError(f"the answer is longer than {ANSWER_LIMIT} bytes")
    return bytes(content)


def _positions(content: bytes, shown: str) -> dict[str, int]:
    try:
        told = json.loads(content)
    except ValueError:
        told = None
    if not isinstance(told, dict) or not all(
        isinstance(seq, int) and not isinstance(seq, bool) for seq in told.values()
    ):
        raise HoldingsError(
            f'{shown}: must answer with a JSON object as {{"NN-1": 7, "contact-12": 2}}'
        )
    return told


def holdings_from(url: str, audit: str | None) -> Holdings | None:
    """Return the way to read a bus again; None if its kind has none.

    ``audit`` names the stream queue of a RabbitMQ that keeps what it got.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "file":
        return FileHoldings(path=Path(rest.removeprefix("//")))
    if scheme in {"amqp", "amqps"} and audit is not None:
        from bus.stream import StreamQueue  # noqa: PLC0415 # a fifth of a second that files need not wait

        return StreamQueue(broker=read_broker(url), queue=audit)
    return None
