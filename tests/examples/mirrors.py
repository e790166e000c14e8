"""The mirror as a process of its own, which follows a bus and may be killed."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import aio_pika
from aio_pika import ExchangeType

from examples.mirror.book import Book
from examples.mirror.feeds import Place, declare
from tests.acceptance.waiting import eventually

ROOT = Path(__file__).parents[2]


@dataclass(kw_only=True)
class Mirror:
    """A mirror that follows ``feed`` into ``book``; ``options`` are its own."""

    feed: str
    book: Path
    options: tuple[str, ...] = ()
    log: IO[bytes] = field(init=False)
    _process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.log = self.book.with_suffix(".log").open("ab")

    def start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 # our own program
            self._command(*self.options), cwd=ROOT, stdout=self.log, stderr=self.log
        )

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(20)

    def report(self) -> dict[str, Any]:
        """Return what it prints of its book."""
        done = subprocess.run(  # noqa: S603 # our own program
            self._command("--report"), cwd=ROOT, capture_output=True, check=True
        )
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def count(self) -> int:
        """Return how many events it has."""
        book = Book(self.book)
        try:
            return int(book.db.execute("SELECT count(*) FROM event").fetchone()[0])
        finally:
            book.db.close()

    def await_count(self, events: int, *, seconds: float = 20.0) -> None:
        """Wait until it has so many events, and no more."""
        eventually(
            lambda: self.count() == events, seconds=seconds, what=f"{events} events"
        )

    def _command(self, *options: str) -> list[str]:
        program = [sys.executable, "-m", "examples.mirror"]
        return [*program, self.feed, str(self.book), *options]


def settle_queue(place: Place) -> None:
    """Make the exchange, and let a mirror's queue collect before it is there."""

    async def settle() -> None:
        async with await aio_pika.connect(place.url) as connection:
            channel = await connection.channel()
            await channel.declare_exchange(
                place.exchange, ExchangeType.TOPIC, durable=True
            )
            await declare(channel, place)

    asyncio.run(settle())


@contextmanager
def following(feed: str, book: Path, *options: str) -> Iterator[Mirror]:
    mirror = Mirror(feed=feed, book=book, options=options)
    mirror.start()
    try:
        yield mirror
    finally:
        mirror.kill()
        mirror.log.close()
