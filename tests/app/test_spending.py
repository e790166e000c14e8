"""A chat's window is spent by what was leased, and by nothing else."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from sqlalchemy import text
from telegram import Bot

from app.chatting import Chatting
from app.outbox import Records
from bot.budget import GROUP, Budget, Limit
from bot.render import render
from bot.sender import TelegramSender
from storage.flush import flush
from storage.store import Store
from storage.transaction import Transaction
from tests.bot.test_render import Echo
from tests.desks import FORUM, rules
from tickets.words import Medium
from tickets.work import ANSWER, Work

OTHER = FORUM - 1
#: Refers to nothing; that is noticed at the commit alone.
LOOSE = """
    INSERT INTO message_ref (message_id, ticket_id, state) VALUES ('m', 404, 'seen')
"""


def speak(store: Store, budget: Budget) -> Chatting:
    records = Records(
        store=store,
        rules=rules(),
        write=flush,
        owner="test",
        now=partial(pytest.fail, "nothing here is by the time of day"),
    )
    return Chatting(
        records=records,
        render=partial(render, phrases=Echo()),
        sender=TelegramSender(Bot("1:token")),
        budget=budget,
        ticks=time.monotonic,
        heard_at=lambda: None,
    )


def queue(store: Store, *chats: int) -> None:
    """Let a message wait for each chat."""

    def job(tx: Transaction) -> None:
        work = Work(now=tx.now, ids=tx.ids)
        for chat in chats:
            work.deliver(
                Medium.TELEGRAM,
                "notice",
                target=str(chat),
                lane=f"telegram/{chat}",
                budget=str(chat),
                priority=ANSWER,
                facts={},
            )
        flush(tx, [work])

    store.write(job)


@contextmanager
def together(store: Store) -> Iterator[None]:
    """Let one commit have to do for all that is submitted meanwhile."""
    ready = threading.Event()
    first = store.submit(lambda tx: ready.wait(10))
    yield
    ready.set()
    assert first.result()


def spoil(tx: Transaction) -> None:
    tx.run(text(LOOSE))


def test_a_claim_that_runs_again_is_paid_for_once(store: Store) -> None:
    budget = Budget()
    chatting = speak(store, budget)
    queue(store, FORUM)

    async def story() -> None:
        with together(store):
            claiming = asyncio.create_task(chatting.claim(10))
            await asyncio.sleep(0)
            spoiled = store.submit(spoil)
        assert len(await claiming) == 1
        assert spoiled.exception() is not None

    asyncio.run(story())
    assert budget.available(FORUM, time.monotonic()) == GROUP.most - 1


def test_one_claim_keeps_to_what_all_chats_may_get(store: Store) -> None:
    budget = Budget(overall=Limit(1, 60.0))
    chatting = speak(store, budget)
    queue(store, FORUM, OTHER)

    async def story() -> None:
        assert len(await chatting.claim(10)) == 1
        assert len(await chatting.claim(10)) == 0

    asyncio.run(story())
