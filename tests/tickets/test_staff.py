"""Specialists at work: what they write, send, press and move."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from tests.desks import FORUM, rules
from tests.tickets.play import ANNA, BORIS, IVAN, THREAD, Play, unproven
from tickets.letter import Mailbox
from tickets.process import Process
from tickets.talk import RemoteFile, Said, TopicMoved
from tickets.words import EventType, FileState, Priority, Trust, Visibility

OLGA = "olga@partner.example"


def opened() -> Play:
    play = Play()
    play.mail(cc=(Mailbox(address=OLGA),))
    return play


def file(name: str = "счёт.pdf", size: int = 4) -> RemoteFile:
    return RemoteFile(
        remote_id=f"id-{name}", name=name, media_type="application/pdf", size=size
    )


def test_an_answer_goes_to_everybody_and_the_ticket_waits() -> None:
    play = opened()
    verdict = play.say("Перезагрузите.")
    assert (verdict.outcome, verdict.rule) == ("comment", "answer")
    assert [one.target for one in play.queued("answer")] == [IVAN, OLGA]
    assert play.comment.visibility is Visibility.PUBLIC
    assert (play.ticket.stage, play.ticket.assignee) == ("waiting", ANNA)
    assert play.marks() == ["queued"]
    assert len(play.queued("card")) == 1


def test_the_first_answer_is_timed_once_and_a_note_is_none() -> None:
    play = opened()
    play.say("// Сеть лежит.")
    assert play.ticket.first_answer_at is None
    play.say("Чиним.")
    first = play.now
    play.reply()
    play.say("Починили.")
    assert play.ticket.first_answer_at == first


@pytest.mark.parametrize(
    "said", ["// ключ у охраны", "//ключ у охраны", "\n // ключ у охраны"]
)
def test_a_note_stays_inside(said: str) -> None:
    play = opened()
    assert play.say(said).rule == "note"
    assert play.comment.text == "ключ у охраны"
    assert play.comment.visibility is Visibility.INTERNAL
    assert play.queued("answer") == []
    assert play.marks() == ["noted"]
    assert (play.ticket.stage, play.ticket.assignee) == ("new", None)


@pytest.mark.parametrize("said", ["", "   ", "//", " //  "])
def test_a_message_that_says_nothing_changes_nothing_and_is_told(said: str) -> None:
    play = opened()
    assert play.say(said).rule == "says-nothing"
    assert play.work.events == []
    assert [one.facts["notice"] for one in play.work.deliveries] == ["nothing-said"]


def test_an_anonymous_administrator_is_told_that_nothing_was_sent() -> None:
    play = opened()
    assert play.say("Ответ", anonymous=True).rule == "anonymous"
    assert play.notices() == ["anonymous"]
    assert play.work.events == []


def test_who_is_not_registered_is_told_their_id() -> None:
    play = opened()
    assert play.say("Ответ", author=999).rule == "not-registered"
    assert play.queued("notice")[0].facts["telegram_id"] == 999
    assert play.work.events == []


@pytest.mark.parametrize(
    ("thread", "rule"), [(None, "outside-topics"), (5, "topic-of-no-ticket")]
)
def test_words_outside_a_tickets_topic_are_ignored(
    thread: int | None, rule: str
) -> None:
    play = opened()
    said = Said(
        chat=FORUM,
        thread_id=thread,
        message_id=1,
        author=ANNA.telegram_id,
        anonymous=False,
        text="Привет",
    )
    assert play.handle(said).rule == rule
    assert play.work.deliveries == []


def test_another_specialists_answer_leaves_the_ticket_with_its_own() -> None:
    play = opened()
    play.press("take")
    play.say("Помогу.", author=BORIS.telegram_id)
    assert play.ticket.assignee == ANNA


def test_an_answer_to_a_closed_ticket_opens_it_again() -> None:
    play = opened()
    play.press("close")
    play.say("Ещё одно.")
    assert play.ticket.stage == "waiting"
    assert (play.ticket.resolved_at, play.ticket.closed_at) == (None, None)
    assert EventType.REOPENED in play.types()


def test_an_answer_waits_for_its_files_and_goes_once() -> None:
    play = opened()
    play.say("Вот счёт и акт.", files=(file("a.pdf"), file("b.pdf")))
    assert play.queued("answer") == []
    assert len(play.queued("fetch")) == 2
    first, second = play.comment.attachments
    assert play.fetch(second.id).outcome == "revision"
    assert play.queued("answer") == []
    assert play.fetch(first.id).rule == "file-fetched"
    assert [one.target for one in play.queued("answer")] == [IVAN, OLGA]
    again = play.fetch(first.id)
    assert (again.outcome, again.rule) == ("duplicate", "file-is-here")
    assert play.work.deliveries == []
    states = [one.state for one in play.comment.attachments]
    assert states == [FileState.STORED, FileState.STORED]


def test_a_file_of_a_note_is_kept_and_not_mailed() -> None:
    play = opened()
    play.say("// снимок", files=(file(),))
    play.fetch(play.comment.attachments[0].id)
    assert play.types() == [EventType.ATTACHMENT_ADDED]
    assert play.queued("answer") == []


def test_a_file_too_big_to_fetch_lets_the_answer_go_without_it() -> None:
    play = opened()
    play.say("Видео внутри.", files=(file("кино.mp4", 21 * 1024 * 1024),))
    assert play.notices() == ["file-too-big"]
    assert play.queued("fetch") == []
    assert len(play.queued("answer")) == 2


def test_a_file_that_nobody_knows_is_no_file() -> None:
    assert opened().fetch(12345).rule == "file-is-here"


def test_taking_is_said_to_who_pressed() -> None:
    play = opened()
    assert play.press("take").outcome == "command"
    assert play.notices() == ["taken"]
    assert (play.ticket.assignee, play.ticket.stage) == (ANNA, "assigned")
    play.press("take")
    assert play.notices() == ["yours-already"]
    assert play.work.events == []
    play.press("take", author=BORIS.telegram_id)
    assert play.ticket.assignee == BORIS


def test_closing_is_said_to_who_pressed() -> None:
    play = opened()
    play.press("close")
    assert play.notices() == ["closed"]
    assert play.ticket.stage == "closed"
    play.press("close")
    assert play.notices() == ["closed-already"]
    assert play.work.events == []


def test_resolving_is_said_to_who_pressed_and_closing_may_follow() -> None:
    play = opened()
    play.press("resolve")
    assert play.notices() == ["resolved"]
    assert (play.ticket.stage, play.ticket.resolved_at) == ("resolved", play.now)
    play.press("resolve")
    assert play.notices() == ["resolved-already"]
    assert play.work.events == []
    play.press("close")
    assert play.ticket.stage == "closed"
    play.press("resolve")
    assert (play.notices(), play.work.events) == (["forbidden"], [])


def test_what_the_process_forbids_is_said_and_not_done() -> None:
    ways = {"new": frozenset({"assigned"}), "assigned": frozenset[str]()}
    process = Process(name="p", transitions=MappingProxyType(ways))
    play = Play(rules=rules(process=process))
    play.mail()
    play.press("close")
    assert play.notices() == ["forbidden"]
    assert play.work.events == []


def test_taking_does_all_that_it_says_or_nothing() -> None:
    process = Process(name="p", transitions=MappingProxyType({"new": frozenset[str]()}))
    play = Play(rules=rules(process=process))
    play.mail()
    play.press("take")
    assert (play.notices(), play.ticket.assignee) == (["taken"], ANNA)
    assert play.ticket.stage == "new"


@pytest.mark.parametrize(
    ("action", "subject"),
    [("dance", "NN-1"), ("close", "NN-99"), ("accept", "999"), ("reject", "999")],
)
def test_a_stale_button_is_answered(action: str, subject: str) -> None:
    play = opened()
    play.press(action, subject)
    assert play.notices() == ["unknown-button"]
    assert play.work.events == []


def test_only_specialists_press() -> None:
    play = opened()
    assert play.press("close", author=999).rule == "not-registered"
    assert play.notices() == ["not-registered"]
    assert play.ticket.stage == "new"


def test_an_accepted_author_becomes_one_of_the_people() -> None:
    play = Play()
    comment = unproven(play)
    play.press("close", play.ticket.number)
    play.press("accept", str(comment.id))
    assert play.notices() == ["accepted"]
    assert ("eve@partner.example", "cc") in play.people
    assert play.ticket.stage == "in-progress"
    assert play.types() == [
        EventType.COMMENT_TRUSTED,
        EventType.PARTICIPANT_ADDED,
        EventType.REOPENED,
    ]
    assert play.records.comments[comment.id].trust is Trust.PLAUSIBLE
    play.say("Сделано.")
    assert "eve@partner.example" in [one.target for one in play.queued("answer")]


def test_a_rejected_comment_stays_inside() -> None:
    play = Play()
    comment = unproven(play)
    play.press("reject", str(comment.id))
    assert play.notices() == ["rejected"]
    assert play.types() == [EventType.COMMENT_TRUSTED]
    assert play.people == [(IVAN, "requester")]
    kept = play.records.comments[comment.id]
    assert (kept.trust, kept.verdict) == (Trust.UNPROVEN, "rejected")


@pytest.mark.parametrize("first", ["accept", "reject"])
@pytest.mark.parametrize("second", ["accept", "reject"])
def test_a_judgement_stands(first: str, second: str) -> None:
    play = Play()
    comment = unproven(play)
    play.press(first, str(comment.id))
    before = play.records.comments[comment.id]
    play.press(second, str(comment.id), author=BORIS.telegram_id)
    assert play.notices() == ["judged-already"]
    assert play.work.events == []
    assert play.records.comments[comment.id] == before


def test_a_believed_comment_needs_no_judgement() -> None:
    play = opened()
    play.press("reject", str(play.comment.id))
    assert play.notices() == ["judged-already"]


def moved(play: Play, *, closed: bool, author: int = ANNA.telegram_id) -> TopicMoved:
    return TopicMoved(
        chat=FORUM, thread_id=THREAD + play.ticket.id, author=author, closed=closed
    )


def test_a_topic_closed_by_hand_closes_the_ticket_and_reopened_opens_it() -> None:
    play = opened()
    assert play.handle(moved(play, closed=True)).rule == "topic-closed"
    assert play.ticket.stage == "closed"
    play.handle(moved(play, closed=True))
    assert play.work.events == []
    assert play.handle(moved(play, closed=False)).rule == "topic-reopened"
    assert play.ticket.stage == "in-progress"
    play.handle(moved(play, closed=False))
    assert play.work.events == []


def test_a_topic_moved_by_others_moves_nothing() -> None:
    play = opened()
    assert play.handle(moved(play, closed=True, author=999)).outcome == "ignored"
    elsewhere = replace(moved(play, closed=True), thread_id=5)
    assert play.handle(elsewhere).outcome == "ignored"
    assert play.ticket.stage == "new"


def test_a_topic_moved_against_the_process_is_told() -> None:
    process = Process(name="p", transitions=MappingProxyType({"new": frozenset[str]()}))
    play = Play(rules=rules(process=process))
    play.mail()
    assert play.handle(moved(play, closed=True)).outcome == "command"
    assert play.notices() == ["forbidden"]
    assert play.ticket.stage == "new"


def test_a_new_ticket_has_normal_priority() -> None:
    assert opened().ticket.priority is Priority.NORMAL
