"""Who leaves a ticket gets nothing more of it, until they write again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tickets.play import IVAN, Play
from tickets.letter import Mailbox
from tickets.model import ContactId, TicketId
from tickets.process import RESOLVED
from tickets.talk import Left, Person, Wrote
from tickets.wishes.leave_links import LeaveLink, leave_token, read_leave_token
from tickets.words import Outcome

OLGA = "olga@partner.example"
KEY = b"k" * 32


@pytest.fixture
def play() -> Play:
    """Ivan has written, with Olga in Cc."""
    play = Play()
    play.mail(cc=(Mailbox(address=OLGA, name="Ольга"),))
    return play


def told(play: Play, *kinds: str) -> list[str]:
    return [one.target for one in play.queued(*kinds)]


def link_of(play: Play, email: str) -> Left:
    contact = play.records.people[email].id
    return Left(link=LeaveLink(contact_id=contact, ticket_id=play.ticket.id))


@pytest.mark.parametrize(
    "text",
    [
        "отписаться",
        "Отписка.",
        "STOP!",
        "«Стоп»",
        "  unsubscribe\n",
        "Leave",
        "Отписаться\n\n> Замените картридж.\n> Мария",
    ],
)
def test_a_word_alone_lets_its_author_leave(play: Play, text: str) -> None:
    verdict = play.reply(OLGA, text=text)
    assert (verdict.outcome, verdict.rule) == (Outcome.COMMAND, "left")
    assert play.types() == ["participant-removed"]
    assert told(play, "left") == [OLGA]
    assert play.notices() == ["left"]
    play.say("Готово.")
    assert told(play, "answer") == [IVAN]
    play.press("resolve")
    assert told(play, "resolved") == [IVAN]


def test_a_mail_programs_own_mail_counts_by_its_subject(play: Play) -> None:
    assert play.reply(OLGA, text="", subject="unsubscribe").rule == "left"


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"text": "Стоп, это не наш принтер."}, id="more words"),
        pytest.param({"text": "Стоп", "automatic": True}, id="a program"),
        pytest.param({"text": "Стоп", "vouched": False}, id="From is forged"),
        pytest.param({"text": "Вот", "subject": "stop"}, id="words under the subject"),
    ],
)
def test_all_else_is_a_comment(play: Play, more: dict[str, Any]) -> None:
    assert play.reply(OLGA, **more).outcome is Outcome.COMMENT


def test_who_is_not_on_the_ticket_says_a_word(play: Play) -> None:
    assert play.reply("petr@partner.example", text="Стоп").outcome is Outcome.COMMENT


def test_the_requester_may_leave_and_the_ticket_goes_on(play: Play) -> None:
    play.reply(text="отписаться")
    assert play.notices() == ["requester-left"]
    play.say("Готово.")
    assert told(play, "answer") == [OLGA]
    assert play.ticket.requester.email == IVAN


def test_a_mail_of_theirs_brings_them_back_as_what_they_were(play: Play) -> None:
    play.reply(text="отписаться")
    play.reply(text="Я передумал.")
    assert (IVAN, "requester") in play.people
    assert "participant-added" in play.types()


def test_their_mail_is_believed_by_the_tag_alone(play: Play) -> None:
    play.reply(OLGA, text="отписаться")
    subject = f"Re: [{play.ticket.number}] Принтер"
    play.reply(OLGA, text="Я снова тут.", in_reply_to=(), subject=subject)
    assert (OLGA, "cc") in play.people


def test_others_who_answer_to_all_do_not(play: Play) -> None:
    play.reply(OLGA, text="отписаться")
    play.reply(cc=(Mailbox(address=OLGA),))
    assert (OLGA, "cc") not in play.people


def test_the_link_lets_them_leave_once(play: Play) -> None:
    left = link_of(play, OLGA)
    assert play.handle(left).rule == "left"
    assert play.queued("left") == []  # they read it on the page
    assert play.handle(left).rule == "left-already"
    assert play.types() == []
    play.reply(OLGA, text="Я снова тут.")
    assert play.handle(left).rule == "left"


def test_leaving_changes_no_stage(play: Play) -> None:
    play.press("resolve")
    play.reply(OLGA, text="стоп")
    assert play.ticket.stage == RESOLVED


def test_confirmations_have_an_end(play: Play) -> None:
    sent = 0
    for n in range(25):
        play.reply(OLGA, text="стоп", message_id=f"<s{n}@x.example>")
        sent += len(play.queued("left"))
        play.reply(OLGA, text=f"Я тут {n}", message_id=f"<t{n}@x.example>")
    assert sent == 20


def test_the_chat_has_a_command_for_it(play: Play) -> None:
    pavel = Person(id=501, name="Павел")
    play.handle(Wrote(person=pavel, message_id=1, text="Сканер не сканирует"))
    leave = Wrote(person=pavel, message_id=2, text="", command="leave")
    assert play.handle(leave).rule == "left"
    assert play.notices() == ["requester-left", "left"]
    assert play.handle(leave).rule == "nothing-to-leave"
    play.handle(Wrote(person=pavel, message_id=3, text="Ну и где?"))
    assert [one.contact.telegram for one in participants(play)] == [pavel.id]


def participants(play: Play) -> Any:
    return play.records.participants(play.ticket.id)


@given(st.integers(0, 2**63), st.integers(0, 2**63))
def test_a_token_says_who_leaves_what(contact: int, ticket: int) -> None:
    link = LeaveLink(contact_id=ContactId(contact), ticket_id=TicketId(ticket))
    token = leave_token(KEY, link)
    assert read_leave_token((b"new" * 9, KEY), token) == link
    assert read_leave_token((b"new" * 9,), token) is None


@given(st.text(max_size=60))
def test_what_is_no_token_says_nothing(token: str) -> None:
    assert read_leave_token((KEY,), token) is None


def test_who_says_it_twice_is_not_back_by_it(play: Play) -> None:
    for rule in ("left", "left-already"):
        verdict = play.reply(OLGA, text="отписаться")
        assert (verdict.outcome, verdict.rule) == (Outcome.COMMAND, rule)
    assert not play.types()
    assert play.people == [(IVAN, "requester")]
    play.reply(OLGA, text="А вот теперь вопрос.")
    assert play.people == [(IVAN, "requester"), (OLGA, "cc")]


def test_a_requester_whose_word_is_accepted_is_the_requester_again(play: Play) -> None:
    play.reply(text="отписаться")
    play.reply(text="Я передумал.", vouched=False)
    play.press("accept", str(play.comment.id))
    joined = [one for one in play.work.events if one.type == "participant-added"]
    assert [one.data["role"] for one in joined] == ["requester"]
