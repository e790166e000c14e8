"""The workers over a real store, a step at a time and with a clock that can jump."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import text
from telegram import Bot
from typing_extensions import override

from app.chatting import Chatting, Step
from app.filing import Filing
from app.intake import Intake, UpdateKeeper
from app.links import SignedLinks
from app.mailing import Mailing
from app.outbox import Records
from app.publishing import Commit
from app.reading import read
from bot.budget import Budget
from bot.client import open_bot
from bot.outcome import CardGone, Moved, TopicGone
from bot.render import render
from bot.sender import TelegramSender
from mail.sending.notices import Sender, Stamp, compose_notice
from mail.sending.relay import Relay as MailRelay
from sandbox.faults import Fault
from sandbox.groups import ByHand, Founding, add_group, change_by_hand, migrate
from sandbox.model import Member, Message, User
from sandbox.params import Upload
from sandbox.people import Author, Writing, add_user, write
from sandbox.presses import find_button, press
from sandbox.server import Sandbox, Settings
from scheduler.arrivals import ArrivalSource
from scheduler.drain import Source
from scheduler.relay import Relay
from storage import doors, lanes
from storage.books import SqlBooks
from storage.deliveries import Due
from storage.doors import NewArrival
from storage.errors import StorageDown
from storage.flush import flush
from storage.notices import ENDLESS
from storage.people import add_specialist
from storage.store import Places, Store
from storage.transaction import Job, Transaction
from templates.texts import Texts
from tests.desks import FORUM, SUPPORT, rules
from tickets import lanes as names
from tickets.desk import Desk
from tickets.files.attaching import Room
from tickets.outgoing import Mail
from tickets.process import DEFAULT
from tickets.stages import assign
from tickets.words import Role
from tickets.work import Work

T = TypeVar("T")
ANNA = 4242
LETTER = """\
From: Ivan <{sender}>
To: {to}
Cc: {cc}
Subject: {subject}
Message-ID: <{key}@partner.example>
{more}
{text}
"""


@dataclass(kw_only=True)
class Clock:
    """The time of day and the seconds that pass, moved on by ``ahead``.

    ``behind`` sets back the time of day alone.
    """

    ahead: timedelta = timedelta()
    behind: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead - self.behind

    def ticks(self) -> float:
        return time.monotonic() + self.ahead.total_seconds()


@dataclass(kw_only=True)
class Workshop:
    """A store and its workers."""

    store: Unsteady
    clock: Clock
    sources: list[Source[Any]] = field(default_factory=list)

    @property
    def records(self) -> Records:
        return Records(
            store=self.store,
            rules=self.filing.rules,
            write=flush,
            owner="test",
            now=self.clock.now,
        )

    @property
    def filing(self) -> Filing:
        source = self.sources[0]
        assert isinstance(source, ArrivalSource)
        assert isinstance(source.inbox, Filing)
        return source.inbox

    def write_with(self, write: Commit) -> None:
        """Let filing tell the bus of every event."""
        self.filing.write = write

    def confirm(self, stage: str) -> None:
        """Let a stage count only when the bus says so."""
        confirmed = MappingProxyType({stage: timedelta(hours=4)})
        process = replace(DEFAULT, confirmed=confirmed)
        self.filing.rules = replace(self.filing.rules, process=process)

    def hold_answers(self, seconds: float) -> None:
        """Let answers be held before they leave."""
        hold = timedelta(seconds=seconds)
        self.filing.rules = replace(self.filing.rules, hold=hold)

    def open_site(self, code: str) -> None:
        """Let filing know of one more site."""
        known = self.filing.rules
        more = replace(known.sites[0], code=code, addresses=(), chats=(-1009,))
        self.filing.rules = replace(known, sites=(*known.sites, more))

    async def settle(self) -> None:
        """Work until nothing is due."""
        busy = True
        while busy:
            busy = False
            for source in self.sources:
                for batch in await source.claim(20):
                    busy = True
                    await source.work(batch)

    async def jump(self, **by: float) -> None:
        """Let time pass, and do what has fallen due."""
        self.clock.ahead += timedelta(**by)
        await self.settle()

    async def mail(
        self, key: str = "1", *, sender: str = "ivan@partner.example", **more: str
    ) -> None:
        """Let a mail arrive, and work until nothing is due."""
        words = {
            "to": SUPPORT,
            "cc": "",
            "subject": "Принтер",
            "text": "Молчит.",
            "more": "",
            **more,
        }
        raw = LETTER.format(key=key, sender=sender, **words)
        self.keep(key, raw.replace("\n\n\n", "\n\n").encode(), sender=sender)
        await self.settle()

    def keep(self, key: str, raw: bytes, *, sender: str) -> None:
        arrival = NewArrival(
            channel="smtp",
            source_key=key,
            lane=names.mail_arrivals(sender),
            received_at=self.clock.now(),
            envelope={"mail_from": sender, "rcpt_tos": [SUPPORT]},
            raw=raw,
            door="smtp",
        )
        self.store.write(lambda tx: doors.keep(tx, [arrival]))

    def hire(self) -> None:
        def job(tx: Transaction) -> None:
            work = Work(now=tx.now, ids=tx.ids)
            add_specialist(
                tx, work, name="Анна", telegram_id=ANNA, site="NN", role=Role.SPECIALIST
            )
            flush(tx, [work])

        self.store.write(job)

    def give_to_anna(self) -> None:
        """Let an operator assign the first ticket."""

        def job(tx: Transaction) -> None:
            work = Work(now=tx.now, ids=tx.ids)
            desk = Desk(work=work, books=SqlBooks(tx), rules=rules())
            ticket = desk.books.ticket_by_number("NN-1")
            anna = desk.books.specialist(ANNA)
            assert ticket is not None
            assert anna is not None
            assign(desk, ticket, anna, actor="operator")
            flush(tx, [work])

        self.store.write(job)

    def restart(self) -> None:
        """Forget what was leased, as a start of the only process does."""
        self.store.write(lanes.free_all)

    def execute(self, statement: str) -> None:
        def job(tx: Transaction) -> None:
            tx.run(text(statement))

        self.store.write(job)

    def rows(self, query: str) -> list[Any]:
        return self.store.read(lambda tx: tx.run(text(query)).all())

    def states(self, kind: str) -> list[str]:
        query = f"SELECT state FROM delivery WHERE kind = '{kind}' ORDER BY id"  # noqa: S608 # our own words
        return [row.state for row in self.rows(query)]

    def events(self) -> list[str]:
        query = "SELECT type FROM event WHERE stream LIKE 'ticket:%' ORDER BY id"
        return [row.type for row in self.rows(query)]


class Unsteady(Store):
    """Records that are away for the next ``absent`` writes."""

    absent = 0

    @override
    def submit(self, job: Job[T]) -> Future[T]:
        if not self.absent:
            return super().submit(job)
        self.absent -= 1
        gone: Future[T] = Future()
        gone.set_exception(StorageDown("the server was restarted"))
        return gone


@asynccontextmanager
async def workshop(places: Places) -> AsyncIterator[Workshop]:
    clock = Clock()
    store = Unsteady(places, clock=clock.now, on_filled=lambda kinds: None)
    hasten(store)
    shop = Workshop(store=store, clock=clock)
    inbox = Filing(store=store, rules=rules(), write=flush, owner="test")
    shop.sources.append(ArrivalSource(inbox=inbox, read=read, chance=lambda: 0.5))
    try:
        yield shop
    finally:
        await asyncio.to_thread(store.close)


def hasten(store: Store) -> None:
    """Spare the disk: nobody pulls the plug on these scenes."""
    if not store.is_sqlite:  # tests.databases has done so
        return
    raw = store._engine.raw_connection()
    raw.cursor().execute("PRAGMA synchronous = OFF")
    raw.close()


def add_mailing(
    shop: Workshop,
    relay: MailRelay,
    *,
    room: Room = ENDLESS,
    links: SignedLinks | None = None,
) -> None:
    """Let the workshop send mail."""
    sender = Sender(address=SUPPORT, name="Desk", signer=rules().signer, links=links)

    def compose(notice: Mail, nonce: str) -> tuple[str, bytes]:
        stamp = Stamp(nonce=nonce, at=shop.clock.now())
        return compose_notice(notice, texts(), sender=sender, stamp=stamp)

    mailing = Mailing(
        records=shop.records,
        relay=relay,
        compose=compose,
        sender=SUPPORT,
        room=room,
    )
    shop.sources.append(Relay(outbox=mailing, exit=mailing))


@cache
def texts() -> Texts:
    return Texts(language="ru", timezone="Europe/Moscow", zones={})


@dataclass(kw_only=True)
class Chat:
    """The forum of the sandbox, as people see and use it."""

    shop: Workshop
    sandbox: Sandbox
    bot: Bot
    intake: Intake
    offset: int = 0

    def fault(self, method: str, action: Any = "drop_after", **more: Any) -> None:
        self.sandbox.telegram.faults.add(Fault(method=method, action=action, **more))

    async def settle(self) -> None:
        """Work until neither we nor Telegram have anything due."""
        await self.shop.settle()
        while await self._take_updates():
            await self.shop.settle()

    async def jump(self, **by: float) -> None:
        self.shop.clock.ahead += timedelta(**by)
        await self.settle()

    async def _take_updates(self) -> int:
        waiting = self.sandbox.telegram.world.queue.pending
        if not any(one.id >= self.offset for one in waiting):
            return 0  # who asks in vain too soon again is kept waiting
        params = {"offset": self.offset, "timeout": 0}
        updates: Any = await self.bot.do_api_request("getUpdates", api_kwargs=params)
        keeper = UpdateKeeper(
            intake=self.intake, clock=self.shop.clock.now, bot_id=self.bot_id
        )
        await keeper.keep(updates)
        if updates:
            self.offset = updates[-1]["update_id"] + 1
        return len(updates)

    @property
    def bot_id(self) -> int:
        return self.sandbox.telegram.bot.id

    def topics(self, chat: int = FORUM) -> list[int]:
        """Return the topics that are there."""
        there = self.sandbox.telegram.world.chats[chat].topics.values()
        return [topic.id for topic in there if not topic.deleted]

    def shown(self, chat: int = FORUM, thread: int | None = None) -> list[Message]:
        """Return the bot's messages of a topic, by default the newest one."""
        wanted = thread or self.topics(chat)[-1]
        messages = self.sandbox.telegram.world.chats[chat].messages.values()
        return [
            one
            for one in messages
            if one.thread == wanted
            and one.author == self.bot_id
            and not (one.service or one.deleted)
        ]

    def words(self, chat: int = FORUM, thread: int | None = None) -> list[str]:
        return [str(one.content.get("text", "")) for one in self.shown(chat, thread)]

    async def say(
        self, words: str, upload: Upload | None = None, *, reply_to: int | None = None
    ) -> Message:
        """Let the specialist write in the newest topic."""
        writing = Writing(text=words, thread=self.topics()[-1], reply_to=reply_to)
        author = Author(user_id=ANNA, chat_id=FORUM)
        message = write(self.sandbox.telegram, author, writing, upload=upload)
        await self.settle()
        return message

    async def press(self, message: Message, data: str) -> None:
        button = find_button(message, None, data)
        press(self.sandbox.telegram, ANNA, message, data=button)
        await self.settle()

    def by_hand(self, action: Any) -> None:
        wish = ByHand(thread=self.topics()[-1], user_id=ANNA, action=action)
        change_by_hand(self.sandbox.telegram, FORUM, wish)

    def migrate(self, new_id: int) -> None:
        migrate(self.sandbox.telegram, FORUM, new_id)

    def calls(self, method: str) -> int:
        return len(self.sandbox.telegram.calls.listed(method=method, after=0))

    def marks(self, message: Message) -> list[str]:
        return message.reactions.get(self.bot_id, [])


