"""Processes that write events through the use cases, relay them, and may be killed.

They are forks of one that has imported everything, so that a start takes no time.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app import logs
from app.config import load
from app.parts.kit import Kit
from app.running import run, told_to_stop
from app.service import Service
from storage.books import SqlBooks
from storage.people import add_specialist
from storage.rows import TICKET
from storage.transaction import Transaction
from tickets import stages
from tickets.comments import Draft, add_comment, store_files
from tickets.desk import Desk
from tickets.letter import File, Letter, Mailbox
from tickets.model import Specialist, Ticket, TicketId
from tickets.post.posted import Post
from tickets.post.receive import receive
from tickets.words import Channel, Role, Visibility
from tickets.work import Work

WRITERS = 4
STAFF = (501, 502, 503)
#: Longer than an event carries it inline.
LONG = "ы" * 20_000
Act = Callable[[Desk, Ticket, random.Random], object]
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["pytest", "tests.acceptance.writing"])


@dataclass(kw_only=True)
class Fork:
    """A process of the desk: ``what`` is called in it with ``words``."""

    what: Callable[..., None]
    words: tuple[Any, ...]
    log: Path
    _process: Any = None

    def start(self) -> None:
        self._process = _forks.Process(
            target=_logging, args=(self.log, self.what, self.words)
        )
        self._process.start()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()


def _logging(log: Path, what: Callable[..., None], words: tuple[Any, ...]) -> None:
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    logs.set_up()
    what(*words)


def relay(config: Path) -> None:
    """Be ``zayavka run --role relay``."""
    run(load(config), sandbox_port=None, roles=("relay",))


def write(config: Path, tickets: int, events: int, *roles: str) -> None:
    """Write until the journal has so many events, with the desk's roles beside it."""

    async def serve() -> None:
        async with Service(config=load(config), roles=roles) as service:
            await asyncio.to_thread(Writing(kit=service.kit).run, tickets, events)
            if roles:
                await service.watch(told_to_stop())

    asyncio.run(serve())


@dataclass(kw_only=True)
class Writing:
    """Several writers, who do whatever happens to tickets."""

    kit: Kit
    chance: random.Random = field(default_factory=random.SystemRandom)
    _count: int = 0
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def run(self, tickets: int, events: int) -> None:
        self._staff()
        have = len(self._tickets())
        for number in range(have, tickets):
            self._do(partial(_open, number=number))
        ids = self._tickets()
        self._count = self.kit.store.read(
            lambda tx: int(tx.run(text("SELECT count(*) FROM event")).scalar_one())
        )
        with ThreadPoolExecutor(WRITERS) as pool:
            for done in [pool.submit(self._write, ids, events) for _ in range(WRITERS)]:
                done.result()

    def _write(self, ids: list[TicketId], events: int) -> None:
        while self._count < events:
            act, chosen = self.chance.choice(ACTS), self.chance.choice(ids)
            recorded = self._do(partial(self._act, act=act, ticket=chosen))
            with self._turn:
                self._count += recorded

    def _act(self, desk: Desk, *, act: Act, ticket: TicketId) -> None:
        act(desk, desk.books.ticket(ticket), self.chance)

    def _do(self, act: Callable[[Desk], object]) -> int:
        """Let a use case work in its own transaction; return how much happened."""

        def job(tx: Transaction) -> int:
            work = Work(now=tx.now, ids=tx.ids)
            act(Desk(work=work, books=SqlBooks(tx), rules=self.kit.rules))
            self.kit.publishing.commit(tx, [work])
            return len(work.events)

        return self.kit.store.write(job)

    def _tickets(self) -> list[TicketId]:
        found = self.kit.store.read(lambda tx: tx.run(TICKET.select()).all())
        return [TicketId(row.id) for row in found]

    def _staff(self) -> None:
        if self.kit.store.read(lambda tx: SqlBooks(tx, locks=False).specialist(501)):
            return

        def hire(tx: Transaction) -> None:
            work = Work(now=tx.now, ids=tx.ids)
            for one in STAFF:
                name, role = f"Specialist {one}", Role.SPECIALIST
                site = self.kit.rules.sites[0].code
                add_specialist(
                    tx, work, name=name, telegram_id=one, site=site, role=role
                )
            self.kit.publishing.commit(tx, [work])

        self.kit.store.write(hire)


def _open(desk: Desk, number: int) -> None:
    sender, to = f"partner-{number}@p.example", desk.rules.address
    letter = Letter(
        message_id=f"<{number}@p.example>",
        author=Mailbox(address=sender, name=f"Partner {number}"),
        to=(Mailbox(address=to),),
        subject=f"Request {number}",
        text="It does not work.",
        automatic=True,  # so that no mail goes out
    )
    receive(desk, Post(letter=letter, mail_from=sender, rcpt_tos=(to,)))


def _specialist(desk: Desk, chance: random.Random) -> Specialist:
    found = desk.books.specialist(chance.choice(STAFF))
    assert found is not None
    return found


def _ask(desk: Desk, ticket: Ticket, chance: random.Random) -> None:
    words = LONG if chance.random() < 0.01 else f"And now? {chance.random()}"
    content = chance.randbytes(20)
    files = [File(name="a.bin", media_type="a/b", content=content)]
    draft = Draft(
        author=ticket.requester,
        text=words,
        channel=Channel.SMTP,
        attachments=store_files(desk, files if chance.random() < 0.2 else []),
    )
    ticket, _ = add_comment(desk.work, ticket, draft)
    stages.answered_by_partner(desk, ticket, ticket.requester)


def _note(desk: Desk, ticket: Ticket, chance: random.Random) -> None:
    draft = Draft(
        author=_specialist(desk, chance),
        text=f"Look at {chance.random()}",
        channel=Channel.TELEGRAM,
        visibility=chance.choice(list(Visibility)),
    )
    add_comment(desk.work, ticket, draft)


def _assign(desk: Desk, ticket: Ticket, chance: random.Random) -> None:
    stages.assign(desk, ticket, _specialist(desk, chance), actor="system")


def _move(desk: Desk, ticket: Ticket, chance: random.Random) -> None:
    ways = sorted(desk.rules.process.transitions[ticket.stage])
    stages.to_stage(desk, ticket, chance.choice(ways), actor="system")


ACTS: tuple[Act, ...] = (_ask, _note, _assign, _move)
