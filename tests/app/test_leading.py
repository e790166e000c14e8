"""One process leads; when it ends or loses its session, another takes over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.leading import Led, Tasks, running
from storage.errors import StorageError
from storage.leadership import Alone, Leadership, Session, SessionLock
from storage.store import Places
from tests.databases import Templates, cut_sessions


@dataclass
class Work:
    """Notes who works, and breaks when told to."""

    name: str
    book: list[str]
    trouble: Exception | None = None
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        self.book.append(f"{self.name} begins")
        if self.trouble:
            raise self.trouble
        await self._stopping.wait()
        self.book.append(f"{self.name} ends")

    def stop(self) -> None:
        self._stopping.set()


def led(
    name: str, lock: Leadership, book: list[str], *, trouble: Exception | None = None
) -> Led:
    @asynccontextmanager
    async def start() -> AsyncIterator[Tasks]:
        async with running(Work(name, book, trouble)) as tasks:
            yield tasks

    return Led(name=name, leadership=lock, start=start)


async def true(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 # what another thread brings about
            await asyncio.sleep(0.01)


async def until(book: list[str], *said: str) -> None:
    await true(lambda: book == list(said))


@pytest.fixture
def shared(templates: Templates, tmp_path: Path) -> Iterator[Places]:
    with templates.postgres(tmp_path) as places:
        yield places


@pytest.fixture
def sessions(shared: Places) -> Iterator[Callable[[], Session]]:
    """Return sessions, each as another process has it."""
    made: list[Session] = []

    def make() -> Session:
        made.append(Session(shared.url))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.parametrize("ends", ["in order", "by losing its session"])
def test_who_stands_by_takes_over_from_who(
    shared: Places, sessions: Callable[[], Session], ends: str
) -> None:
    async def scene() -> None:
        book: list[str] = []
        other_book: list[str] = []
        first = led("first", SessionLock(sessions(), "bot"), book)
        leading = asyncio.create_task(first.run())
        await until(book, "first begins")
        second = led("second", SessionLock(sessions(), "bot"), book)
        waiting = asyncio.create_task(second.run())
        other = led("other", SessionLock(sessions(), "bus"), other_book)
        beside = asyncio.create_task(other.run())
        await until(other_book, "other begins")
        await true(lambda: second.stands_by)
        assert not first.stands_by
        if ends == "in order":
            first.stop()
            await leading
            await until(book, "first begins", "first ends", "second begins")
        else:
            await asyncio.to_thread(cut_sessions, shared)
            await true(lambda: len(book) > 1)
            assert book[1] == "first ends"
        for one in (first, second, other):
            one.stop()
        await asyncio.gather(leading, waiting, beside)

    with capture_logs():
        asyncio.run(scene())


def test_each_of_a_sessions_locks_is_told_once_that_it_was_lost(
    shared: Places, sessions: Callable[[], Session]
) -> None:
    session = sessions()
    locks = [SessionLock(session, name) for name in ("bot", "bus")]
    assert all(lock.acquire() for lock in locks)
    cut_sessions(shared)
    with capture_logs():
        assert not any(lock.acquire() for lock in locks)
    assert all(lock.acquire() for lock in locks)
    locks[0].release()
    assert sessions().acquire("bot")
    assert not sessions().acquire("bus")


def test_one_process_alone_leads_at_once() -> None:
    async def scene() -> None:
        book: list[str] = []
        one = led("one", Alone(), book)
        leading = asyncio.create_task(one.run())
        await until(book, "one begins")
        one.stop()
        await leading
        assert book == ["one begins", "one ends"]

    asyncio.run(scene())


def test_what_ends_a_part_is_raised() -> None:
    one = led("one", Alone(), [], trouble=ValueError("a fault of ours"))
    with capture_logs(), pytest.raises(ValueError, match="a fault of ours"):
        asyncio.run(one.run())


def test_a_start_that_finds_the_records_away_is_tried_again() -> None:
    async def scene() -> None:
        book: list[str] = []
        away = [StorageError("no connection")]

        @asynccontextmanager
        async def start() -> AsyncIterator[Tasks]:
            if away:
                raise away.pop()
            async with running(Work("a", book)) as tasks:
                yield tasks

        part = Led(name="a", leadership=Alone(), start=start)
        async with running(part):
            await until(book, "a begins")
        assert not part.stands_by

    with capture_logs() as logs:
        asyncio.run(scene())
    assert [one["event"] for one in logs] == ["leading", "leadership_lost", "leading"]
