"""The kinds of bus there are, each as the contract of all publishers sees it."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import pytest
from starlette.responses import PlainTextResponse

from bus.amqp import Amqp
from bus.file import JsonLines
from bus.receiver import read_receiver
from bus.signing import read_secret
from bus.targets import Publisher
from bus.webhook import Webhook
from tests.brokers import RabbitMq
from tests.bus.rabbit import MANNER, settle
from tests.bus.receiving import POSTING, SECRET, Said, Strict, receiving

#: A type that a bus refuses, if it can refuse any.
UNWANTED = "zayavka.ticket.unwanted.v1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A bus to publish to, and the way behind it.

    ``make`` gives a publisher to it, ``astray`` one to a place where nothing is.
    ``taken`` returns the bodies that are there in their order, and may forget them.
    """

    make: Callable[[], Publisher]
    astray: Callable[[], Publisher]
    taken: Callable[[], Awaitable[list[bytes]]]
    refuses_unwanted: bool = True


Opening: TypeAlias = Callable[
    [pytest.FixtureRequest], AbstractAsyncContextManager[Target]
]


@contextmanager
def closed_port() -> Iterator[int]:
    """Give a port at which nobody listens, and nobody will meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@asynccontextmanager
async def a_file(request: pytest.FixtureRequest) -> AsyncIterator[Target]:
    folder: Path = request.getfixturevalue("tmp_path")
    (folder / "file").touch()
    path = folder / "bus.jsonl"

    async def taken() -> list[bytes]:
        return path.read_bytes().splitlines()

    yield Target(
        make=lambda: JsonLines(path),
        astray=lambda: JsonLines(folder / "file" / "bus.jsonl"),
        taken=taken,
        refuses_unwanted=False,
    )


@asynccontextmanager
async def a_rabbit(request: pytest.FixtureRequest) -> AsyncIterator[Target]:
    rabbit: RabbitMq = request.getfixturevalue("rabbit")
    place = await settle(rabbit, binding="zayavka.ticket.stage-changed.v1")

    async def taken() -> list[bytes]:
        return [one.body for one in await place.read()]

    with closed_port() as port:
        yield Target(
            make=place.publisher,
            astray=lambda: Amqp(replace(place.broker, port=port), MANNER),
            taken=taken,
        )


@asynccontextmanager
async def a_receiver(_request: pytest.FixtureRequest) -> AsyncIterator[Target]:
    def answer(said: Said) -> PlainTextResponse | None:
        unwanted = said["type"] == UNWANTED
        return PlainTextResponse("unwanted", 422) if unwanted else None

    def publisher(url: str) -> Webhook:
        return Webhook(read_receiver(url), POSTING, keys=[read_secret(SECRET)])

    async def taken() -> list[bytes]:
        return strict.taken

    strict = Strict(answer=answer)
    async with receiving(strict) as url:
        with closed_port() as port:
            yield Target(
                make=lambda: publisher(url),
                astray=lambda: publisher(f"http://127.0.0.1:{port}/in"),
                taken=taken,
            )


@asynccontextmanager
async def a_node(request: pytest.FixtureRequest) -> AsyncIterator[Target]:
    from tests.bus.amqp1 import queue as amqp1  # it skips without proton

    queue = await amqp1.settle(request.getfixturevalue("rabbit"))
    with closed_port() as port:
        yield Target(
            make=queue.publisher,
            astray=lambda: queue.publisher(replace(queue.node, port=port)),
            taken=queue.bodies,
            refuses_unwanted=False,
        )


@asynccontextmanager
async def an_esb(request: pytest.FixtureRequest) -> AsyncIterator[Target]:
    from tests.bus.amqp1 import esb
    from tests.bus.amqp1 import queue as amqp1

    queue = await amqp1.settle(request.getfixturevalue("rabbit"))
    async with esb.esb(queue) as double:
        with closed_port() as port:
            yield Target(
                make=double.publisher,
                astray=lambda: double.publisher(more=f"&amqp_port={port}"),
                taken=queue.bodies,
                refuses_unwanted=False,
            )


KINDS: dict[str, Opening] = {
    "file": a_file,
    "amqp": a_rabbit,
    "http": a_receiver,
    "amqp1": a_node,
    "esb1c": an_esb,
}
