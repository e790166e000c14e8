"""The chat as it is: answers get lost, topics vanish, groups move."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest

from sandbox.params import Upload
from storage.chats import sent_since
from storage.store import Places
from tests.app.workshop import Chat, Workshop, add_mailing, chat, run
from tests.desks import FORUM
from tickets.sending import Answer, Later, Never, Sent, Uncertain

Scene = Callable[[Chat], Coroutine[Any, Any, None]]


class Letters:
    """A relay that answers as it was told, and keeps what it took."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.taken: list[tuple[str, bytes]] = []

    async def send(self, sender: str, recipient: str, content: bytes) -> Answer:
        del sender
        answer = self.answers.pop(0) if self.answers else Sent("250 ok")
        if isinstance(answer, Sent | Uncertain):
            self.taken.append((recipient, content))
        return answer

    async def close(self) -> None:
        return


@pytest.fixture
def play(places: Places) -> Callable[[Scene], None]:
    """Return what plays a scene in a chat where one ticket was opened."""

    def begin(scene: Scene) -> None:
        async def story(shop: Workshop) -> None:
            async with chat(shop) as there:
                await scene(there)

        run(places, story)

    return begin


Play = Callable[[Scene], None]


def refused(code: int, description: str, **parameters: int) -> dict[str, Any]:
    """Return an answer of the Bot API that is no result."""
    body = {
        "ok": False,
        "error_code": code,
        "description": description,
        "parameters": parameters,
    }
    return {"status": code, "body": body}


