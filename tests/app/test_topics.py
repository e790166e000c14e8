"""A topic whose making has no answer is made again only if it was not made."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from telegram import Bot

from app.chatting import Chatting, Step
from app.filing import Filing
from app.outbox import Records
from bot.budget import Budget
from bot.render import render
from bot.sender import TelegramSender
from storage import doors, lanes
from storage.deliveries import Due
from storage.doors import NewArrival
from storage.flush import flush
from storage.store import Places, Store
from tests.bot.test_render import Echo
from tests.desks import FORUM, new_arrival, post, rules
from tickets.lanes import chat_arrivals
from tickets.sending import Answer, Sent, Uncertain
from tickets.talk import Nothing, TopicMade

THREAD = 77


class Desk:
    """A store whose clock the test sets, and what speaks to the chat over it."""

    def __init__(self, places: Places) -> None:
        self.now = datetime.now(UTC)
        self.heard_at: datetime | None = None
        self.store = Store(places, clock=lambda: self.now, on_filled=lambda kinds: None)
        self.filing = Filing(store=self.store, rules=rules(), write=flush, owner="test")
        self.chatting = Chatting(
            records=Records(
                store=self.store,
                rules=rules(),
                write=flush,
                owner="test",
                now=lambda: self.now,
            ),
            render=partial(render, phrases=Echo()),
            sender=TelegramSender(Bot("1:token")),
            budget=Budget(),
            ticks=time.monotonic,
            heard_at=lambda: self.heard_at,
        )

    def keep(self, arrival: NewArrival) -> None:
        self.store.write(lambda tx: doors.keep(tx, [arrival]))

    async def file(self, came: Any) -> None:
        for arrival in await self.filing.claim(10):
            await self.filing.file([(arrival, came)])

    async def due(self) -> Due:
        self.store.write(lanes.free_all)
        [due] = await self.chatting.claim(10)
        return due

    async def next(self) -> Step | Answer:
        return self.chatting.freeze([await self.due()])[0]


@pytest.fixture
def desk(places: Places) -> Iterator[Desk]:
    made = Desk(places)
    yield made
    made.store.close()


def update(key: str) -> NewArrival:
    return NewArrival(
        channel="telegram",
        source_key=key,
        lane=chat_arrivals(FORUM, THREAD),
        received_at=datetime.now(UTC),
        envelope={},
        raw=b"{}",
    )


async def doubt(desk: Desk) -> None:
    """Let a process end while it makes a ticket's topic."""
    desk.keep(new_arrival("mail"))
    await desk.file(post())
    [step] = desk.chatting.freeze([await desk.due()])
    assert isinstance(step, Step)
    assert step.name == "topic"
    await desk.chatting.begin([step])
    due = await desk.due()
    [answer] = desk.chatting.freeze([due])
    assert isinstance(answer, Uncertain)
    await desk.chatting.settle(due, None, answer)
    desk.now += timedelta(minutes=1)


def test_it_waits_until_all_that_happened_is_known(desk: Desk) -> None:
    async def story() -> None:
        await doubt(desk)
        assert isinstance(await desk.next(), Uncertain)
        desk.heard_at = desk.now - timedelta(hours=1)
        assert isinstance(await desk.next(), Uncertain)
        desk.heard_at = desk.now
        desk.keep(update("other"))
        assert isinstance(await desk.next(), Uncertain)
        await desk.file(Nothing(reason="of no interest"))
        step = await desk.next()
        assert isinstance(step, Step)
        assert step.name == "topic"

    asyncio.run(story())


def test_one_that_was_made_after_all_is_used(desk: Desk) -> None:
    async def story() -> None:
        await doubt(desk)
        desk.keep(update("made"))
        await desk.file(TopicMade(chat=FORUM, thread_id=THREAD, name="NN-1 Printer"))
        step = await desk.next()
        assert isinstance(step, Step)
        assert step.name == "card"
        assert step.call.params["message_thread_id"] == THREAD

    asyncio.run(story())


def test_one_that_is_heard_of_after_a_newer_one_is_not_used(desk: Desk) -> None:
    async def story() -> None:
        await doubt(desk)
        desk.heard_at = desk.now
        due = await desk.due()
        [again] = desk.chatting.freeze([due])
        assert isinstance(again, Step)
        await desk.chatting.begin([again])
        made = Sent("topic", {"message_thread_id": THREAD + 1})
        await desk.chatting.settle(due, again, made)
        desk.keep(update("late"))
        await desk.file(TopicMade(chat=FORUM, thread_id=THREAD, name="NN-1 Printer"))
        step = await desk.next()
        assert isinstance(step, Step)
        assert step.call.params["message_thread_id"] == THREAD + 1

    asyncio.run(story())
