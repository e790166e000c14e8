"""What programs write by themselves wakes nobody; what they ask for does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.desks import SUPPORT, letter, rules
from tests.tickets.play import IVAN, Play, written_by
from tickets.letter import Mailbox, Robot
from tickets.post.ladder import Ref
from tickets.post.posted import Post
from tickets.words import EventType

AWAY: dict[str, Any] = {"robot": Robot.REPLY, "automatic": True}
ALARM: dict[str, Any] = {"robot": Robot.MACHINE, "automatic": True}
OWN = "<3.abc@example.org>"


def test_an_automatic_reply_from_a_stranger_opens_nothing() -> None:
    play = Play()
    verdict = play.mail(**AWAY)
    assert (verdict.outcome, verdict.rule) == ("signal", "auto-reply")
    assert (play.work.events, play.work.deliveries) == ([], [])
    assert play.records.people == {}


@pytest.mark.parametrize("stage", ["closed", "resolved", "waiting"])
def test_an_automatic_reply_on_a_ticket_is_a_comment_that_wakes_nobody(
    stage: str,
) -> None:
    play = Play()
    play.mail()
    play.records.tickets[play.ticket.id] = replace(play.ticket, stage=stage)
    verdict = play.reply(**AWAY)
    assert verdict.outcome == "comment"
    assert play.ticket.stage == stage
    assert play.types() == [EventType.COMMENT_ADDED]
    assert [one.kind for one in play.work.deliveries] == ["comment"]


def test_who_answers_by_a_program_does_not_join_the_ticket() -> None:
    play = Play()
    play.mail()
    play.reply("holidays@partner.example", **AWAY)
    assert play.people == [(IVAN, "requester")]


def test_an_alarm_opens_a_ticket_and_is_not_acknowledged() -> None:
    play = Play()
    verdict = play.handle(written_by("zabbix@partner.example", **ALARM))
    assert verdict.outcome == "ticket"
    assert play.queued("accepted") == []
    nowhere = letter(message_id="<2@partner.example>", **ALARM)
    verdict = play.handle(Post(letter=nowhere, mail_from="", rcpt_tos=(SUPPORT,)))
    assert verdict.outcome == "ticket"


def came_back(sender: str, **more: Any) -> tuple[Play, Post]:
    play = Play()
    play.mail()
    play.records.known[OWN] = Ref(message_id=OWN, ticket_id=play.ticket.id, own=True)
    return play, written_by(sender, message_id=OWN, **more)


@pytest.mark.parametrize(
    ("sender", "more"),
    [
        pytest.param(SUPPORT, {}, id="a digest that was led back"),
        pytest.param(SUPPORT, {"own_ticket": "NN-1"}, id="an answer that was led back"),
        pytest.param(
            "list@partner.example", {"own_ticket": "NN-1"}, id="by way of a list"
        ),
    ],
)
def test_our_own_mail_that_comes_back_is_dropped(
    sender: str, more: dict[str, Any]
) -> None:
    play, mail = came_back(sender, **more)
    verdict = play.handle(mail)
    assert (verdict.outcome, verdict.rule) == ("signal", "own-mail-came-back")
    assert play.work.deliveries == []


def test_a_person_whose_program_took_our_message_id_is_heard() -> None:
    play, mail = came_back(IVAN)
    assert play.handle(mail).outcome == "comment"


def test_the_mail_of_another_such_desk_is_no_mail_of_ours() -> None:
    play = Play()
    other = written_by("support@other.example", own_ticket="NN-1")
    assert play.handle(other).outcome == "ticket"


def test_two_programs_that_answer_each_other_fall_silent() -> None:
    play = Play(rules=rules(notices_an_hour=3))
    play.mail()
    sent = []
    for _ in range(6):
        play.press("close")
        before = len(play.queued("closed"))
        play.reply()  # it looks like a person's, and opens the ticket again
        sent.append(before + len(play.queued("reopened")))
    assert sent == [2, 0, 0, 0, 0, 0]  # the acknowledgement was the first of the three
    play.now += timedelta(hours=1)
    play.press("close")
    assert len(play.queued("closed")) == 1


def test_the_specialists_hear_of_it_with_the_last_notice_and_can_still_answer() -> None:
    play = Play(rules=rules(notices_an_hour=2))
    play.mail()
    play.press("close")
    assert "many-notices" in play.notices()
    play.reply()
    assert play.queued("reopened") == []
    assert "many-notices" not in play.notices()
    play.say("Я здесь.")
    assert [one.target for one in play.queued("answer")] == [IVAN]


def test_a_daemon_without_a_name_is_no_loop_for_us() -> None:
    play = Play()
    post = Post(
        letter=letter(author=None, to=(Mailbox(address=SUPPORT),), **AWAY),
        mail_from="",
        rcpt_tos=(SUPPORT,),
    )
    assert play.handle(post).rule == "no-author"
