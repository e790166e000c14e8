"""The records are opened for a process of the desk, and told that it is there."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from functools import partial

import structlog

from app.config import Config
from app.control import DataDirLock
from app.keys import demand_same
from app.parts.kit import Kit, now
from app.places import places_of
from app.publishing import chosen
from app.starting import asking_for
from app.wakes import Wakes
from scheduler.retry import backoff
from storage import arrivals, beginning, feeds, lanes, processes
from storage.errors import StorageError
from storage.leadership import Session
from storage.listen import Listener
from storage.store import SchemaOutdated, Store, is_current, upgrade
from storage.transaction import Transaction

log = structlog.get_logger()


async def open_store(config: Config, wakes: Wakes, stack: AsyncExitStack) -> Store:
    """Open the records until the stack unwinds; on SQLite nobody else may write."""
    places = places_of(config)
    if places.is_sqlite:
        folder = config.service.data_dir
        with asking_for("service.data_dir", folder):
            stack.enter_context(DataDirLock(folder))
        with asking_for("storage.url", places.url):
            await asyncio.to_thread(upgrade, places)
    elif not await asyncio.to_thread(is_current, places):
        raise SchemaOutdated("the database has another schema: run db upgrade")
    store = Store(places, clock=now, on_filled=wakes.on_filled)
    stack.push_async_callback(asyncio.to_thread, store.close)
    if places.is_sqlite:
        await asyncio.wrap_future(store.submit(_take_over))
    else:
        listener = Listener(places.url, wakes.on_filled)
        stack.push_async_callback(asyncio.to_thread, listener.close)
    return store


def _take_over(tx: Transaction) -> None:
    """Go on where the process before this one ended, however it did."""
    lanes.free_all(tx)
    arrivals.stagger(tx, lambda tries: backoff(tries, random.random))


def open_session(config: Config, stack: AsyncExitStack) -> Session | None:
    """Return the session that holds our locks; None where we are the only process."""
    places = places_of(config)
    if places.is_sqlite:
        return None
    session = Session(places.url)
    stack.push_async_callback(asyncio.to_thread, session.close)
    return session


async def appear(kit: Kit, stack: AsyncExitStack) -> None:
    """Let the records know us: our secret, our beginning, and what we tell the bus."""
    told = {feed.name: chosen(feed) for feed in kit.publishing.feeds}

    def enter(tx: Transaction) -> None:
        if not kit.store.is_sqlite:
            processes.appear(tx, kit.owner, told)
        for name, wanted in sorted(told.items()):
            feeds.enter(tx, name, wanted)
        feeds.forget_others(tx, told)

    keys = kit.rules.signer.keys
    for job in (partial(demand_same, keys=keys), beginning.note, enter):
        await asyncio.wrap_future(kit.store.submit(job))
    if not kit.store.is_sqlite:
        stack.push_async_callback(_leave, kit)


async def _leave(kit: Kit) -> None:
    leave = partial(processes.leave, owner=kit.owner)
    try:
        await asyncio.wrap_future(kit.store.submit(leave))
    except StorageError as error:  # then others find out by our lock
        log.warning("left_without_word", error=str(error))
