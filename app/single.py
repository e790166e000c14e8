"""The parts that one process alone runs: the bot, the mailboxes, the buses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from app.catching_up import CatchUp
from app.config import ConfigError
from app.intake import Intake
from app.leading import Tasks, draining, running
from app.orphans import Orphans
from app.outbox import LEASE
from app.parts.bus import make_mirroring, make_nightly
from app.parts.chat import make_chatting, make_poller, spent_before
from app.parts.commands import make_command_door
from app.parts.imap import make_mailbox_door
from app.parts.kit import KINDS, Kit
from app.publishing import feed_of
from app.settings import tables
from app.settings.mail import Imap
from app.wakes import Wakes
from bot.client import open_bot
from bot.menu import Menu, menus
from bot.poller import Poller
from bus.door import CommandDoor
from mail.imap.door import MailboxDoor
from scheduler.drain import Drain
from storage.orphans import come_back
from storage.store import Store
from templates.catalogues import languages

#: So often we look whether processes are absent, in seconds.
LOOK = 3.0


def bot_id_of(token: str) -> int:
    """Return the bot's own user id, which its token begins with."""
    return int(token.partition(":")[0])


@asynccontextmanager
async def talking(
    kit: Kit,
    intake: Intake,
    wakes: Wakes,
    *,
    show: Callable[[Poller | None], None],
) -> AsyncIterator[Tasks]:
    """Take updates from Telegram and speak to the chats.

    Together, for the chats' budgets are in the memory of who spends them; ``show``
    is told of the poller.
    """
    telegram = kit.config.telegram
    if telegram.token is None:
        raise ConfigError(["telegram.token is not set"])
    token = telegram.token.get_secret_value()
    async with open_bot(token, telegram.api_url) as bot:
        poller = make_poller(bot, intake, bot_id=bot_id_of(token))
        spent = await spent_before(kit.store)
        drain = make_chatting(kit, bot, poller=poller, spent=spent)
        own = kit.config.service.language
        staff = ("undo",) if kit.rules.hold else ()
        shown = menus(kit.texts, own=own, languages=languages(), staff=staff)
        menu = Menu(bot, list(shown))
        show(poller)
        try:
            async with (
                draining(wakes, KINDS["chat"], drain) as speaking,
                running(poller, menu) as polling,
            ):
                yield [*speaking, *polling]
        finally:
            show(None)


@asynccontextmanager
async def mirroring(kit: Kit, target: tables.Bus, wakes: Wakes) -> AsyncIterator[Tasks]:
    """Publish to one target of the bus."""
    source, drain = make_mirroring(kit, target)
    catch_up = CatchUp(
        store=kit.store, feed=feed_of(target), telling=kit.publishing.telling
    )
    try:
        async with (
            draining(wakes, KINDS["bus"], drain) as tasks,
            running(catch_up) as catching_up,
        ):
            yield [*tasks, *catching_up]
    finally:
        await source.publisher.close()


@asynccontextmanager
async def reconciling(kit: Kit) -> AsyncIterator[Tasks]:
    """Look at night whether the targets have everything."""
    async with running(make_nightly(kit)) as tasks:
        yield tasks


@asynccontextmanager
async def hearing(
    intake: Intake,
    target: tables.Bus,
    *,
    show: Callable[[CommandDoor | None], None],
) -> AsyncIterator[Tasks]:
    """Take the commands of one target of the bus; ``show`` is told of the door."""
    door = make_command_door(target, intake)
    show(door)
    try:
        async with running(door) as tasks:
            yield tasks
    finally:
        show(None)


@asynccontextmanager
async def collecting(
    kit: Kit, mailbox: Imap, *, show: Callable[[MailboxDoor | None], None]
) -> AsyncIterator[Tasks]:
    """Read one mailbox; ``show`` is told of its door."""
    door = make_mailbox_door(kit, mailbox)
    show(door)
    try:
        async with running(door) as tasks:
            yield tasks
    finally:
        show(None)


@asynccontextmanager
async def inheriting(store: Store) -> AsyncIterator[Tasks]:
    """Let what absent processes have in hand go to those that are there."""
    drain = Drain(name="orphans", source=Orphans(store=store), room=100, poll=LOOK)
    async with running(drain) as tasks:
        yield tasks


@asynccontextmanager
async def being(kit: Kit) -> AsyncIterator[Tasks]:
    """Be there, which others see by the lock, and perhaps be back."""
    back = partial(come_back, owner=kit.owner, lease=LEASE)
    await asyncio.wrap_future(kit.store.submit(back))
    yield ()
