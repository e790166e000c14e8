"""Everything that comes in finds its use case."""

from __future__ import annotations

from tests.desks import FORUM
from tests.tickets.play import Play
from tickets.talk import Migrated, Nothing, TopicMade


def test_what_means_nothing_is_ignored_with_the_reason() -> None:
    play = Play()
    verdict = play.handle(Nothing(reason="private-chat"))
    assert (verdict.outcome, verdict.rule) == ("ignored", "private-chat")


def test_our_own_topic_is_taken_down() -> None:
    play = Play()
    play.mail()
    made = TopicMade(chat=FORUM, thread_id=31, name="NN-1 Не печатает принтер")
    verdict = play.handle(made)
    assert (verdict.outcome, verdict.ticket_id) == ("signal", play.ticket.id)
    assert play.records.ticket_in_topic(FORUM, 31) == play.ticket


def test_a_topic_of_no_ticket_is_ignored() -> None:
    play = Play()
    made = TopicMade(chat=FORUM, thread_id=31, name="Курилка")
    assert play.handle(made).outcome == "ignored"
    assert play.work.topics == []


def test_a_group_that_moved_is_known_by_both_ids() -> None:
    play = Play()
    play.mail()
    (thread,) = [one for chat, one in play.records.topics if chat == FORUM]
    assert play.handle(Migrated(chat=FORUM, new_chat=-5)).outcome == "signal"
    for chat in (FORUM, -5):
        assert play.records.ticket_in_topic(chat, thread) == play.ticket
