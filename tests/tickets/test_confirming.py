"""A stage that the corporate systems must confirm counts when they have."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest

from tests.desks import FORUM, rules
from tests.tickets.play import ANNA, THREAD, Play
from tickets import stages
from tickets.corporate import confirming
from tickets.process import DEFAULT, TransitionError
from tickets.talk import TopicMoved
from tickets.words import EventType

TIME = timedelta(hours=4)
KEY = confirming.DEADLINE, "NN-1"
CONFIRMED = replace(
    DEFAULT, confirmed=MappingProxyType({"resolved": TIME, "closed": TIME})
)
BUS = "bus:erp"


@pytest.fixture
def play() -> Play:
    """A ticket in Anna's hands, in a process that asks before it ends."""
    play = Play(rules=replace(rules(), process=CONFIRMED))
    play.mail()
    play.press("take")
    return play


def confirm(play: Play, stage: str) -> None:
    desk = play.begin()
    stages.confirm(desk, play.ticket, stage, actor=BUS)
    play.commit()


def asked(play: Play) -> str | None:
    return play.ticket.awaiting


def test_who_resolves_only_asks(play: Play) -> None:
    play.press("resolve")
    assert (play.ticket.stage, asked(play)) == ("assigned", "resolved")
    assert play.ticket.resolved_at is None
    assert play.types() == [EventType.DETAILS_CHANGED]
    assert play.records.timers[KEY] == play.now + TIME
    assert [one.facts["notice"] for one in play.queued("toast")] == [
        "awaits-confirmation"
    ]
    assert len(play.queued("card")) == 1
    assert play.queued("resolved") == []


def test_who_asks_again_asks_nothing(play: Play) -> None:
    play.press("resolve")
    play.press("resolve")
    assert play.types() == []


def test_the_answer_makes_it_count_and_the_partner_is_told_then(play: Play) -> None:
    play.press("resolve")
    confirm(play, "resolved")
    assert (play.ticket.stage, asked(play)) == ("resolved", None)
    assert play.ticket.resolved_at == play.now
    assert play.types() == [EventType.STAGE_CHANGED]
    assert play.records.timers[KEY] is None
    assert len(play.queued("resolved")) == 1


def test_the_bus_itself_is_not_asked(play: Play) -> None:
    confirm(play, "resolved")
    assert (play.ticket.stage, asked(play)) == ("resolved", None)


def test_an_answer_with_the_stage_it_has_declines(play: Play) -> None:
    play.press("resolve")
    desk = play.begin()
    stages.confirm(desk, play.ticket, "assigned", actor=BUS, reason="нет акта")
    play.commit()
    assert (play.ticket.stage, asked(play)) == ("assigned", None)
    assert play.types() == [EventType.DETAILS_CHANGED]
    assert play.work.events[0].content == {"reason": "нет акта"}
    said = [one.facts for one in play.queued("notice")]
    assert [one["notice"] for one in said] == ["not-confirmed"]
    assert [one["reason"] for one in said] == ["нет акта"]
    assert play.records.timers[KEY] is None


def test_any_other_step_ends_the_waiting(play: Play) -> None:
    play.press("resolve")
    play.say("Подождите, ещё вопрос.")
    assert (play.ticket.stage, asked(play)) == ("waiting", None)
    assert play.records.timers[KEY] is None


def test_the_partners_word_takes_the_question_back(play: Play) -> None:
    play.press("resolve")
    play.reply()
    assert (play.ticket.stage, asked(play)) == ("assigned", None)


def test_a_stage_that_the_process_forbids_is_not_even_asked_for(play: Play) -> None:
    confirm(play, "closed")
    with pytest.raises(TransitionError):
        stages.to_stage(play.begin(), play.ticket, "resolved", actor="system")


def test_a_topic_closed_by_hand_asks_as_the_button_does(play: Play) -> None:
    topic = THREAD + play.ticket.id
    play.handle(
        TopicMoved(chat=FORUM, thread_id=topic, author=ANNA.telegram_id, closed=True)
    )
    assert (play.ticket.stage, asked(play)) == ("assigned", "closed")
    assert [one.facts["notice"] for one in play.queued("notice")] == [
        "awaits-confirmation"
    ]


def test_a_late_answer_is_escalated_and_still_counts(play: Play) -> None:
    play.press("resolve")
    desk = play.begin()
    confirming.escalate(desk, "NN-1")
    play.commit()
    assert play.types() == [EventType.ESCALATED]
    assert [one.facts["notice"] for one in play.queued("notice")] == [
        "confirmation-late"
    ]
    confirm(play, "resolved")
    assert play.ticket.stage == "resolved"


def test_what_was_answered_is_not_escalated(play: Play) -> None:
    play.press("resolve")
    confirm(play, "resolved")
    desk = play.begin()
    confirming.escalate(desk, "NN-1")
    assert desk.work.events == []
