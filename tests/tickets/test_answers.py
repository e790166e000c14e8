"""What becomes of an answer on its way is told to who wrote it."""

from __future__ import annotations

from tests.tickets.play import IVAN, Play
from tests.tickets.test_staff import OLGA, file, opened
from tickets.answers import Failure, tell_delivered, tell_failed
from tickets.files.fetching import give_up_file
from tickets.words import DeliveryState, EventType, FileState, Medium


def settle(play: Play, target: str, state: DeliveryState) -> None:
    """Mark one mail of the newest comment and let its consequences follow."""
    comment = play.comment
    for place, one in enumerate(play.records.deliveries):
        if (one.target, one.comment_id) == (target, comment.id):
            play.records.states[place] = state
    desk = play.begin()
    if state is DeliveryState.SENT:
        tell_delivered(desk, comment.id)
    else:
        failure = Failure(channel=Medium.MAIL, recipient=target, reason="550 no")
        tell_failed(desk, play.ticket, comment.id, failure=failure)
    play.commit()


def test_delivered_is_shown_once_everybodys_server_has_it() -> None:
    play = opened()
    play.say("Готово.")
    settle(play, IVAN, DeliveryState.SENT)
    assert play.marks() == []
    settle(play, OLGA, DeliveryState.SENT)
    assert play.marks() == ["delivered"]


def test_one_that_failed_is_told_and_never_shown_as_delivered() -> None:
    play = opened()
    play.say("Готово.")
    settle(play, IVAN, DeliveryState.PARKED)
    assert play.marks() == ["failed"]
    assert play.notices() == ["delivery-failed"]
    said = play.queued("notice")[0].facts
    assert (said["recipient"], said["reason"]) == (IVAN, "550 no")
    assert play.types() == [EventType.DELIVERY_FAILED]
    settle(play, OLGA, DeliveryState.SENT)
    assert play.marks() == []


def test_the_journal_keeps_no_address_of_a_failure() -> None:
    play = opened()
    play.say("Готово.")
    settle(play, IVAN, DeliveryState.PARKED)
    assert IVAN not in str(play.work.events[0].data)


def test_a_file_that_cannot_be_fetched_lets_the_answer_go_and_is_told() -> None:
    play = opened()
    play.say("Вот.", files=(file("a.pdf"), file("b.pdf")))
    gone, here = play.comment.attachments
    give_up_file(play.begin(), gone.id, "400 wrong file_id")
    play.commit()
    assert play.notices() == ["file-not-fetched"]
    assert play.marks() == ["failed"]
    assert play.queued("answer") == []
    play.fetch(here.id)
    assert len(play.queued("answer")) == 2
    states = [one.state for one in play.comment.attachments]
    assert states == [FileState.REMOTE_ONLY, FileState.STORED]
    play.fetch(gone.id)
    assert play.types() == [EventType.ATTACHMENT_ADDED]
    assert play.queued("answer") == []


def test_a_file_is_given_up_once() -> None:
    play = opened()
    play.say("Вот.", files=(file(),))
    for answers in (2, 0):
        give_up_file(play.begin(), play.comment.attachments[0].id, "400")
        play.commit()
        assert len(play.queued("answer")) == answers
