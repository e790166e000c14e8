"""Where events come from: a RabbitMQ queue, or the file of a ``file:`` bus."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import AMQPError

from examples.mirror.book import Book

REST = 0.5  # seconds until the next try, or the next look into a file
#: Replicated, never lost with a node; and one reader at a time, so that a second
#: mirror stands by and takes over in order.
QUEUE: dict[str, Any] = {"x-queue-type": "quorum", "x-single-active-consumer": True}
LOST = (AMQPError, OSError, TimeoutError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where the desk publishes, and our queue there."""

    url: str
    exchange: str
    queue: str = "mirror"
    prefetch: int = 50


async def follow_queue(book: Book, place: Place) -> None:
    """Read for ever; whatever ends the connection, make another one.

    A plain connection and not aio-pika's "robust" one: after a loss nothing of the
    old one is left, and the queue hands out again what was not acknowledged.
    """
    while True:
        try:
            async with await aio_pika.connect(place.url, timeout=10) as connection:
                channel = await connection.channel()
                await channel.set_qos(prefetch_count=place.prefetch)
                await _read(book, await declare(channel, place))
        except LOST as error:
            sys.stderr.write(f"connection lost: {error!r}\n")
        await asyncio.sleep(REST)


async def declare(channel: AbstractChannel, place: Place) -> AbstractQueue:
    """Make the queue if it is not there; it outlives us and collects meanwhile."""
    desk = await channel.get_exchange(place.exchange)
    queue = await channel.declare_queue(place.queue, durable=True, arguments=QUEUE)
    await queue.bind(desk, "zayavka.#")
    return queue


async def _read(book: Book, queue: AbstractQueue) -> None:
    async with queue.iterator() as messages:
        async for message in messages:
            await _take(book, message)


async def _take(book: Book, message: AbstractIncomingMessage) -> None:
    """Commit first, acknowledge then: what is killed between comes once more."""
    try:
        book.keep(message.body)
    except (KeyError, TypeError, ValueError) as error:
        sys.stderr.write(f"no event of the desk: {error!r}\n")
        await message.reject(requeue=False)  # to the dead letters, if there are any
        return
    await message.ack()


async def follow_file(book: Book, path: Path) -> None:
    """Read a file for ever, as it grows."""
    while True:
        read_file(book, path)
        await asyncio.sleep(REST)


def read_file(book: Book, path: Path) -> None:
    """Keep what stands in a file behind what was read before."""
    if not path.exists():
        return
    name = str(path.resolve())
    with path.open("rb") as file:
        file.seek(book.position(name))
        for line in file:
            if not line.endswith(b"\n"):
                return  # it is being written
            book.keep(line, read=(name, file.tell()))