def test_a_ticket_is_shown_by_topic_card_and_comment(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        await chat.shop.mail()
        await chat.settle()
        card, comment = chat.shown()
        assert card.markup is not None
        assert "Молчит." in comment.content["text"]
        assert chat.shop.states("card") == ["sent"]
        assert chat.shop.rows("SELECT key FROM lane WHERE kind = 'telegram'") == []

    play(scene)


def test_a_lost_answer_is_asked_again_once_and_marked(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        chat.fault("sendMessage", match={"message_thread_id": 2}, times=None)
        await chat.shop.mail()
        assert chat.shop.states("card") == ["uncertain"]
        chat.sandbox.telegram.faults.clear()
        await chat.settle()
        assert len(chat.words()) == 1  # not blindly, but after a pause
        await chat.jump(seconds=30)
        first, again, comment = chat.words()
        assert again.endswith(first)
        assert again != first
        assert "Молчит." in comment
        assert chat.shop.states("card") == ["sent"]

    play(scene)


def test_a_second_lost_answer_needs_a_person_and_is_told(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        await chat.shop.mail()
        await chat.settle()
        chat.fault("sendMessage", times=2)
        await chat.shop.mail(
            "2", text="Ещё.", more="In-Reply-To: <1@partner.example>\n"
        )
        await chat.jump(seconds=30)
        await chat.jump(seconds=120)
        await chat.settle()
        assert chat.shop.states("comment") == ["sent", "parked"]
        assert chat.shop.events().count("delivery-failed") == 1
        assert "не удалось показать" in chat.words()[-1]
        assert sum("Ещё." in words for words in chat.words()) == 2

    play(scene)


def test_a_topic_whose_answer_was_lost_is_found_by_its_number(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        chat.fault("createForumTopic")
        await chat.shop.mail()
        await chat.settle()
        await chat.jump(seconds=30)
        assert chat.calls("createForumTopic") == 1
        assert len(chat.topics()) == 1
        assert len(chat.shown()) == 2

    play(scene)


def test_a_topic_cut_off_by_the_end_of_the_process_is_found_too(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        chat.fault("createForumTopic")
        await chat.shop.mail()
        changed = "UPDATE delivery SET state = 'sending' WHERE state = 'uncertain'"
        chat.shop.execute(changed)
        chat.shop.restart()
        await chat.jump(seconds=30)
        await chat.jump(seconds=30)
        assert len(chat.topics()) == 1
        assert len(chat.shown()) == 2

    play(scene)


def test_a_deleted_topic_is_rebuilt_with_its_card_first(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        await chat.shop.mail()
        await chat.settle()
        chat.by_hand("delete")
        await chat.shop.mail(
            "2", text="Ещё.", more="In-Reply-To: <1@partner.example>\n"
        )
        await chat.settle()
        assert len(chat.topics()) == 1
        card, comment = chat.shown()
        assert card.markup is not None
        assert "Ещё." in comment.content["text"]
        assert chat.calls("createForumTopic") == 2
        await chat.say("Едем.")
        assert chat.shop.rows("SELECT stage FROM ticket") == [("waiting",)]

    play(scene)


def test_a_deleted_card_is_sent_anew(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        await chat.shop.mail()
        await chat.settle()
        card = chat.shown()[0]
        card.deleted = True
        await chat.say("Едем.")
        assert [one.markup is not None for one in chat.shown()] == [False, True]

    play(scene)


def test_a_group_that_moved_is_followed(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        await chat.shop.mail()
        await chat.settle()
        chat.migrate(-1009)
        await chat.shop.mail(
            "2", text="Ещё.", more="In-Reply-To: <1@partner.example>\n"
        )
        await chat.settle()
        assert len(chat.topics(-1009)) == 1
        assert "Ещё." in chat.words(-1009)[-1]
        rows = chat.shop.rows("SELECT telegram_id, former_id FROM chat")
        assert rows == [(-1009, FORUM)]

    play(scene)


def test_a_429_is_waited_out_with_the_whole_chat(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        refusal = refused(429, "Too Many Requests", retry_after=17)
        chat.fault("createForumTopic", "respond", **refusal)
        await chat.shop.mail()
        await chat.shop.mail("other", subject="Другое")
        await chat.jump(seconds=15)
        assert chat.calls("createForumTopic") == 1
        await chat.jump(seconds=3)
        assert len(chat.topics()) == 2
        assert chat.shop.events().count("delivery-failed") == 0

    play(scene)


def test_a_repeat_that_has_to_wait_is_still_a_repeat(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        await chat.shop.mail()
        await chat.settle()
        chat.fault("sendMessage")
        chat.fault("sendMessage", "respond", **refused(429, "Too Many Requests"))
        chat.fault("sendMessage")
        await chat.shop.mail(
            "2", text="Ещё.", more="In-Reply-To: <1@partner.example>\n"
        )
        for _ in range(4):
            await chat.jump(minutes=1)
        assert chat.shop.states("comment") == ["sent", "parked"]

    play(scene)


def test_a_gateway_that_is_down_for_minutes_costs_no_message(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        await chat.shop.mail()
        await chat.settle()
        chat.fault("*", "respond", times=None, status=502)
        await chat.shop.mail(
            "2", text="Ещё.", more="In-Reply-To: <1@partner.example>\n"
        )
        for _ in range(4):
            await chat.jump(minutes=1)
        chat.sandbox.telegram.faults.clear()
        for _ in range(3):
            await chat.jump(minutes=2)
        assert chat.shop.states("comment") == ["sent", "sent"]
        assert "delivery-failed" not in chat.shop.events()

    play(scene)


def test_the_chats_limits_are_kept(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        chat.sandbox.telegram.rates.mode = "record"
        for n in range(8):
            await chat.shop.mail(str(n), subject=f"Тема {n}")
        assert len(chat.topics()) < 8
        assert chat.sandbox.telegram.rates.violations == {}
        for _ in range(4):
            await chat.jump(seconds=61)
        assert len(chat.topics()) == 8

    play(scene)


def test_a_restart_knows_all_that_was_spent(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        for n in range(3):  # a topic, a card and a comment each
            await chat.shop.mail(str(n), subject=f"Тема {n}")
        await chat.say("Посмотрим.")  # and an edit of the card
        since = chat.shop.clock.now() - timedelta(seconds=60)
        spent = chat.shop.store.read(lambda tx: sent_since(tx, since))
        assert chat.calls("editMessageText") == 1
        assert len(spent[str(FORUM)]) == 3 * 3 + 1

    play(scene)


def test_a_clock_that_is_set_back_keeps_no_chat_waiting(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        for n in range(6):  # three messages each: all that a minute allows
            await chat.shop.mail(str(n), subject=f"Тема {n}")
        chat.shop.clock.behind = timedelta(hours=1)
        await chat.jump(seconds=61)
        await chat.shop.mail("6", subject="Тема 6")
        assert len(chat.topics()) == 7

    play(scene)


def test_a_mail_that_failed_is_told_in_the_topic(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        letters = Letters(Sent("250 ok"), Never("550 5.1.1 no such user"))
        add_mailing(chat.shop, letters)
        await chat.shop.mail()
        await chat.settle()
        said = await chat.say("Перезагрузите.")
        await chat.settle()
        assert chat.shop.states("answer") == ["parked"]
        assert "550 5.1.1 no such user" in chat.words()[-1]
        assert chat.shown()[-1].reply_to == said.id
        assert chat.marks(said) == ["💔"]
        assert chat.shop.events().count("delivery-failed") == 1

    play(scene)


def test_delivered_is_shown_when_everybody_has_it(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        letters = Letters(Sent("250 ok"), Sent("250 ok"), Later("451 busy"))
        add_mailing(chat.shop, letters)
        await chat.shop.mail(cc="olga@partner.example")
        await chat.settle()
        said = await chat.say("Готово.")
        assert chat.marks(said) == ["👀"]
        await chat.jump(seconds=30)
        assert chat.marks(said) == ["👌"]
        taken = [who for who, _ in letters.taken[1:]]
        assert sorted(taken) == ["ivan@partner.example", "olga@partner.example"]

    play(scene)


FILE = Upload(name="счёт.pdf", media_type="application/pdf", content=b"%PDF-1.4")


def test_a_file_is_fetched_before_its_answer_goes(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        letters = Letters()
        add_mailing(chat.shop, letters)
        await chat.shop.mail()
        await chat.settle()
        chat.fault("getFile", "respond", times=2)
        await chat.say("Вот счёт.", FILE)
        assert len(letters.taken) == 1
        await chat.jump(minutes=1)
        await chat.jump(minutes=1)
        (answer,) = letters.taken[1:]
        assert b"JVBERi0xLjQ" in answer[1]  # the file, in base64
        assert chat.shop.states("answer") == ["sent"]

    play(scene)


def test_a_file_that_is_refused_lets_the_answer_go_and_is_told(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        letters = Letters()
        add_mailing(chat.shop, letters)
        await chat.shop.mail()
        await chat.settle()
        body = {
            "ok": False,
            "error_code": 400,
            "description": "Bad Request: wrong file_id",
        }
        chat.fault("getFile", "respond", status=400, body=body, times=None)
        await chat.say("Вот счёт.", FILE)
        await chat.settle()
        assert len(letters.taken) == 2
        assert any("wrong file_id" in words for words in chat.words())

    play(scene)


def test_a_press_is_answered_and_the_card_changes(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        await chat.shop.mail()
        await chat.settle()
        card = chat.shown()[0]
        await chat.press(card, "take:NN-1")
        (callback,) = chat.sandbox.telegram.world.callbacks.values()
        assert callback.answer is not None
        assert "NN-1" in callback.answer["text"]
        assert "Анна" in chat.words()[0]
        assert len(chat.shown()) == 2

    play(scene)


def test_an_answer_to_a_press_that_comes_too_late_is_let_be(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        await chat.shop.mail()
        await chat.settle()
        body = {
            "ok": False,
            "error_code": 400,
            "description": "Bad Request: query is too old",
        }
        chat.fault("answerCallbackQuery", "respond", status=400, body=body)
        await chat.press(chat.shown()[0], "take:NN-1")
        assert chat.shop.states("toast") == ["expired"]
        assert "delivery-failed" not in chat.shop.events()

    play(scene)


def test_a_ticket_closed_by_hand_is_closed(play: Play) -> None:
    async def scene(chat: Chat) -> None:
        await chat.shop.mail()
        await chat.settle()
        chat.by_hand("close")
        await chat.settle()
        assert chat.shop.rows("SELECT stage FROM ticket") == [("closed",)]

    play(scene)
