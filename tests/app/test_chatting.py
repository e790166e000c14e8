"""Chat deliveries end well, or are told of, whatever Telegram does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from app.chatting import Chatting, Step
from app.outbox import Records
from bot.budget import Budget
from bot.client import open_bot
from bot.render import render
from bot.sender import TelegramSender
from storage.deliveries import Due
from storage.store import Store
from templates.texts import Texts
from tests.bot.scripted import TOKEN, Scripted, html, result, scripted
from tests.desks import FORUM, rules
from tests.storage.filled import ANNA, file, fill
from tickets.sending import Later, Never, Sent
from tickets.talk import RemoteFile, Said
from tickets.words import DeliveryState

PDF = RemoteFile(remote_id="f1", name="a.pdf", media_type="application/pdf", size=9)


@asynccontextmanager
async def chatting(store: Store) -> AsyncIterator[tuple[Chatting, Scripted]]:
    texts = Texts(language="ru", timezone="Europe/Moscow", zones={})
    records = Records(
        store=store,
        rules=rules(),
        mirror=lambda work: None,
        owner="test",
        now=lambda: datetime.now(UTC),
    )
    async with scripted() as telegram, open_bot(TOKEN, telegram.url) as bot:
        made = Chatting(
            records=records,
            render=lambda notice: render(notice, texts),
            sender=TelegramSender(bot),
            budget=Budget(),
        )
        yield made, telegram


async def claimed(chat: Chatting, kind: str) -> Due:
    while dues := await chat.claim(50):
        for due in dues:
            if due.kind == kind:
                return due
    raise AssertionError(f"no delivery of kind {kind!r} is due")


def rows(store: Store, query: str) -> list[Any]:
    return [tuple(row) for row in store.read(lambda tx: tx.run(text(query)).all())]


def test_an_answer_goes_without_a_file_that_cannot_be_fetched(store: Store) -> None:
    fill(store)
    said = Said(
        chat=FORUM,
        thread_id=77,
        message_id=6,
        author=ANNA,
        anonymous=False,
        text="See the file",
        files=(PDF,),
    )
    file(store, "update-2", said, channel="telegram")

    async def give_up() -> None:
        async with chatting(store) as (chat, _):
            fetch = await claimed(chat, "fetch")
            await chat.settle(fetch, None, Never("400 wrong file_id"))

    before = "SELECT count(*) FROM delivery WHERE kind = 'answer'"
    [(answers,)] = rows(store, before)
    asyncio.run(give_up())
    assert rows(store, before) == [(answers + 2,)]
    assert rows(store, "SELECT state FROM attachment WHERE name = 'a.pdf'") == [
        ("remote-only",)
    ]


def test_the_one_repeat_waits_until_telegram_answers(store: Store) -> None:
    fill(store)

    async def repeat() -> None:
        async with chatting(store) as (chat, telegram):
            due = await claimed(chat, "comment")
            first = step(chat.freeze(due))
            lost = again(chat, first, DeliveryState.UNCERTAIN)
            telegram.usually("getMe", html(502))
            assert isinstance(await chat.send(lost), Later)
            assert telegram.params("sendMessage") == []
            waited = again(chat, lost, DeliveryState.NEW)
            telegram.usually("getMe", result({"id": 1}))
            telegram.usually("sendMessage", result({"message_id": 9}))
            assert isinstance(await chat.send(waited), Sent)
            [shown] = telegram.params("sendMessage")
            assert shown["text"].startswith("🔁")

    def again(chat: Chatting, former: Step, state: DeliveryState) -> Step:
        due = replace(former.frozen.due, state=state, payload=former.frozen.payload)
        return step(chat.freeze(due))

    asyncio.run(repeat())


def step(made: object) -> Step:
    assert isinstance(made, Step)
    return made