@asynccontextmanager
async def chat(shop: Workshop) -> AsyncIterator[Chat]:
    """Let the workshop speak to a forum, and hear it."""
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(Settings()))
        token = sandbox.settings.token
        bot = await stack.enter_async_context(open_bot(token, sandbox.url))
        add_user(sandbox.telegram, User(id=ANNA, first_name="Анна"))
        members = {ANNA: Member(status="creator")}
        add_group(sandbox.telegram, Founding(title="NN", id=FORUM, members=members))
        chatting = Chatting(
            records=shop.records,
            render=lambda notice: render(notice, texts()),
            sender=TelegramSender(bot, read_seconds=0.5),
            budget=Budget(),
            ticks=shop.clock.ticks,
            heard_at=lambda: datetime.now(UTC),
        )
        relay: Relay[Due, Step, TopicGone | CardGone | Moved] = Relay(
            outbox=chatting, exit=chatting
        )
        shop.sources.append(relay)
        shop.hire()
        yield Chat(shop=shop, sandbox=sandbox, bot=bot, intake=Intake(store=shop.store))


def run(places: Places, play: Callable[[Workshop], Any]) -> None:
    """Play a scene in a workshop."""

    async def scene() -> None:
        async with workshop(places) as shop:
            await play(shop)

    asyncio.run(scene())


def mails_in(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((folder / "new").glob("*"))]
