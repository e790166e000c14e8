"""The bot's parts together, over HTTP, against a strict Bot API server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import httpx
from telegram import Bot

from bot.call import decode, encode
from bot.client import open_bot
from bot.outcome import CardGone, ChatAnswer, Moved, TopicGone
from bot.poller import Pace, Poller
from bot.render import file_of, render
from bot.sender import TelegramSender
from bot.updates import read
from sandbox.server import Sandbox, Settings
from tests.bot.test_render import COMMENT, PDF, Echo, notice
from tickets.outgoing import ChatNotice
from tickets.sending import Later, Sent, Uncertain
from tickets.talk import Happening, Pressed, Said, TopicMade, TopicMoved

ANNA = 5
FORUM = -1001


@dataclass
class Desk:
    """The bot at work, and the hands of the people beside it."""

    sandbox: Sandbox
    bot: Bot
    people: httpx.AsyncClient
    heard: list[Happening] = field(default_factory=list)

    async def do(self, path: str, **body: Any) -> Any:
        answer = await self.people.post(f"/sandbox/api/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def see(self, path: str) -> Any:
        return (await self.people.get(f"/sandbox/api/{path}")).json()

    async def send(self, due: ChatNotice) -> ChatAnswer:
        """Send what a relay would: the frozen form of a rendered notice."""
        call = decode(encode(render(due, Echo())))
        return await TelegramSender(self.bot, read_seconds=0.5).send(call, file_of(due))

    async def topic(self) -> int:
        answer = await self.send(notice("topic"))
        assert isinstance(answer, Sent)
        return int(answer.receipt)

    async def meet(self, username: str) -> None:
        assert username == self.sandbox.telegram.bot.username

    async def keep(self, updates: Sequence[Mapping[str, Any]]) -> None:
        self.heard += [read(one, self.sandbox.telegram.bot.id) for one in updates]

    async def hear(self, count: int) -> list[Happening]:
        poller = Poller(self.bot, self, pace=Pace(poll=timedelta(seconds=1)))
        polling = asyncio.create_task(poller.run())
        async with asyncio.timeout(5):
            while len(self.heard) < count:  # noqa: ASYNC110 # the poller has no bell
                await asyncio.sleep(0.01)
        poller.stop()
        await polling
        return self.heard


@asynccontextmanager
async def at_work() -> AsyncIterator[Desk]:
    async with (
        Sandbox(Settings()) as sandbox,
        open_bot(sandbox.settings.token, sandbox.url) as bot,
        httpx.AsyncClient(
            base_url=sandbox.url, headers={"Origin": sandbox.url}
        ) as people,
    ):
        desk = Desk(sandbox, bot, people)
        await desk.do("users", id=ANNA, first_name="Анна")
        await desk.do(
            "groups", id=FORUM, title="NN", members={ANNA: {"status": "creator"}}
        )
        yield desk


def test_a_ticket_is_shown_and_answered() -> None:
    async def play() -> None:
        async with at_work() as desk:
            thread = await desk.topic()
            card = await desk.send(notice("card", thread_id=thread))
            assert isinstance(card, Sent)
            for due in (
                notice("comment", thread_id=thread, facts={"unverified": True}),
                notice("file", thread_id=thread, file=PDF),
                notice(
                    "full-text",
                    thread_id=thread,
                    comment=replace(COMMENT, text="й" * 5000),
                ),
            ):
                assert isinstance(await desk.send(due), Sent)
            place = f"chats/{FORUM}/messages"
            (said,) = await desk.do(place, user_id=ANNA, thread=thread, text="Едем")
            button = f"{place}/{card.receipt}/press"
            await desk.do(button, user_id=ANNA, button=0, wait=0)
            await desk.do(
                f"chats/{FORUM}/topics/{thread}", user_id=ANNA, action="close"
            )
            made, spoken, pressed, moved = await desk.hear(4)
            assert isinstance(made, TopicMade)
            assert made.name.startswith("NN-7 ")
            assert made.thread_id == thread
            assert isinstance(spoken, Said)
            assert (spoken.thread_id, spoken.message_id) == (thread, said["id"])
            assert isinstance(pressed, Pressed)
            assert (pressed.action, pressed.subject) == ("take", "NN-7")
            assert isinstance(moved, TopicMoved)
            assert moved.closed
            await _answer(desk, spoken, pressed)

    asyncio.run(play())


async def _answer(desk: Desk, spoken: Said, pressed: Pressed) -> None:
    reaction = {"message_id": spoken.message_id, "mark": "delivered"}
    assert isinstance(await desk.send(notice("reaction", facts=reaction)), Sent)
    toast = {"callback_id": pressed.callback_id, "notice": "taken"}
    assert isinstance(await desk.send(notice("toast", facts=toast)), Sent)
    shown = await desk.see(f"callbacks/{pressed.callback_id}")
    assert shown["answer"]["text"].startswith("chat.toast.taken")


def test_a_card_is_edited_and_the_same_card_is_no_trouble() -> None:
    async def play() -> None:
        async with at_work() as desk:
            thread = await desk.topic()
            sent = await desk.send(notice("card", thread_id=thread))
            assert isinstance(sent, Sent)
            known = notice("card", thread_id=thread, card_message_id=int(sent.receipt))
            assert await desk.send(known) == Sent("no change")
            answer = await desk.people.delete(
                f"/sandbox/api/chats/{FORUM}/messages/{sent.receipt}"
            )
            assert answer.status_code == 200
            assert isinstance(await desk.send(known), CardGone)

    asyncio.run(play())


def test_a_deleted_topic_is_known_by_the_first_send() -> None:
    async def play() -> None:
        async with at_work() as desk:
            thread = await desk.topic()
            await desk.do(
                f"chats/{FORUM}/topics/{thread}", user_id=ANNA, action="delete"
            )
            due = notice("comment", thread_id=thread)
            assert isinstance(await desk.send(due), TopicGone)

    asyncio.run(play())


def test_a_group_that_moved_says_where() -> None:
    async def play() -> None:
        async with at_work() as desk:
            moved = await desk.do(f"chats/{FORUM}/migrate")
            answer = await desk.send(notice("topic"))
            assert answer == Moved(moved["id"])

    asyncio.run(play())


def test_a_lost_answer_is_uncertain_and_the_topic_turns_up() -> None:
    async def play() -> None:
        async with at_work() as desk:
            await desk.do("faults", method="createForumTopic", action="drop_after")
            assert isinstance(await desk.send(notice("topic")), Uncertain)
            (made,) = await desk.hear(1)
            assert isinstance(made, TopicMade)
            assert made.name.startswith("NN-7 ")

    asyncio.run(play())


def test_a_file_from_the_chat_is_fetched() -> None:
    async def play() -> None:
        async with at_work() as desk:
            thread = await desk.topic()
            fields = {"user_id": str(ANNA), "thread": str(thread), "text": "вот"}
            answer = await desk.people.post(
                f"/sandbox/api/chats/{FORUM}/messages",
                data=fields,
                files={"file": ("план.pdf", b"%PDF")},
            )
            assert answer.status_code == 200, answer.text
            spoken = (await desk.hear(2))[1]
            assert isinstance(spoken, Said)
            (file,) = spoken.files
            assert (file.name, file.size) == ("план.pdf", 4)
            due = notice("fetch", facts={"attachment": 1, "remote_id": file.remote_id})
            fetched = await desk.send(due)
            assert isinstance(fetched, Sent)
            assert fetched.facts == {"content": b"%PDF"}
            gone = notice("fetch", facts={"attachment": 1, "remote_id": "none"})
            assert isinstance(await desk.send(gone), Later)

    asyncio.run(play())
