"""Who asks how a ticket stands is told; nobody's words are lost to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.desks import SUPPORT
from tests.tickets.play import IVAN, Play, written_by
from tests.tickets.test_holding import send_all
from tickets.letter import Letter, Mailbox
from tickets.post.posted import Post
from tickets.rules import Strangers
from tickets.talk import Person, Wrote
from tickets.verdict import Verdict
from tickets.wishes.asking import Question, question_of
from tickets.words import Outcome, Trust

OLGA, PETR = "olga@partner.example", "petr@partner.example"
EVE = "eve@elsewhere.example"
ME = Mailbox(address=IVAN, name="Иван Петров")


@pytest.fixture
def play() -> Play:
    play = Play()
    play.mail()
    play.press("take")
    play.say("Везём   новый картридж.")
    send_all(play)
    return play


def ask(play: Play, sender: str = IVAN, **more: Any) -> Verdict:
    given = {"message_id": "<q@x.example>", "subject": "Статус NN-1", "text": ""}
    return play.handle(written_by(sender, **{**given, **more}))


def told(play: Play) -> list[dict[str, Any]]:
    """Return what the one answer tells of tickets."""
    [answer] = play.queued("status")
    tickets: Any = answer.facts["tickets"]
    return list(tickets)


@pytest.mark.parametrize(
    ("subject", "text", "number"),
    [
        ("статус NN-7", "", "NN-7"),
        ("status nn-7", "", "NN-7"),
        ("Re: [NN-7] статус", "", "NN-7"),
        ("Статус по заявке NN-7", "Добрый день! Спасибо.\nИван Петров", "NN-7"),
        ("Какой статус моей заявки № NN-7?", "", "NN-7"),
        ("Status of my request NN-7", "Hello, please tell me. Best regards", "NN-7"),
        ("Статус", "Подскажите, пожалуйста, статус заявки NN-7", "NN-7"),
        ("Статус", "", None),
        ("Мои заявки: статус", "Здравствуйте!", None),
    ],
)
def test_a_subject_asks(subject: str, text: str, number: str | None) -> None:
    found = question_of(Letter(subject=subject, text=text), ME, on_ticket=False)
    assert found == Question(number=number)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Статус", "Принтер снова не печатает"),
        ("Статус заказа 4711", "Добрый день!"),
        ("Заказ 4711", "Подскажите статус"),
        ("Статус сервера: недоступен", ""),
        ("NN-7", ""),
        ("Вопрос", "Какой статус?"),
    ],
)
def test_what_is_for_somebody_to_read_asks_nothing(subject: str, text: str) -> None:
    letter = Letter(subject=subject, text=text)
    assert question_of(letter, ME, on_ticket=False) is None


def test_the_state_comes_back_and_nothing_changes(play: Play) -> None:
    before = play.ticket
    verdict = ask(play)
    assert (verdict.outcome, verdict.rule) == (Outcome.COMMAND, "status-asked")
    assert play.ticket == before
    [one] = told(play)
    assert one["number"] == "NN-1"
    assert one["subject"] == before.subject
    assert one["stage"] == "waiting"
    assert one["assignee"] == "Анна"
    assert one["answer"] == "Везём новый картридж."
    assert one["since"] > before.opened_at.isoformat()


def test_an_answer_asks_about_its_own_ticket(play: Play) -> None:
    verdict = play.reply(text="Добрый день! Какой статус? Спасибо")
    assert verdict.rule == "status-asked"
    assert [one["number"] for one in told(play)] == ["NN-1"]


def test_it_reopens_nothing(play: Play) -> None:
    play.press("close")
    ask(play)
    assert play.ticket.stage == "closed"
    assert told(play)[0]["stage"] == "closed"


def test_words_beside_the_question_go_to_the_ticket(play: Play) -> None:
    play.press("close")
    verdict = ask(play, text="Уже неделю жду, привезите хотя бы один.")
    assert (verdict.outcome, verdict.rule) == (Outcome.COMMENT, "status-asked")
    assert play.comment.text.startswith("Уже неделю")
    assert play.ticket.stage == "closed"
    assert told(play)[0]["number"] == "NN-1"
    assert play.queued("comment")


def test_a_colleague_may_ask(play: Play) -> None:
    ask(play, PETR)
    assert [one["number"] for one in told(play)] == ["NN-1"]


@pytest.mark.parametrize(
    ("sender", "subject"), [(EVE, "Статус NN-1"), (IVAN, "Статус NN-99")]
)
def test_one_that_is_not_theirs_is_as_if_not_there(
    play: Play, sender: str, subject: str
) -> None:
    verdict = ask(play, sender, subject=subject)
    assert verdict.outcome is Outcome.COMMAND
    assert verdict.ticket_id is None
    [answer] = play.queued("status")
    assert answer.facts["tickets"] == []
    assert answer.ticket_id is None


def test_a_strangers_words_about_it_open_a_ticket(play: Play) -> None:
    verdict = ask(play, EVE, text="Отдайте мне этот принтер")
    assert verdict.outcome is Outcome.TICKET


def test_without_a_number_it_is_about_ones_own_open_ones(play: Play) -> None:
    play.mail(message_id="<2@x.example>", subject="Сканер")
    play.press("close")
    play.mail(message_id="<3@x.example>", subject="Касса")
    ask(play, subject="статус")
    assert [one["subject"] for one in told(play)] == ["Касса", "Не печатает принтер"]
    ask(play, EVE, subject="статус")
    assert told(play) == []


def test_answers_have_an_end(play: Play) -> None:
    sent = 0
    for n in range(25):
        assert ask(play, message_id=f"<{n}@q.example>").rule == "status-asked"
        sent += len(play.queued("status"))
    assert sent == 20


def test_a_program_is_not_answered(play: Play) -> None:
    verdict = ask(play, automatic=True)
    assert verdict.outcome is Outcome.TICKET
    assert not play.queued("status")


def test_the_chat_answers_the_same(play: Play) -> None:
    pavel = Person(id=501, name="Павел")
    play.handle(Wrote(person=pavel, message_id=1, text="Сканер не сканирует"))
    for asked in (
        Wrote(person=pavel, message_id=2, text="Какой статус?"),
        Wrote(person=pavel, message_id=3, text="", command="status"),
        Wrote(person=pavel, message_id=4, text="nn-2", command="status"),
    ):
        assert play.handle(asked).outcome is Outcome.COMMAND
        [answer] = play.queued("notice")
        assert answer.facts["notice"] == "status"
        tickets: Any = answer.facts["tickets"]
        assert [one["number"] for one in tickets] == ["NN-2"]
    play.handle(Wrote(person=pavel, message_id=5, text="NN-1", command="status"))
    assert play.queued("notice")[0].facts["tickets"] == []


def test_a_comment_of_an_asking_colleague_is_not_believed(play: Play) -> None:
    ask(play, PETR, text="Заберите его насовсем")
    assert play.comment.trust is Trust.UNPROVEN


def test_an_answer_that_may_be_taken_back_is_not_told(play: Play) -> None:
    play.say("Это было не для вас.")
    ask(play)
    assert [one["answer"] for one in told(play)] == ["Везём новый картридж."]


@pytest.mark.parametrize("sender", [SUPPORT, "no-reply@partner.example"])
def test_what_nobody_reads_is_written_no_answer(play: Play, sender: str) -> None:
    asked = written_by(sender, message_id="<q@x.example>", subject="Статус NN-1")
    play.handle(Post(letter=asked.letter, mail_from=IVAN, rcpt_tos=(SUPPORT,)))
    assert not play.queued("status")


def test_a_stranger_is_answered_only_where_it_reaches_them(play: Play) -> None:
    made = written_by(EVE, message_id="<q@x.example>", subject="Статус", text="")
    forged = Post(letter=made.letter, mail_from="x@x.example", rcpt_tos=(SUPPORT,))
    assert play.handle(forged).rule == "new"
    assert not play.queued("status")


@pytest.mark.parametrize("policy", [Strangers.TRIAGE, Strangers.REFUSE])
def test_who_must_be_let_in_first_is_not_answered(
    play: Play, policy: Strangers
) -> None:
    play.rules = replace(play.rules, strangers=policy)
    assert ask(play, EVE).rule.startswith("stranger-")
    assert not play.queued("status")
    assert ask(play, message_id="<p@x.example>").rule == "status-asked"


def test_anothers_signed_address_proves_nothing_here(play: Play) -> None:
    """Petr's own ticket is no proof that a colleague's is his as well."""
    play.handle(written_by(PETR, message_id="<p@x.example>", subject="Сканер шумит"))
    signed = play.rules.signer.reply_address(play.ticket.number, PETR)
    assert signed is not None
    ask(play, PETR, text="Заберите его насовсем", to=(Mailbox(address=signed),))
    assert (play.comment.ticket_id, play.comment.trust) == (
        next(iter(play.records.tickets)),
        Trust.UNPROVEN,
    )
