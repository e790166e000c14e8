"""An answer that is held leaves later, and can be taken back until then."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.desks import rules
from tests.tickets.play import BORIS, IVAN, Play
from tests.tickets.test_staff import OLGA, file
from tickets.letter import Mailbox
from tickets.model import CommentId
from tickets.words import DeliveryState, EventType, Visibility

HOLD = timedelta(seconds=15)


def opened() -> Play:
    play = Play(rules=replace(rules(), hold=HOLD))
    play.mail(cc=(Mailbox(address=OLGA),))
    return play


def states(play: Play) -> list[str]:
    """Return how the answers' deliveries stand."""
    return [
        play.records.states.get(place, DeliveryState.NEW)
        for place, one in enumerate(play.records.deliveries)
        if one.kind == "answer"
    ]


def send_all(play: Play) -> None:
    places = range(len(play.records.deliveries))
    play.records.states = dict.fromkeys(places, DeliveryState.SENT)


def test_an_answer_is_held_and_the_desks_own_notices_are_not() -> None:
    play = opened()
    play.say("Перезагрузите.")
    answers = play.queued("answer")
    assert [one.target for one in answers] == [IVAN, OLGA]
    assert {one.hold_until for one in answers} == {play.now + HOLD}
    play.press("resolve")
    assert [one.hold_until for one in play.queued("resolved")] == [None, None]


def test_the_time_is_counted_from_the_writing_also_where_files_had_to_come() -> None:
    play = opened()
    play.say("Вот.", files=(file(),))
    written = play.now
    play.fetch(play.comment.attachments[0].id)
    assert {one.hold_until for one in play.queued("answer")} == {written + HOLD}
    play.say("И ещё.", files=(file(),))
    play.now += HOLD
    play.fetch(play.comment.attachments[0].id)
    assert {one.hold_until for one in play.queued("answer")} == {None}


@pytest.mark.parametrize(
    "wish", ["/undo", "/UNDO@desk_bot", "/отмена", " /undo ", "/undo прошу"]
)
def test_what_is_taken_back_is_a_note_that_nobody_was_sent(wish: str) -> None:
    play = opened()
    play.say("Не туда.")
    verdict = play.say(wish)
    assert (verdict.outcome, verdict.rule) == ("command", "undone")
    assert states(play) == [DeliveryState.CANCELLED] * 2
    assert play.comment.visibility is Visibility.INTERNAL
    assert play.marks() == ["noted"]
    assert play.notices() == ["undone"]
    assert play.types() == [EventType.COMMENT_EDITED, EventType.STAGE_CHANGED]
    assert play.ticket.first_answer_at is None
    assert play.ticket.stage == "in-progress"


def test_what_has_left_stays_and_that_is_said() -> None:
    play = opened()
    play.say("Готово.")
    send_all(play)
    before = play.ticket
    assert play.say("/undo").rule == "undo-too-late"
    assert play.notices() == ["undo-too-late"]
    assert play.ticket == before
    assert play.comment.visibility is Visibility.PUBLIC


def test_an_answer_of_which_one_mail_has_left_cannot_be_taken_back() -> None:
    play = opened()
    play.say("Готово.")
    first = next(
        place
        for place, one in enumerate(play.records.deliveries)
        if one.kind == "answer"
    )
    play.records.states[first] = DeliveryState.SENDING
    assert play.say("/undo").rule == "undo-too-late"


def test_a_reply_names_the_answer_and_the_bare_word_means_the_last_one() -> None:
    play = opened()
    comments = []
    for text in ("Первый.", "Второй.", "Третий."):
        play.say(text)
        comments.append(play.comment.id)
    first = play.records.shown[comments[0]][1]
    play.say("/undo", reply_to=first)
    play.say("/undo")
    assert [play.records.comments[one].visibility for one in comments] == [
        Visibility.INTERNAL,
        Visibility.PUBLIC,
        Visibility.INTERNAL,
    ]


def test_the_answers_that_are_left_count() -> None:
    play = opened()
    play.say("Не туда.")
    wrong = play.records.shown[play.comment.id][1]
    play.say("Туда.")
    right = play.now
    play.say("/undo", reply_to=wrong)
    assert play.ticket.first_answer_at == right
    assert play.ticket.stage == "waiting"
    assert play.types() == [EventType.COMMENT_EDITED]


@pytest.mark.parametrize("case", ["nothing said", "a note", "another's", "a stranger"])
def test_there_is_nothing_to_take_back(case: str) -> None:
    play = opened()
    author, reply_to = BORIS.telegram_id, None
    if case == "a note":
        play.say("// ключ у охраны", author=author)
        reply_to = play.records.shown[play.comment.id][1]
    elif case == "another's":
        play.say("Ответ Анны.")
        reply_to = play.records.shown[play.comment.id][1]
    elif case == "a stranger":
        reply_to = 9999
    assert play.say("/undo", author=author, reply_to=reply_to).rule == "undo-nothing"
    assert play.notices() == ["undo-nothing"]
    assert play.work.events == []


def test_files_that_come_after_it_was_taken_back_send_nothing() -> None:
    play = opened()
    play.say("Вот.", files=(file(),))
    waiting = play.comment
    assert play.say("/undo").rule == "undone"
    play.fetch(waiting.attachments[0].id)
    assert play.queued("answer") == []


def test_who_is_not_registered_takes_nothing_back() -> None:
    play = opened()
    play.say("Готово.")
    assert play.say("/undo", author=999).rule == "not-registered"


def test_the_word_is_never_sent_to_the_partner_though_nothing_is_held() -> None:
    play = Play()
    play.mail()
    assert play.say("/undo").rule == "undo-nothing"
    assert play.say("/undoing is a word").rule == "answer"
    assert play.comment.id != CommentId(0)
