"""Answers are held, taken back, and leave in order, whatever ends in between."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import text

from mail.sending.relay import relay_from
from storage import handles
from storage.books import SqlBooks
from storage.flush import flush
from storage.store import Places
from storage.transaction import Transaction
from tests.app.test_chatting import Letters
from tests.app.test_mailing import read
from tests.app.test_notices import first_lines, mails_to
from tests.app.test_partners import Partner
from tests.app.test_partners import play as partners_play
from tests.app.workshop import ANNA, Chat, Workshop, add_mailing, chat, mails_in, run
from tests.desks import FORUM, rules
from tickets.desk import Desk
from tickets.happenings import handle
from tickets.talk import Said
from tickets.work import Work

play = partners_play  # a fixture
IVAN = "ivan@partner.example"
HOLD = 15.0


@asynccontextmanager
async def a_ticket(shop: Workshop) -> AsyncIterator[tuple[Chat, Letters]]:
    """Let a mail be a ticket with its topic, where answers are held."""
    letters = Letters()
    shop.hold_answers(HOLD)
    add_mailing(shop, letters)
    async with chat(shop) as there:
        await shop.mail()
        await there.settle()
        yield there, letters


def answers(letters: Letters) -> list[str]:
    return first_lines(mails_to(letters, IVAN))[1:]


def test_an_answer_leaves_when_its_time_has_come(records: Places) -> None:
    async def scene(shop: Workshop) -> None:
        async with a_ticket(shop) as (there, letters):
            said = await there.say("Перезагрузите.")
            await there.jump(seconds=HOLD - 5)
            assert (answers(letters), there.marks(said)) == ([], ["👀"])
            await there.jump(seconds=5)
            assert answers(letters) == ["Перезагрузите."]
            assert there.marks(said) == ["👌"]
            await there.say("/undo", reply_to=said.id)
            assert there.words()[-1].startswith("⚠️ Поздно: ответ уже ушёл.")
            assert there.marks(said) == ["👌"]

    run(records, scene)


def test_what_is_behind_a_held_answer_stays_behind_it_and_nothing_else(
    records: Places,
) -> None:
    async def scene(shop: Workshop) -> None:
        async with a_ticket(shop) as (there, letters):
            await there.say("Починили.")
            await there.press(there.shown()[0], "resolve:NN-1")
            await shop.mail("2", subject="Другое")
            numbers = [read(raw)["X-Zayavka-Ticket"] for _, raw in letters.taken]
            assert numbers == ["NN-1", "NN-2"], "the other ticket's mail did not wait"
            await there.jump(seconds=HOLD)
            assert answers(letters)[1:] == ["Починили.", "Ваша заявка решена."]

    run(records, scene)


def test_what_was_taken_back_lets_the_next_go_at_its_own_time(records: Places) -> None:
    async def scene(shop: Workshop) -> None:
        async with a_ticket(shop) as (there, letters):
            wrong = await there.say("Не туда.")
            await there.say("Туда.")
            asked = await there.say("/отмена", reply_to=wrong.id)
            assert there.words()[-1].startswith("↩️ Ответ отозван")
            assert there.shown()[-1].reply_to == wrong.id
            assert (there.marks(wrong), there.marks(asked)) == (["✍"], [])
            assert answers(letters) == []
            await there.jump(seconds=HOLD)
            assert answers(letters) == ["Туда."]
            assert shop.states("answer") == ["cancelled", "sent"]
            (first,) = shop.rows(
                "SELECT visibility FROM comment WHERE channel = 'telegram' "
                "ORDER BY id LIMIT 1"
            )
            assert first.visibility == "internal"
            assert "comment-edited" in shop.events()

    run(records, scene)


def test_what_was_taken_back_cannot_be_sent_by_hand(records: Places) -> None:
    async def scene(shop: Workshop) -> None:
        async with a_ticket(shop) as (there, _):
            await there.say("Не туда.")
            await there.say("/undo")
        (row,) = shop.rows("SELECT id FROM delivery WHERE kind = 'answer'")
        assert not shop.store.write(lambda tx: handles.retry(tx, row.id))

    run(records, scene)


def test_a_held_answer_outlives_the_process(records: Places, tmp_path: Path) -> None:
    sent = tmp_path / "sent"

    async def begin(shop: Workshop) -> None:
        shop.hold_answers(HOLD)
        add_mailing(shop, relay_from(f"maildir:{sent}"))
        async with chat(shop) as there:
            for key in ("1", "2"):
                await shop.mail(key, subject=f"Вопрос {key}")
                await there.settle()
                await there.say(f"Ответ {key}.")
            assert shop.states("answer") == ["new", "new"]

    async def go_on(shop: Workshop) -> None:
        add_mailing(shop, relay_from(f"maildir:{sent}"))
        shop.restart()
        await shop.settle()
        assert shop.states("answer") == ["new", "new"], "the time is not over"
        assert take_back(shop, "NN-2") == "undone"
        await shop.jump(seconds=HOLD)
        assert shop.states("answer") == ["sent", "cancelled"]
        assert take_back(shop, "NN-1") == "undo-too-late"

    run(records, begin)
    run(records, go_on)
    words = first_lines([read(raw) for raw in mails_in(sent)])
    assert "Ответ 1." in words
    assert "Ответ 2." not in words


def take_back(shop: Workshop, number: str) -> str:
    """Let Anna ask for it in a ticket's topic, with no chat around; return the rule."""

    def job(tx: Transaction) -> str:
        (thread,) = tx.run(
            text(
                "SELECT thread_id FROM topic JOIN ticket ON ticket_id = ticket.id "
                "WHERE number = :number"
            ),
            {"number": number},
        ).one()
        work = Work(now=tx.now, ids=tx.ids)
        said = Said(
            chat=FORUM,
            thread_id=thread,
            message_id=900,
            author=ANNA,
            anonymous=False,
            text="/undo",
        )
        desk = Desk(work=work, books=SqlBooks(tx), rules=rules())
        verdict = handle(desk, said)
        flush(tx, [work])
        return verdict.rule

    return shop.store.write(job)


def test_an_answer_in_the_private_chat_is_held_and_taken_back(
    play: Callable[..., None],
) -> None:
    async def scene(there: Chat, olga: Partner, letters: Letters) -> None:
        there.shop.hold_answers(HOLD)
        await olga.start()
        await olga.write("Принтер")
        before = len(olga.got())
        await there.say("Не туда.")
        await there.say("/undo")
        said = await there.say("Туда.")
        await there.jump(seconds=HOLD + 5)
        assert olga.told()[before:] == ["NN-1 · Анна\nТуда."]
        assert there.marks(said) == ["👌"]
        assert not letters.taken

    play(scene)


def test_who_asks_meanwhile_is_not_told_what_is_held(records: Places) -> None:
    """The answer to a question is of the moment of asking, and is sent later."""

    async def scene(shop: Workshop) -> None:
        async with a_ticket(shop) as (there, letters):
            await there.say("Это не вам.")
            await shop.mail("2", subject="Статус NN-1", text="")
            await there.say("/undo")
            await there.jump(seconds=HOLD)
            [told] = first_lines(mails_to(letters, IVAN))[1:]
            assert told.startswith("NN-1")
            assert "Это не вам." not in str(letters.taken[-1][1], "utf-8")
            await there.say("Везём картридж.")
            await there.jump(seconds=HOLD)
            await shop.mail("3", subject="Статус NN-1", text="")
            body = mails_to(letters, IVAN)[-1].get_body(("plain",))
            assert body is not None
            assert "Везём картридж." in body.get_content()

    run(records, scene)
