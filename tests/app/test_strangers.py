"""Strangers wait for staff to decide about them, in the chat, on either database."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from app.clerk import Clerk, Refused
from app.reading import Manner
from mail.reading.parse import read
from sandbox.model import Message, User
from sandbox.people import Author, Writing, add_user, start, write
from storage import triage
from storage.audit import audit
from storage.flush import flush
from storage.store import Places
from tests.app.test_chatting import Letters
from tests.app.workshop import Chat, Workshop, add_mailing, chat, run
from tests.desks import FORUM
from tickets.model import Json
from tickets.rules import Strangers
from tickets.words import EventType

EVE, OLGA = "eve@elsewhere.example", 2001
Scene = Callable[[Chat, Letters], Coroutine[Any, Any, None]]
Play = Callable[..., None]


@pytest.fixture
def play(records: Places) -> Play:
    """Return what plays a scene at a desk where strangers wait, on either database."""

    def begin(scene: Scene, policy: Strangers = Strangers.TRIAGE) -> None:
        async def story(shop: Workshop) -> None:
            shop.filing.rules = replace(
                shop.filing.rules, strangers=policy, strangers_in_chat=policy
            )
            letters = Letters()
            add_mailing(shop, letters)
            async with chat(shop) as there:
                add_user(there.sandbox.telegram, User(id=OLGA, first_name="Ольга"))
                await scene(there, letters)
                await there.settle()
                assert shop.store.read(audit).findings == ()
                assert shop.store.read(audit).difference == 0

        run(records, story)

    return begin


def asked(there: Chat) -> list[Message]:
    """Return what the bot wrote in General, oldest first."""
    messages = there.sandbox.telegram.world.chats[FORUM].messages.values()
    return [
        one
        for one in messages
        if one.author == there.bot_id and one.thread is None and not one.service
    ]


def text_of(message: Message) -> str:
    return str(message.content["text"])


async def comes(there: Chat, key: str = "e1", sender: str = EVE, **more: str) -> None:
    await there.shop.mail(key, sender=sender, **more)
    await there.settle()


async def press(there: Chat, action: str, *, question: int = -1) -> None:
    message = asked(there)[question]
    rows = (message.markup or {})["inline_keyboard"]
    buttons = [str(one["callback_data"]) for row in rows for one in row]
    await there.press(message, next(b for b in buttons if b.startswith(action)))


def decide(there: Chat, arrival: int, decision: str) -> None:
    """Let the operator decide by the command line."""
    clerk = Clerk(write=flush, rules=there.shop.filing.rules)
    wanted: Json = {"id": arrival, "decision": decision}
    there.shop.store.write(lambda tx: clerk.perform(tx, "triage", wanted))


def arrivals(there: Chat) -> list[tuple[str, str | None, str | None]]:
    found = there.shop.rows(
        "SELECT state, outcome, rule FROM arrival WHERE channel = 'smtp' ORDER BY id"
    )
    return [(row.state, row.outcome, row.rule) for row in found]


WAITS = ("held", None, "stranger-waits")


def test_who_is_let_in_has_all_their_mails_filed_in_order(play: Play) -> None:
    async def scene(there: Chat, letters: Letters) -> None:
        await comes(there, subject="Срочно <b>", text="Прошу помочь.")
        await comes(there, "e2", more="In-Reply-To: <e1@partner.example>", text="Ещё.")
        assert arrivals(there) == [WAITS, WAITS]
        assert not there.topics()
        (question,) = asked(there)
        assert text_of(question) == (
            "Ivan <eve@elsewhere.example>\n"
            "👤 Новый отправитель, письмо. Мы его не знаем.\n\n"
            "Срочно <b>\n\nПрошу помочь."
        )
        await press(there, "admit")
        assert arrivals(there) == [
            ("done", "ticket", "new"),
            ("done", "comment", "known-message-id"),
        ]
        assert [to for to, _ in letters.taken] == [EVE]
        assert read(letters.taken[0][1]).subject == "[NN-1] Срочно <b>"
        assert [text_of(one).endswith("открывается заявка.") for one in asked(there)]
        assert not asked(there)[0].markup
        await comes(there, "e3", subject="Другое")
        assert arrivals(there)[-1] == ("done", "ticket", "new")

    play(scene)


def test_who_is_turned_away_is_asked_about_again_the_next_time(play: Play) -> None:
    async def scene(there: Chat, letters: Letters) -> None:
        await comes(there)
        await press(there, "refuse")
        assert arrivals(there) == [("done", "ignored", "refused-by-specialist:1")]
        assert "Отклонено (Анна)" in text_of(asked(there)[0])
        await comes(there, "e2")
        assert arrivals(there)[-1] == WAITS
        assert len(asked(there)) == 2
        assert not letters.taken
        assert not there.topics()

    play(scene)


def test_who_is_blocked_is_not_heard_again(play: Play) -> None:
    async def scene(there: Chat, letters: Letters) -> None:
        await comes(there)
        await press(there, "block")
        await comes(there, "e2")
        assert arrivals(there) == [
            ("done", "ignored", "blocked-by-specialist:1"),
            ("done", "ignored", "blocked"),
        ]
        (event,) = there.shop.rows(
            "SELECT type, data FROM event WHERE stream LIKE 'contact:%'"
        )
        assert event.type == EventType.CHANGED
        assert len(asked(there)) == 1
        assert not letters.taken

    play(scene)


def test_a_flood_of_strangers_asks_a_few_questions_at_a_time(play: Play) -> None:
    async def scene(there: Chat, _letters: Letters) -> None:
        for number in range(triage.MOST + 3):
            await comes(there, f"s{number}", sender=f"s{number}@x.example")
            await there.jump(seconds=5)  # else the chat's window fills up
        assert len(asked(there)) == triage.MOST
        waiting = there.shop.store.read(triage.list_waiting)
        assert len(waiting) == triage.MOST + 3
        assert [one["asked"] for one in waiting].count(False) == 3
        await press(there, "refuse", question=0)
        assert len(asked(there)) == triage.MOST + 1
        assert f"s{triage.MOST}@x.example" in text_of(asked(there)[-1])

    play(scene)


def test_a_question_that_somebody_deleted_is_answered_all_the_same(play: Play) -> None:
    async def scene(there: Chat, _letters: Letters) -> None:
        await comes(there)
        asked(there)[0].deleted = True
        decide(there, 1, "refuse")
        await there.settle()
        assert there.shop.states("decision") == ["sent"]

    play(scene)


def test_the_operator_decides_without_the_chat(play: Play) -> None:
    async def scene(there: Chat, _letters: Letters) -> None:
        await comes(there)
        decide(there, 1, "admit")
        with pytest.raises(Refused, match="does not wait"):
            decide(there, 1, "block")
        await there.settle()
        assert arrivals(there) == [("done", "ticket", "new")]
        assert "Принято (оператор)" in text_of(asked(there)[0])

    play(scene)


def test_a_stranger_in_telegram_hears_that_it_waits_and_then_the_number(
    play: Play,
) -> None:
    async def scene(there: Chat, _letters: Letters) -> None:
        start(there.sandbox.telegram, OLGA, "")
        await there.settle()
        author = Author(user_id=OLGA, chat_id=OLGA)
        for words in ("Принтер", "Молчит"):
            write(there.sandbox.telegram, author, Writing(text=words))
            await there.jump(seconds=5)
        assert "Мы вас пока не знаем" in told(there)[-1]
        assert "Ольга\n👤 Новый отправитель, сообщение боту." in text_of(
            asked(there)[0]
        )
        await press(there, "admit")
        await there.jump(seconds=5)
        assert told(there)[-1].startswith("NN-1")
        assert "Молчит" in there.words()[-1]

    play(scene)


def told(there: Chat) -> list[str]:
    messages = there.sandbox.telegram.world.chats[OLGA].messages.values()
    return [text_of(one) for one in messages if one.author == there.bot_id]


def test_strangers_turned_away_take_no_number(play: Play) -> None:
    async def scene(there: Chat, _letters: Letters) -> None:
        await comes(there)
        await comes(there, "e2", sender="adam@x.example")
        counters = there.shop.rows("SELECT counter FROM site")
        assert not counters

    play(scene, Strangers.REFUSE)


def test_one_that_the_border_vouches_for_is_told_by_mail(play: Play) -> None:
    async def scene(there: Chat, letters: Letters) -> None:
        source: Any = there.shop.sources[0]
        reads = source.read
        manner = Manner(border=frozenset({"mx.example.org"}))
        source.read = lambda arrival: reads(arrival, manner)
        proof = "mx.example.org; dmarc=pass header.from=elsewhere.example"
        await comes(there, more=f"Authentication-Results: {proof}", subject="Заказ")
        assert arrivals(there) == [("done", "ignored", "stranger-refused")]
        ((to, raw),) = letters.taken
        mail = read(raw)
        assert (to, mail.subject) == (EVE, "Re: Заказ")
        assert mail.in_reply_to == ("<e1@partner.example>",)
        assert "только с нашими партнёрами" in mail.text
        assert mail.automatic

    play(scene, Strangers.REFUSE)
